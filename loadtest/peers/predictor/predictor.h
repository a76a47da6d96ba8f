// The model that every peer serves, behind one C interface: a server in any language opens
// libpredictor-ENGINE.so, and what is compared is the servers, not how they call an engine.
#ifndef PREDICTOR_H
#define PREDICTOR_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct predictor;

// `library` is the engine's own shared library, or the compiled model; `model` a file for engines that
// read one. Call it from one thread at a time. Ends the process with a message when either cannot be used: a peer without its model is
// of no use. A predictor belongs to one thread; each thread opens its own.
struct predictor *predictor_open(const char *library, const char *model, size_t features);

// Scores of `count` rows of `features` numbers each, one after the other.
void predictor_score(struct predictor *predictor, const float *rows, size_t count, float *scores);

#ifdef __cplusplus
}
#endif

#endif
