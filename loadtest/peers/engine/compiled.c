// A model that tl2cgen turned into C and gcc -O3 into --library, called as its header says.
#include "worker.h"

union entry_value { int missing; float fvalue; int qvalue; };

static void (*predict)(union entry_value *, int, float *);
static union entry_value *row;
static float *answers;

static void peer_open(void) {
    void *library = dlopen(options.library, RTLD_NOW);
    if (!library) fail(options.library, dlerror());
    predict = entry(library, "predict");
    row = calloc(options.width, sizeof *row);
    answers = calloc(options.batch, sizeof *answers);
}

static void peer_call(size_t first) {
    for (size_t i = 0; i < options.batch; i++) {
        const float *values = options.rows + (first + i) * options.width;
        // A missing value is the entry whose whole number is -1, which is a NaN's bits.
        for (size_t feature = 0; feature < options.width; feature++) {
            row[feature].fvalue = values[feature];
            if (values[feature] != values[feature]) row[feature].missing = -1;
        }
        answers[i] = 0;     // it adds
        predict(row, 0, answers + i);
    }
}

static const void *peer_answers(size_t *count, int *is_double) {
    *count = options.batch;
    *is_double = 0;
    return answers;
}
