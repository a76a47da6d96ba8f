/* Linux calls that Swift's Glibc module does not show, one to one. No logic. */
#ifndef VIGIE_SYS_H
#define VIGIE_SYS_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

/* The struct is packed on x86-64, which Swift cannot express: its fields pass by value. */
static inline int vigie_epoll_ctl(int epoll, int operation, int fd, uint32_t events, uint64_t data) {
  struct epoll_event event;
  event.events = events;
  event.data.u64 = data;
  return epoll_ctl(epoll, operation, fd, &event);
}

static inline uint64_t vigie_epoll_data(const struct epoll_event *events, int index) {
  return events[index].data.u64;
}

static inline uint32_t vigie_epoll_events(const struct epoll_event *events, int index) {
  return events[index].events;
}

/* epoll_pwait2(2), or what comes near it on kernels before 5.11; negative nanoseconds wait for ever. */
int vigie_epoll_wait(int epoll, struct epoll_event *events, int capacity, int64_t nanoseconds);

/* prctl(2) with PR_SET_TIMERSLACK on the calling thread. */
void vigie_set_timer_slack(unsigned long nanoseconds);

/* accept4(2) with SOCK_NONBLOCK | SOCK_CLOEXEC. */
int vigie_accept(int listener);

/* ppoll(2) for input on one descriptor; negative nanoseconds wait for ever. */
int vigie_await_input(int descriptor, int64_t nanoseconds);

/* malloc_trim(3). */
void vigie_return_free_memory(void);

/* mallopt(3) with M_MMAP_THRESHOLD. */
void vigie_return_blocks_from(int bytes);

/* pthread_setname_np(3) on the calling thread. */
void vigie_name_thread(const char *name);

/* How many processors this process may run on (sched_getaffinity(2)); at least 1. */
int vigie_usable_processors(void);

/* Whether this program is built with AddressSanitizer, which finds no use of freed memory that a
   free list of our own keeps. */
int vigie_sanitizes_addresses(void);

#endif
