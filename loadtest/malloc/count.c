// Counts heap allocations by the object file that asked for them. Loaded with LD_PRELOAD.
//
// Each call of malloc, calloc, realloc, free and the aligned ones is attributed to the object (the
// executable, libnghttp2.so.14, libstdc++.so.6 …) that holds the call's return address. A Swift
// program linked with --static-swift-stdlib allocates from the executable itself, so its own
// allocations and nghttp2's fall into different rows.
//
// The counts live in a file mapped shared, named by VIGIE_MALLOC_COUNTS: whoever reads the file sees
// them at once, with no signal and no help from the program. Layout: see struct table; read by
// harness/malloc_count.py.
//
// VIGIE_MALLOC_STACKS=N records, besides, the call stacks of allocations outside libnghttp2, up to
// STACKS distinct ones, starting with the Nth such allocation: to find out who it was.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The allocator that the program would have used: glibc's, or another that it is linked with (Debian
// links nghttpd with jemalloc). Looked up on the first call; dlsym itself may ask for a few bytes
// before it has an answer, which come from `early` and are never given back.
static void *(*real_malloc)(size_t);
static void *(*real_calloc)(size_t, size_t);
static void *(*real_realloc)(void *, size_t);
static int (*real_posix_memalign)(void **, size_t, size_t);
static void (*real_free)(void *);
static char early[1 << 16] __attribute__((aligned(16)));
static size_t early_used;

enum { OBJECTS = 64, NAME = 104, SITES = 1 << 14, STACKS = 256, DEPTH = 24 };

struct object {
    char name[NAME];
    _Atomic uint64_t allocations;  // malloc, calloc, realloc, aligned ones
    _Atomic uint64_t frees;
    _Atomic uint64_t bytes;  // as asked for
};

struct stack {
    _Atomic uint64_t hash;
    _Atomic uint64_t count;
    uint64_t depth;
    uint64_t frames[DEPTH];  // addresses in the file of the executable, 0 for other objects
};

struct table {
    char magic[8];
    _Atomic uint64_t objects;
    struct object object[OBJECTS];
    _Atomic uint64_t stacks;
    struct stack stack[STACKS];
};

// Return addresses seen, and each one's object; open addressing, filled once, never emptied.
struct site {
    _Atomic uintptr_t address;
    _Atomic int object;  // index + 1; 0 while it is being found
};

static struct table *table;
static struct site sites[SITES];
static pthread_mutex_t naming = PTHREAD_MUTEX_INITIALIZER;
static uint64_t stacks_from;
static _Atomic uint64_t own_allocations;
static uintptr_t executable_base;
static _Thread_local int busy;  // set while we ourselves might allocate

static int object_named(const char *path) {
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    pthread_mutex_lock(&naming);
    uint64_t count = table->objects;
    uint64_t index = 0;
    while (index < count && strncmp(table->object[index].name, name, NAME - 1) != 0) index++;
    if (index == count && count < OBJECTS) {
        strncpy(table->object[index].name, name, NAME - 1);
        table->objects = count + 1;
    }
    pthread_mutex_unlock(&naming);
    return index < OBJECTS ? (int)index : OBJECTS - 1;
}

static struct object *object_of(void *address) {
    uintptr_t key = (uintptr_t)address;
    size_t slot = (key * 0x9E3779B97F4A7C15ull) >> 50;
    for (size_t tries = 0; tries < SITES; tries++, slot = (slot + 1) % SITES) {
        uintptr_t seen = atomic_load_explicit(&sites[slot].address, memory_order_acquire);
        if (seen == 0) {
            uintptr_t expected = 0;
            if (!atomic_compare_exchange_strong(&sites[slot].address, &expected, key))
                seen = expected;
            else
                seen = key;
        }
        if (seen != key) continue;
        int index = atomic_load_explicit(&sites[slot].object, memory_order_acquire);
        if (index == 0) {
            Dl_info info;
            const char *path = "unknown";
            busy++;
            if (dladdr(address, &info) && info.dli_fname) path = info.dli_fname;
            index = object_named(path) + 1;
            busy--;
            atomic_store_explicit(&sites[slot].object, index, memory_order_release);
        }
        return &table->object[index - 1];
    }
    return &table->object[OBJECTS - 1];
}

static void remember_stack(void) {
    void *frames[DEPTH + 2];
    busy++;
    int depth = backtrace(frames, DEPTH + 2) - 2;  // less this function and the interposed one
    uint64_t hash = 1469598103934665603ull;
    for (int i = 0; i < depth; i++) hash = (hash ^ (uintptr_t)frames[i + 2]) * 1099511628211ull;
    for (uint64_t i = 0; i < STACKS; i++) {
        struct stack *stack = &table->stack[i];
        uint64_t empty = 0;
        if (stack->hash == hash) {
            stack->count++;
            break;
        }
        if (stack->hash == 0 && atomic_compare_exchange_strong(&stack->hash, &empty, hash)) {
            for (int f = 0; f < depth; f++) {
                Dl_info info;
                int own = dladdr(frames[f + 2], &info) &&
                          (uintptr_t)info.dli_fbase == executable_base;
                stack->frames[f] = own ? (uintptr_t)frames[f + 2] - executable_base : 0;
            }
            stack->depth = depth > 0 ? (uint64_t)depth : 0;
            stack->count++;
            table->stacks++;
            break;
        }
    }
    busy--;
}

static void allocated(void *caller, size_t size) {
    if (table == NULL || busy) return;
    struct object *object = object_of(caller);
    atomic_fetch_add_explicit(&object->allocations, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&object->bytes, size, memory_order_relaxed);
    if (stacks_from == 0 || strncmp(object->name, "libnghttp2", 10) == 0) return;
    if (atomic_fetch_add(&own_allocations, 1) + 1 >= stacks_from) remember_stack();
}

static void freed(void *caller, void *pointer) {
    if (table == NULL || busy || pointer == NULL) return;
    atomic_fetch_add_explicit(&object_of(caller)->frees, 1, memory_order_relaxed);
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("VIGIE_MALLOC_COUNTS");
    if (path == NULL) return;
    int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file < 0) return;
    struct table *mapped = MAP_FAILED;
    if (ftruncate(file, sizeof(struct table)) == 0)
        mapped = mmap(NULL, sizeof(struct table), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    if (mapped == MAP_FAILED) return;
    memcpy(mapped->magic, "VGMALLOC", 8);
    const char *from = getenv("VIGIE_MALLOC_STACKS");
    if (from != NULL) {
        void *warm[2];
        backtrace(warm, 2);  // loads libgcc_s now, not inside a malloc
        stacks_from = strtoull(from, NULL, 10);
    }
    // The first entry of the loader's list is the program itself; l_addr is where it was put.
    struct link_map *program = dlopen(NULL, RTLD_LAZY | RTLD_NOLOAD);
    if (program != NULL) executable_base = program->l_addr;
    table = mapped;
}

static void *early_bytes(size_t size) {
    size_t begin = early_used;
    early_used = (early_used + size + 15) & ~(size_t)15;
    if (early_used > sizeof early) abort();
    return early + begin;
}

static int is_early(const void *pointer) {
    return (const char *)pointer >= early && (const char *)pointer < early + sizeof early;
}

static int find_real(void) {
    static int finding;
    if (real_free != NULL) return 1;
    if (finding) return 0;
    finding = 1;  // the first allocation of a process comes before its first thread
    real_malloc = dlsym(RTLD_NEXT, "malloc");
    real_calloc = dlsym(RTLD_NEXT, "calloc");
    real_realloc = dlsym(RTLD_NEXT, "realloc");
    real_posix_memalign = dlsym(RTLD_NEXT, "posix_memalign");
    real_free = dlsym(RTLD_NEXT, "free");
    return 1;
}

static void *get(void *caller, size_t size) {
    if (!find_real()) return early_bytes(size);
    allocated(caller, size);
    return real_malloc(size);
}

static void *get_aligned(void *caller, size_t alignment, size_t size) {
    void *pointer = NULL;
    find_real();
    allocated(caller, size);
    if (alignment < sizeof(void *)) alignment = sizeof(void *);
    return real_posix_memalign(&pointer, alignment, size) == 0 ? pointer : NULL;
}

static void give_back(void *caller, void *pointer) {
    if (pointer == NULL || is_early(pointer)) return;
    freed(caller, pointer);
    real_free(pointer);
}

#define CALLER __builtin_return_address(0)

void *malloc(size_t size) { return get(CALLER, size); }

void *calloc(size_t count, size_t size) {
    if (!find_real()) return early_bytes(count * size);  // static: zero already
    allocated(CALLER, count * size);
    return real_calloc(count, size);
}

void *realloc(void *pointer, size_t size) {
    find_real();
    if (is_early(pointer)) {
        void *moved = get(CALLER, size);
        size_t most = (size_t)(early + sizeof early - (char *)pointer);
        return memcpy(moved, pointer, size < most ? size : most);
    }
    allocated(CALLER, size);
    freed(CALLER, pointer);
    return real_realloc(pointer, size);
}

void *memalign(size_t alignment, size_t size) { return get_aligned(CALLER, alignment, size); }

void *aligned_alloc(size_t alignment, size_t size) { return get_aligned(CALLER, alignment, size); }

int posix_memalign(void **out, size_t alignment, size_t size) {
    find_real();
    allocated(CALLER, size);
    return real_posix_memalign(out, alignment, size);
}

void free(void *pointer) { give_back(CALLER, pointer); }

// C++'s operators, by their mangled names: jemalloc brings its own, which do not pass through malloc,
// and libstdc++'s would hide who called. Out of memory ends the process.
typedef struct nothrow nothrow;
void *_Znwm(size_t size) { return get(CALLER, size); }
void *_Znam(size_t size) { return get(CALLER, size); }
void *_ZnwmRKSt9nothrow_t(size_t size, const nothrow *tag) { return (void)tag, get(CALLER, size); }
void *_ZnamRKSt9nothrow_t(size_t size, const nothrow *tag) { return (void)tag, get(CALLER, size); }
void *_ZnwmSt11align_val_t(size_t size, size_t to) { return get_aligned(CALLER, to, size); }
void *_ZnamSt11align_val_t(size_t size, size_t to) { return get_aligned(CALLER, to, size); }
void _ZdlPv(void *pointer) { give_back(CALLER, pointer); }
void _ZdaPv(void *pointer) { give_back(CALLER, pointer); }
void _ZdlPvm(void *pointer, size_t size) { (void)size, give_back(CALLER, pointer); }
void _ZdaPvm(void *pointer, size_t size) { (void)size, give_back(CALLER, pointer); }
void _ZdlPvSt11align_val_t(void *pointer, size_t to) { (void)to, give_back(CALLER, pointer); }
void _ZdaPvSt11align_val_t(void *pointer, size_t to) { (void)to, give_back(CALLER, pointer); }
void _ZdlPvmSt11align_val_t(void *pointer, size_t size, size_t to) {
    (void)size, (void)to, give_back(CALLER, pointer);
}
