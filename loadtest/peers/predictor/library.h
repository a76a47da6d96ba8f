// Opening shared libraries, for peers that have nothing to go on without them.
#ifndef PEER_LIBRARY_H
#define PEER_LIBRARY_H

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what, const char *why) {
    fprintf(stderr, "%s: %s\n", what, why ? why : "failed");
    exit(2);
}

static void *open_library(const char *path) {
    void *library = dlopen(path, RTLD_NOW);
    if (!library) fail(path, dlerror());
    return library;
}

static void *entry(void *library, const char *name) {
    void *symbol = dlsym(library, name);
    if (!symbol) fail(name, "is not in the library");
    return symbol;
}

static char *read_file(const char *path, size_t *size) {
    FILE *file = fopen(path, "rb");
    if (!file) fail(path, "cannot be read");
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *content = aligned_alloc(64, (*size + 64) & ~(size_t)63);
    if (!content || fread(content, 1, *size, file) != *size) fail(path, "cannot be read");
    content[*size] = 0;
    fclose(file);
    return content;
}

#endif
