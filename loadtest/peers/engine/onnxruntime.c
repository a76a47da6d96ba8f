// ONNX Runtime, through the C interface of the shared library in its Python wheel. No package has
// its header, so this declares the entries that it needs of OrtApi's table: the table's first 102
// entries are those of version 1 of the interface, which may never move (ORT asserts it at compile
// time: ReleaseCustomOpDomain is number 101).
//
// One thread, all optimizations, the CPU's own provider; the output's memory is made by the first
// call and used again, which spares it an allocation that most callers pay.
#include "worker.h"

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
    API_VERSION = 1,
    ELEMENT_FLOAT = 1,
    ELEMENT_STRING = 8,
    ELEMENT_DOUBLE = 11,
};

typedef struct { void **(*get_api)(uint32_t); const char *(*get_version)(void); } api_base;
typedef void *status;

static void **api;
static void *environment, *session_options, *session, *memory, *input, *outputs[8];
static char *input_name, *output_names[8];
static size_t output_count, output;
static void *buffer;

// Entry `index`, called with whatever it takes.
#define CALL(index, ...) check(((status (*)())api[index])(__VA_ARGS__))

static void check(status failed) {
    if (failed) fail("onnxruntime", ((const char *(*)(status))api[GET_ERROR_MESSAGE])(failed));
}

static void load(void) {
    CALL(CREATE_SESSION_FROM_ARRAY, environment, options.model_content, options.model_bytes,
         session_options, &session);
}

static void peer_open(void) {
    void *library = dlopen(options.library, RTLD_NOW);
    if (!library) fail(options.library, dlerror());
    const api_base *base = ((const api_base *(*)(void))entry(library, "OrtGetApiBase"))();
    api = base->get_api(API_VERSION);
    if (!api) fail("onnxruntime", "does not offer version 1 of its interface");
    CALL(CREATE_ENV, 3, "peer", &environment);
    CALL(CREATE_SESSION_OPTIONS, &session_options);
    CALL(SET_SESSION_GRAPH_OPTIMIZATION_LEVEL, session_options, 99);
    CALL(SET_INTRA_OP_NUM_THREADS, session_options, 1);
    CALL(SET_INTER_OP_NUM_THREADS, session_options, 1);
    if (!strcmp(options.work, "load")) return;
    load();
    void *allocator;
    CALL(GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, &allocator);
    CALL(SESSION_GET_INPUT_NAME, session, (size_t)0, allocator, &input_name);
    CALL(SESSION_GET_OUTPUT_COUNT, session, &output_count);
    // Of a classifier's outputs, labels and probabilities, the last is the one that ours is held to.
    output = output_count - 1;
    CALL(SESSION_GET_OUTPUT_NAME, session, output, allocator, &output_names[0]);
    CALL(CREATE_CPU_MEMORY_INFO, 1, 0, &memory);
    int64_t shape[9] = {(int64_t)options.batch};
    memcpy(shape + 1, options.shape, options.rank * sizeof *shape);
    size_t count = options.batch * options.width;
    if (options.strings) {
        CALL(GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, &allocator);
        CALL(CREATE_TENSOR_AS_VALUE, allocator, shape, options.rank + 1, ELEMENT_STRING, &input);
    } else {
        size_t size = options.rows64 ? sizeof(double) : sizeof(float);
        buffer = aligned_alloc(64, (count * size + 63) & ~(size_t)63);
        CALL(CREATE_TENSOR_WITH_DATA_AS_VALUE, memory, buffer, count * size, shape,
             options.rank + 1, options.rows64 ? ELEMENT_DOUBLE : ELEMENT_FLOAT, &input);
    }
}

static void peer_call(size_t first) {
    if (!strcmp(options.work, "load")) {
        load();
        ((void (*)(void *))api[RELEASE_SESSION])(session);
        return;
    }
    size_t count = options.batch * options.width, start = first * options.width;
    if (options.strings)
        CALL(FILL_STRING_TENSOR, input, options.strings + start, count);
    else if (options.rows64)
        memcpy(buffer, options.rows64 + start, count * sizeof(double));
    else
        memcpy(buffer, options.rows + start, count * sizeof(float));
    CALL(RUN, session, NULL, &input_name, &input, (size_t)1, output_names, (size_t)1, outputs);
}

static const void *peer_answers(size_t *count, int *is_double) {
    if (!strcmp(options.work, "load")) return NULL;
    void *info, *data;
    int type;
    CALL(GET_TENSOR_TYPE_AND_SHAPE, outputs[0], &info);
    CALL(GET_TENSOR_SHAPE_ELEMENT_COUNT, info, count);
    CALL(GET_TENSOR_ELEMENT_TYPE, info, &type);
    CALL(GET_TENSOR_MUTABLE_DATA, outputs[0], &data);
    if (type != ELEMENT_FLOAT && type != ELEMENT_DOUBLE) fail("onnxruntime", "output of no numbers");
    *is_double = type == ELEMENT_DOUBLE;
    return data;
}
