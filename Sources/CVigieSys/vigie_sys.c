#define _GNU_SOURCE
#include "vigie_sys.h"

#include <malloc.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <sys/socket.h>

int vigie_accept(int listener) {
  return accept4(listener, 0, 0, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int vigie_await_input(int descriptor, int64_t nanoseconds) {
  struct pollfd entry = {.fd = descriptor, .events = POLLIN};
  struct timespec timeout = {.tv_sec = nanoseconds / 1000000000, .tv_nsec = nanoseconds % 1000000000};
  return ppoll(&entry, 1, nanoseconds < 0 ? NULL : &timeout, NULL);
}

void vigie_return_blocks_from(int bytes) { mallopt(M_MMAP_THRESHOLD, bytes); }

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
