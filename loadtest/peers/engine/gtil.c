// Treelite's own interpreter, through the C interface of the shared library in its Python wheel,
// one thread. --model is what Model.serialize wrote; --type is the model's own (f64 for scikit-learn).
#include "worker.h"

typedef void *handle;

static int (*load_file)(const char *, handle *);
static int (*parse_config)(const char *, handle *);
static int (*predict)(handle, const void *, const char *, uint64_t, void *, handle);
static int (*output_shape)(handle, uint64_t, handle, const uint64_t **, uint64_t *);
static const char *(*last_error)(void);

static handle model, config;
static void *answers;
static uint64_t answer_count = 1;

static void check(int code) {
    if (code) fail("treelite", last_error());
}

static void peer_open(void) {
    void *library = open_library(options.library);
    load_file = entry(library, "TreeliteDeserializeModelFromFile");
    parse_config = entry(library, "TreeliteGTILParseConfig");
    predict = entry(library, "TreeliteGTILPredict");
    output_shape = entry(library, "TreeliteGTILGetOutputShape");
    last_error = entry(library, "TreeliteGetLastError");
    check(load_file(options.model, &model));
    check(parse_config("{\"predict_type\": \"default\", \"nthread\": 1}", &config));
    const uint64_t *shape;
    uint64_t rank;
    check(output_shape(model, options.batch, config, &shape, &rank));
    for (uint64_t i = 0; i < rank; i++) answer_count *= shape[i];
    answers = calloc(answer_count, sizeof(double));
}

static void peer_call(size_t first) {
    if (options.rows64)
        check(predict(model, options.rows64 + first * options.width, "float64", options.batch,
                      answers, config));
    else
        check(predict(model, options.rows + first * options.width, "float32", options.batch,
                      answers, config));
}

static const void *peer_answers(size_t *count, int *is_double) {
    *count = answer_count;
    *is_double = options.rows64 != NULL;
    return answers;
}
