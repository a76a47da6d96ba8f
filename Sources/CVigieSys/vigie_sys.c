#define _GNU_SOURCE
#include "vigie_sys.h"

#include <errno.h>
#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>

int vigie_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds) {
  struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  int count = epoll_pwait2(epoll, events, capacity, nanoseconds < 0 ? NULL : &timeout, NULL);
  if (count >= 0 || errno != ENOSYS) return count;
  if (vigie_await_input(epoll, nanoseconds) <= 0) return 0;
  return epoll_wait(epoll, events, capacity, 0);
}

void vigie_set_timer_slack(unsigned long nanoseconds) { prctl(PR_SET_TIMERSLACK, nanoseconds, 0, 0, 0); }

int vigie_accept(int listener) {
  return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int vigie_await_input(int descriptor, int64_t nanoseconds) {
  struct pollfd entry = {.fd = descriptor, .events = POLLIN};
  struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(&entry, 1, nanoseconds < 0 ? NULL : &timeout, NULL);
}

void vigie_return_blocks_from(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

void vigie_return_free_memory(void) { malloc_trim(0); }

void vigie_name_thread(const char *name) { pthread_setname_np(pthread_self(), name); }

int vigie_usable_processors(void) {
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  int count = CPU_COUNT(&set);
  return count > 0 ? count : 1;
}

int vigie_sanitizes_addresses(void) {
#if __has_feature(address_sanitizer)
  return 1;
#else
  return 0;
#endif
}
