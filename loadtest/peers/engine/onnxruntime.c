// ONNX Runtime, through the C interface of the shared library in its Python wheel.
//
// One thread, all optimizations, the CPU's own provider; the output's memory is made by the first
// call and used again, which spares it an allocation that most callers pay.
#include "worker.h"

#include "../predictor/ort.h"

static void *session, *memory, *input, *outputs[8];
static char *input_name, *output_names[8];
static size_t output_count, output;
static void *buffer;

static void load(void) {
    CALL(CREATE_SESSION_FROM_ARRAY, environment, options.model_content, options.model_bytes,
         session_options, &session);
}

static void peer_open(void) {
    open_runtime(options.library);
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
