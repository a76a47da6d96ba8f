// The predictor over a model that tl2cgen turned into C and gcc -O3 into `library`.
#include "predictor.h"

#include "library.h"
#include "tl2cgen.h"

struct predictor {
    generated_predict predict;
    union entry_value *row;
    size_t features;
};

struct predictor *predictor_open(const char *library, const char *model, size_t features) {
    (void)model;
    struct predictor *made = malloc(sizeof *made);
    made->predict = (generated_predict)entry(open_library(library), "predict");
    made->row = calloc(features, sizeof *made->row);
    made->features = features;
    return made;
}

void predictor_score(struct predictor *predictor, const float *rows, size_t count, float *scores) {
    for (size_t i = 0; i < count; i++)
        scores[i] = predict_row(predictor->predict, predictor->row,
                                rows + i * predictor->features, predictor->features);
}
