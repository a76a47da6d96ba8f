// XGBoost, through the C interface of the shared library in its Python wheel, one thread.
// --work: run (in place, as a server would; predictions from a DMatrix made beforehand would be
// answered from XGBoost's cache of them), explain (pred_contribs from a DMatrix made beforehand), load
// (from memory).
#include "worker.h"

typedef void *handle;
typedef unsigned long long extent;

static int (*create)(const handle *, extent, handle *);
static int (*release)(handle);
static int (*set_parameter)(handle, const char *, const char *);
static int (*load_buffer)(handle, const void *, extent);
static int (*dense)(handle, const char *, const char *, handle, const extent **, extent *,
                    const float **);
static int (*matrix)(handle, handle, const char *, const extent **, extent *, const float **);
static int (*make_matrix)(const float *, extent, extent, float, handle *);
static const char *(*last_error)(void);

static handle booster, proxy, *matrices;
static const float *answers;
static size_t answer_count;
static char in_place[128], from_matrix[160];

static void check(int code) {
    if (code) fail("xgboost", last_error());
}

static handle load(void) {
    handle made;
    check(create(NULL, 0, &made));
    check(set_parameter(made, "nthread", "1"));
    check(load_buffer(made, options.model_content, options.model_bytes));
    check(set_parameter(made, "nthread", "1"));
    return made;
}

static void peer_open(void) {
    void *library = open_library(options.library);
    create = entry(library, "XGBoosterCreate");
    release = entry(library, "XGBoosterFree");
    set_parameter = entry(library, "XGBoosterSetParam");
    load_buffer = entry(library, "XGBoosterLoadModelFromBuffer");
    dense = entry(library, "XGBoosterPredictFromDense");
    matrix = entry(library, "XGBoosterPredictFromDMatrix");
    make_matrix = entry(library, "XGDMatrixCreateFromMat");
    last_error = entry(library, "XGBGetLastError");
    snprintf(in_place, sizeof in_place,
             "{\"type\": 0, \"iteration_begin\": 0, \"iteration_end\": 0, \"strict_shape\": false, "
             "\"missing\": NaN, \"cache_id\": 0}");
    snprintf(from_matrix, sizeof from_matrix,
             "{\"type\": 2, \"training\": false, \"iteration_begin\": 0, \"iteration_end\": 0, "
             "\"strict_shape\": false}");
    if (!strcmp(options.work, "load")) return;
    booster = load();
    if (!strcmp(options.work, "run")) return;
    size_t places = options.row_count / options.batch;
    matrices = calloc(places, sizeof *matrices);
    for (size_t i = 0; i < places; i++)
        check(make_matrix(options.rows + i * options.batch * options.width, options.batch,
                          options.width, __builtin_nanf(""), &matrices[i]));
}

static void peer_call(size_t first) {
    if (!strcmp(options.work, "load")) {
        check(release(load()));
        return;
    }
    const extent *shape;
    extent rank;
    if (!strcmp(options.work, "run")) {
        char array[192];
        snprintf(array, sizeof array,
                 "{\"data\": [%zu, true], \"shape\": [%zu, %zu], \"typestr\": \"<f4\", "
                 "\"version\": 3}",
                 (size_t)(options.rows + first * options.width), options.batch, options.width);
        check(dense(booster, array, in_place, proxy, &shape, &rank, &answers));
    } else {
        check(matrix(booster, matrices[first / options.batch], from_matrix, &shape, &rank, &answers));
    }
    answer_count = 1;
    for (extent i = 0; i < rank; i++) answer_count *= shape[i];
}

static const void *peer_answers(size_t *count, int *is_double) {
    *count = answer_count;
    *is_double = 0;
    return answers;
}
