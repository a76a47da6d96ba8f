// ONNX Runtime's C interface, as far as the peers use it. No package has its header, so this declares
// the entries that they need of OrtApi's table: the table's first 102 entries are those of version 1 of
// the interface, which may never move (ORT asserts it at compile time: ReleaseCustomOpDomain is number
// 101).
#ifndef PEER_ORT_H
#define PEER_ORT_H

#include <stdint.h>

#include "library.h"

enum {
    GET_ERROR_MESSAGE = 2,
    CREATE_ENV = 3,
    CREATE_SESSION_FROM_ARRAY = 8,
    RUN = 9,
    CREATE_SESSION_OPTIONS = 10,
    SET_SESSION_GRAPH_OPTIMIZATION_LEVEL = 23,
    SET_INTRA_OP_NUM_THREADS = 24,
    SET_INTER_OP_NUM_THREADS = 25,
    SESSION_GET_OUTPUT_COUNT = 31,
    SESSION_GET_INPUT_NAME = 36,
    SESSION_GET_OUTPUT_NAME = 37,
    CREATE_TENSOR_AS_VALUE = 48,
    CREATE_TENSOR_WITH_DATA_AS_VALUE = 49,
    GET_TENSOR_MUTABLE_DATA = 51,
    FILL_STRING_TENSOR = 52,
    GET_TENSOR_ELEMENT_TYPE = 60,
    GET_TENSOR_SHAPE_ELEMENT_COUNT = 64,
    GET_TENSOR_TYPE_AND_SHAPE = 65,
    CREATE_CPU_MEMORY_INFO = 69,
    GET_ALLOCATOR_WITH_DEFAULT_OPTIONS = 78,
    RELEASE_SESSION = 95,
    RELEASE_VALUE = 96,
    API_VERSION = 1,
    ELEMENT_FLOAT = 1,
    ELEMENT_STRING = 8,
    ELEMENT_DOUBLE = 11,
};

typedef struct { void **(*get_api)(uint32_t); const char *(*get_version)(void); } api_base;
typedef void *status;

static void **api;
static void *environment, *session_options;

static void check(status failed) {
    if (failed) fail("onnxruntime", ((const char *(*)(status))api[GET_ERROR_MESSAGE])(failed));
}

// Entry `index`, called with whatever it takes.
#define CALL(index, ...) check(((status (*)())api[index])(__VA_ARGS__))

// One thread and all optimizations, on the CPU's own provider.
static void open_runtime(const char *path) {
    const api_base *base = ((const api_base *(*)(void))entry(open_library(path), "OrtGetApiBase"))();
    api = base->get_api(API_VERSION);
    if (!api) fail("onnxruntime", "does not offer version 1 of its interface");
    CALL(CREATE_ENV, 3, "peer", &environment);
    CALL(CREATE_SESSION_OPTIONS, &session_options);
    CALL(SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, session_options, 99);
    CALL(SET_INTRA_OP_NUM_THREADS, session_options, 1);
    CALL(SET_INTER_OP_NUM_THREADS, session_options, 1);
}

#endif
