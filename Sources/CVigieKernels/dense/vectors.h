// Vectors of 64 bytes and what is done with them; the compiler splits them into what a level has.
// To be included by level.h, under its target.

typedef float v16f __attribute__((vector_size(64)));
typedef int32_t v16i __attribute__((vector_size(64)));
typedef uint32_t v16u __attribute__((vector_size(64)));
typedef double v8d __attribute__((vector_size(64)));
typedef int64_t v8l __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline))

INLINE v16f all16(float x) { return (v16f){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
#if defined(SLOW_FMA)
// Sixteen calls of the C library: once in the code is enough.
__attribute__((noinline)) static v16f fma16(v16f a, v16f b, v16f c) {
    return __builtin_elementwise_fma(a, b, c);
}
#else
INLINE v16f fma16(v16f a, v16f b, v16f c) { return __builtin_elementwise_fma(a, b, c); }
#endif
INLINE v16f abs16(v16f x) { return (v16f)((v16i)x & 0x7FFFFFFF); }
INLINE v16f sign16(v16f x, v16f sign) {
    return (v16f)(((v16i)x & 0x7FFFFFFF) | ((v16u)sign & 0x80000000u));
}
INLINE v16f pick16(v16i mask, v16f yes, v16f no) {
    return (v16f)((mask & (v16i)yes) | (~mask & (v16i)no));
}
// The bound where x is beyond it; NaN stays.
INLINE v16f at_least16(v16f x, float low) { return pick16(x < all16(low), all16(low), x); }
INLINE v16f at_most16(v16f x, float high) { return pick16(x > all16(high), all16(high), x); }

INLINE v16f load16(const float *from) {
    v16f x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
}
INLINE void store16(float *to, v16f x) { __builtin_memcpy(to, &x, sizeof x); }
// The first `count` elements, fewer than sixteen: four moves at most, without a call.
INLINE void store_part16(float *to, v16f x, size_t count) {
    float part[16];
    const float *from = part;
    store16(part, x);
    for (size_t size = 8; size > 0; size /= 2) {
        if ((count & size) == 0) continue;
        switch (size) {
        case 8: __builtin_memcpy(to, from, 32); break;
        case 4: __builtin_memcpy(to, from, 16); break;
        case 2: __builtin_memcpy(to, from, 8); break;
        default: *to = *from;
        }
        to += size;
        from += size;
    }
}

INLINE v8d all8(double x) { return (v8d){x, x, x, x, x, x, x, x}; }
INLINE v8d fma8(v8d a, v8d b, v8d c) { return __builtin_elementwise_fma(a, b, c); }
INLINE v8d load8(const double *from) {
    v8d x;
    __builtin_memcpy(&x, from, sizeof x);
    return x;
}
INLINE void store8(double *to, v8d x) { __builtin_memcpy(to, &x, sizeof x); }
