/* Sets the wall clock of one process forward or back, as an operator or NTP does.
 *
 * Word 0: nanoseconds by which the wall clock is off. Word 1: counts how often the clock was read, so
 * that a test knows that it was. The monotonic clock stays as it is, as on a real machine. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sys/time.h>
#include <time.h>

#include "orders.h"

static int (*next_gettime)(clockid_t, struct timespec *);

__attribute__((constructor)) static void find_next(void) {
    next_gettime = dlsym(RTLD_NEXT, "clock_gettime");
}

int clock_gettime(clockid_t clock, struct timespec *result) {
    if (!next_gettime) find_next();
    int code = next_gettime(clock, result);
    if (code != 0 || (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE)) return code;
    __atomic_fetch_add(&orders[1], 1, __ATOMIC_RELAXED);
    int64_t time = result->tv_sec * 1000000000LL + result->tv_nsec + orders[0];
    result->tv_sec = time / 1000000000LL;
    result->tv_nsec = time % 1000000000LL;
    return 0;
}

int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
    result->tv_sec = now.tv_sec;
    result->tv_usec = now.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *result) {
    struct timespec now;
    if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}
