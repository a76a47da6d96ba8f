/* Linux calls that Swift's Glibc module does not show: epoll and eventfd. No logic. */
#ifndef VIGIE_SYS_H
#define VIGIE_SYS_H

#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

/* The struct is packed on x86-64, which Swift cannot express: the two fields pass by value. */
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

#endif
