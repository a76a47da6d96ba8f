// Which kernels this processor runs. Every kernel with more than one form picks it by this level,
// so that one binary runs anywhere and at its best where it can.
#ifndef VIGIE_CPU_H
#define VIGIE_CPU_H

// In ascending order on one architecture: a level's processor runs all lower ones that exist for it.
typedef enum {
    VIGIE_CPU_PORTABLE = 0,     // what the compiler takes for granted: SSE2 on x86-64
    VIGIE_CPU_NEON = 1,         // every 64-bit ARM
    VIGIE_CPU_AVX2 = 2,         // AVX2, FMA, F16C, BMI 1 and 2: Haswell, Zen
    VIGIE_CPU_AVX512 = 3,       // AVX-512 F, BW, DQ, VL, VBMI, VBMI2, BITALG: Ice Lake, Zen 4
} vigie_cpu;

// The level to use: the processor's best, found at the first call, or a lower one that the
// environment variable VIGIE_KERNELS names: portable, neon, avx2 or avx512. A name that is not known
// or asks for more than there is changes nothing. May be called on any thread.
vigie_cpu vigie_cpu_level(void);

// The processor's best, whatever the environment says: for tests that compare all levels.
vigie_cpu vigie_cpu_best(void);

// "portable", "neon", "avx2" or "avx512".
const char *vigie_cpu_name(vigie_cpu level);

#endif
