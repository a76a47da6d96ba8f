/* Makes the disk below one folder slow or broken for one process.
 *
 * VIGIE_CHAOS_FOLDER: files below it are meant. Words: 0 read, 1 write, 2 fsync and fdatasync, 3 open:
 * milliseconds that each takes; 4: the errno that writes and syncs fail with; 5: counts calls that
 * were held up or failed. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "orders.h"

enum { READ, WRITE, SYNC, OPEN, FAILURE, COUNT };

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *folder;

__attribute__((constructor)) static void find_folder(void) { folder = getenv("VIGIE_CHAOS_FOLDER"); }

static int is_below(const char *path) {
    return folder && strncmp(path, folder, strlen(folder)) == 0;
}

static int is_meant(int file) {
    char link[64], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return is_below(path);
}

/* Holds up, and says whether the call is to fail. */
static int hold(int kind, int is_changing) {
    int64_t milliseconds = orders[kind];
    int fails = is_changing && orders[FAILURE] != 0;
    if (milliseconds == 0 && !fails) return 0;
    __atomic_fetch_add(&orders[COUNT], 1, __ATOMIC_RELAXED);
    struct timespec left = {milliseconds / 1000, milliseconds % 1000 * 1000000};
    while (nanosleep(&left, &left) != 0 && errno == EINTR) {}
    if (fails) errno = (int)orders[FAILURE];
    return fails;
}

ssize_t read(int file, void *bytes, size_t count) {
    if (orders[READ] && is_meant(file)) hold(READ, 0);
    return NEXT(read)(file, bytes, count);
}

ssize_t write(int file, const void *bytes, size_t count) {
    if ((orders[WRITE] || orders[FAILURE]) && is_meant(file) && hold(WRITE, 1)) return -1;
    return NEXT(write)(file, bytes, count);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
    if ((orders[WRITE] || orders[FAILURE]) && is_meant(file) && hold(WRITE, 1)) return -1;
    return NEXT(pwrite64)(file, bytes, count, offset);
}

int fsync(int file) {
    if ((orders[SYNC] || orders[FAILURE]) && is_meant(file) && hold(SYNC, 1)) return -1;
    return NEXT(fsync)(file);
}

int fdatasync(int file) {
    if ((orders[SYNC] || orders[FAILURE]) && is_meant(file) && hold(SYNC, 1)) return -1;
    return NEXT(fdatasync)(file);
}

static mode_t mode_of(int flags, va_list list) {
    return flags & (O_CREAT | O_TMPFILE) ? va_arg(list, mode_t) : 0;
}

int open(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    if (orders[OPEN] && is_below(path)) hold(OPEN, 0);
    return NEXT(open)(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list list;
    va_start(list, flags);
    mode_t mode = mode_of(flags, list);
    va_end(list);
    if (orders[OPEN] && is_below(path)) hold(OPEN, 0);
    return NEXT(open64)(path, flags, mode);
}
