// The predictor over ONNX Runtime: `library` is the shared library of its Python wheel, `model` an
// ONNX classifier of two classes, whose last output is the probabilities.
//
// Input and output tensors are made once for each number of rows in a call, and used again as long as it
// stays the same, which spares ONNX Runtime what most callers make it do for each call.
#include "predictor.h"

#include <string.h>

#include "ort.h"

enum { CLASSES = 2 };

struct predictor {
    void *session, *memory;
    char *input_name, *output_name;
    size_t features, count;  // count: rows that the tensors hold
    float *input, *output;
    void *input_tensor, *output_tensor;
};

struct predictor *predictor_open(const char *library, const char *model, size_t features) {
    if (!api) open_runtime(library);
    struct predictor *made = calloc(1, sizeof *made);
    made->features = features;
    size_t bytes, outputs;
    char *content = read_file(model, &bytes);
    CALL(CREATE_SESSION_FROM_ARRAY, environment, content, bytes, session_options, &made->session);
    free(content);
    void *allocator;
    CALL(GET_ALLOCATOR_WITH_DEFAULT_OPTIONS, &allocator);
    CALL(SESSION_GET_INPUT_NAME, made->session, (size_t)0, allocator, &made->input_name);
    CALL(SESSION_GET_OUTPUT_COUNT, made->session, &outputs);
    CALL(SESSION_GET_OUTPUT_NAME, made->session, outputs - 1, allocator, &made->output_name);
    CALL(CREATE_CPU_MEMORY_INFO, 1, 0, &made->memory);
    return made;
}

static void make_tensor(struct predictor *predictor, size_t width, float **data, void **tensor) {
    if (*tensor) ((void (*)(void *))api[RELEASE_VALUE])(*tensor);
    free(*data);
    size_t bytes = predictor->count * width * sizeof(float);
    *data = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
    int64_t shape[] = {(int64_t)predictor->count, (int64_t)width};
    CALL(CREATE_TENSOR_WITH_DATA_AS_VALUE, predictor->memory, *data, bytes, shape, (size_t)2,
         ELEMENT_FLOAT, tensor);
}

void predictor_score(struct predictor *predictor, const float *rows, size_t count, float *scores) {
    if (count == 0) return;
    if (count != predictor->count) {
        predictor->count = count;
        make_tensor(predictor, predictor->features, &predictor->input, &predictor->input_tensor);
        make_tensor(predictor, CLASSES, &predictor->output, &predictor->output_tensor);
    }
    memcpy(predictor->input, rows, count * predictor->features * sizeof(float));
    CALL(RUN, predictor->session, NULL, &predictor->input_name, &predictor->input_tensor, (size_t)1,
         &predictor->output_name, (size_t)1, &predictor->output_tensor);
    for (size_t i = 0; i < count; i++) scores[i] = predictor->output[i * CLASSES + 1];
}
