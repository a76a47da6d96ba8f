/* The page of memory through which a test tells a preloaded library what to do: eight 64-bit words. */
#ifndef VIGIE_CHAOS_ORDERS_H
#define VIGIE_CHAOS_ORDERS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static volatile int64_t idle_orders[8];
static volatile int64_t *orders = idle_orders;

__attribute__((constructor)) static void open_orders(void) {
    const char *path = getenv("VIGIE_CHAOS_ORDERS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    if (file < 0) return;
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (page != MAP_FAILED) orders = page;
    close(file);
}

#endif
