// What every peer of the engine's comparison shares: the command line, the rows, the clock and the
// line that it prints. A peer includes this once and defines the four functions below; main is here.
//
//     PEER --library FILE --model FILE --rows FILE --row-shape 30 [--type f32|f64|string]
//          --batch 1 --work run --seconds 0.5 [--answers FILE]
//
// prints {"ns": median, "p99_ns": …, "calls": …} of the calls. Calls take the next rows each time, so
// that neither branches nor caches learn one by heart. A sample is one call, or as many as take
// 50 µs; the time is the thread's CPU time. --answers writes what the first 256 rows (or the first
// batch) gave, as doubles.
#ifndef WORKER_H
#define WORKER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "../predictor/library.h"

typedef struct {
    const char *library, *model, *work, *answers, *type;
    double seconds;
    size_t batch;
    int64_t shape[8];       // of one row
    size_t rank, width;     // width: elements of one row
    size_t row_count;
    const float *rows;      // --type f32
    const double *rows64;   // --type f64
    char **strings;         // --type string: one line of the file an element
    size_t model_bytes;
    char *model_content;
} worker_options;

static worker_options options;

// Loads the library, and the model unless the work is to load it.
static void peer_open(void);
// Does the work once for options.batch rows from row `first`.
static void peer_call(size_t first);
// What the last call gave; NULL when the work gives nothing to compare.
static const void *peer_answers(size_t *count, int *is_double);

static double cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void read_options(int count, char **words) {
    options.batch = 1;
    options.seconds = 0.5;
    options.work = "run";
    options.type = "f32";
    const char *rows = NULL, *shape = "1";
    for (int i = 1; i + 1 < count; i += 2) {
        const char *name = words[i], *value = words[i + 1];
        if (!strcmp(name, "--library")) options.library = value;
        else if (!strcmp(name, "--model")) options.model = value;
        else if (!strcmp(name, "--work")) options.work = value;
        else if (!strcmp(name, "--type")) options.type = value;
        else if (!strcmp(name, "--answers")) options.answers = value;
        else if (!strcmp(name, "--rows")) rows = value;
        else if (!strcmp(name, "--row-shape")) shape = value;
        else if (!strcmp(name, "--batch")) options.batch = strtoul(value, NULL, 10);
        else if (!strcmp(name, "--seconds")) options.seconds = strtod(value, NULL);
        else fail(name, "is no option");
    }
    if (!options.library || !options.model || !rows) fail("--library, --model, --rows", "are needed");
    options.model_content = read_file(options.model, &options.model_bytes);
    options.width = 1;
    for (char *next = (char *)shape; *next; next += *next == ',') {
        int64_t extent = strtoll(next, &next, 10);
        options.shape[options.rank++] = extent;
        options.width *= (size_t)extent;
    }
    size_t size;
    char *content = read_file(rows, &size);
    if (!strcmp(options.type, "string")) {
        size_t lines = 0;
        for (size_t i = 0; i < size; i++) lines += content[i] == '\n';
        options.strings = calloc(lines, sizeof *options.strings);
        char *line = content;
        for (size_t i = 0; i < lines; i++) {
            options.strings[i] = line;
            line = strchr(line, '\n');
            *line++ = 0;
        }
        options.row_count = lines / options.width;
    } else if (!strcmp(options.type, "f64")) {
        options.rows64 = (const double *)content;
        options.row_count = size / sizeof(double) / options.width;
    } else {
        options.rows = (const float *)content;
        options.row_count = size / sizeof(float) / options.width;
    }
    if (options.row_count < options.batch) fail(rows, "has fewer rows than a batch");
}

static void write_answers(void) {
    FILE *file = fopen(options.answers, "wb");
    if (!file) fail(options.answers, "cannot be written");
    for (size_t first = 0; first + options.batch <= options.row_count && first < 256;
         first += options.batch) {
        size_t count = 0;
        int is_double = 0;
        peer_call(first);
        const void *found = peer_answers(&count, &is_double);
        for (size_t i = 0; found && i < count; i++) {
            double value = is_double ? ((const double *)found)[i] : ((const float *)found)[i];
            fwrite(&value, sizeof value, 1, file);
        }
    }
    fclose(file);
}

int main(int count, char **words) {
    read_options(count, words);
    peer_open();
    if (options.answers) write_answers();

    enum { SAMPLES_MAX = 1 << 20 };
    double *samples = malloc(SAMPLES_MAX * sizeof *samples);
    size_t places = options.row_count / options.batch, calls = 0, sample = 1, found = 0;
#define NEXT peer_call(calls++ % places * options.batch)
    double begin = cpu_ns();
    while (cpu_ns() - begin < options.seconds * 1e8) NEXT;      // a tenth to warm up
    double one = (cpu_ns() - begin) / (double)calls;
    while ((double)sample * one < 50e3) sample *= 2;
    calls = 0;
    begin = cpu_ns();
    for (double last = begin; found < SAMPLES_MAX && last - begin < options.seconds * 1e9;) {
        for (size_t i = 0; i < sample; i++) NEXT;
        double now = cpu_ns();
        samples[found++] = (now - last) / (double)sample;
        last = now;
    }
    qsort(samples, found, sizeof *samples, ascending);
    printf("{\"ns\": %.1f, \"p99_ns\": %.1f, \"calls\": %zu}\n", samples[found / 2],
           samples[found * 99 / 100], calls);
    return 0;
}

#endif
