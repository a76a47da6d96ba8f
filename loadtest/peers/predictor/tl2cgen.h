// A model that tl2cgen turned into C, called as its header says.
#ifndef PEER_TL2CGEN_H
#define PEER_TL2CGEN_H

#include <stddef.h>

union entry_value { int missing; float fvalue; int qvalue; };

// The generated `predict`: the row, whether the margin is wanted, and where the result is *added*.
typedef void (*generated_predict)(union entry_value *, int, float *);

// One row's score; `row` is scratch memory for as many entries.
static inline float predict_row(generated_predict predict, union entry_value *row,
                                const float *values, size_t features) {
    // A missing value is the entry whose whole number is -1, which is a NaN's bits.
    for (size_t feature = 0; feature < features; feature++) {
        row[feature].fvalue = values[feature];
        if (values[feature] != values[feature]) row[feature].missing = -1;
    }
    float score = 0;
    predict(row, 0, &score);
    return score;
}

#endif
