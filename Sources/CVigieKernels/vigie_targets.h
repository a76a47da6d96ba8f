// What to put before a function so that the compiler uses a level's instructions in it. Such a
// function may only be called after vigie_cpu_level() has said that the level is there.
#ifndef VIGIE_TARGETS_H
#define VIGIE_TARGETS_H

#if defined(__x86_64__)
#define VIGIE_X86 1
#define VIGIE_TARGET_AVX2 __attribute__((target("avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt")))
#define VIGIE_TARGET_AVX512                                                                 \
    __attribute__((target("avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,"  \
                          "avx512vl,avx512vbmi,avx512vbmi2,avx512bitalg"),                  \
                   min_vector_width(512)))
#endif

#endif
