// Element-wise functions. To be included by level.h, under its target.

// x as n log 2 + r with |r| <= log 2 / 2. Adding 1.5 * 2^23 leaves the nearest integer in the low bits.
INLINE v16f reduce16(v16f x, v16f *n) {
    const v16f shift = all16(12582912.0f);
    *n = fma16(x, all16(1.44269504f), shift) - shift;
    v16f r = fma16(*n, all16(-0.693145752f), x);
    return fma16(*n, all16(-1.42860677e-6f), r);
}

// e^r - 1 for a reduced r: Cephes' polynomial (expf.c).
INLINE v16f expm1_reduced16(v16f r) {
    v16f p = all16(1.9875691500e-4f);
    p = fma16(p, r, all16(1.3981999507e-3f));
    p = fma16(p, r, all16(8.3334519073e-3f));
    p = fma16(p, r, all16(4.1665795894e-2f));
    p = fma16(p, r, all16(1.6666665459e-1f));
    p = fma16(p, r, all16(5.0000001201e-1f));
    return fma16(p, r * r, r);
}

// The integers n as such; NaN becomes any.
INLINE v16i whole16(v16f n) { return (v16i)((v16u)(n + 12582912.0f) - 0x4B400000u); }

// 2^n for -126 <= n <= 127.
INLINE v16f power16(v16f n) { return (v16f)(((v16u)whole16(n) + 127) << 23); }

// x 2^n, rounded once where it is denormal.
INLINE v16f scale16(v16f x, v16f n) {
#if defined(SCALE)
    return SCALE(x, n);
#else
    v16i whole = whole16(n), half = whole >> 1;
    v16u rest = (v16u)whole - (v16u)half;
    return x * (v16f)(((v16u)half + 127) << 23) * (v16f)((rest + 127) << 23);
#endif
}

// x is cut where e^x is 0 or infinity in float numbers.
INLINE v16f exp16(v16f x) {
    v16f n, r = reduce16(at_most16(at_least16(x, -105.0f), 89.0f), &n);
    return scale16(expm1_reduced16(r) + 1.0f, n);
}

// e^x - 1 without loss near 0; x <= 0.
INLINE v16f expm1_16(v16f x) {
    v16f n, q = expm1_reduced16(reduce16(at_least16(x, -18.0f), &n));
    v16f power = power16(n);
    return fma16(power, q, power - 1.0f);
}

// A fraction, so that products of fractions need one division.
typedef struct {
    v16f over, under;
} ratio16;

INLINE ratio16 sigmoid_ratio16(v16f x) {
    v16f n, r = reduce16(at_least16(-abs16(x), -105.0f), &n);
    v16f e = scale16(expm1_reduced16(r) + 1.0f, n);
    return (ratio16){pick16(x < all16(0), e, all16(1)), e + 1.0f};
}

// (e^2x - 1) / (e^2x + 1); from 10 on it is 1.
INLINE ratio16 tanh_ratio16(v16f x) {
    v16f n, q = expm1_reduced16(reduce16(at_most16(abs16(x), 10.0f) * 2.0f, &n));
    v16f power = power16(n);
    v16f e = fma16(power, q, power - 1.0f);
    return (ratio16){sign16(e, x), e + 2.0f};
}

INLINE v16f value16(ratio16 x) { return x.over / x.under; }
INLINE v16f product16(ratio16 x, ratio16 y) { return x.over * y.over / (x.under * y.under); }
INLINE v16f sigmoid16(v16f x) { return value16(sigmoid_ratio16(x)); }
INLINE v16f tanh16(v16f x) { return value16(tanh_ratio16(x)); }

// Cephes' polynomial (logf.c) for the mantissa in [sqrt 1/2, sqrt 2).
INLINE v16f log16(v16f x) {
    v16i tiny = x < all16(1.17549435e-38f);
    v16f y = pick16(tiny, x * 8388608.0f, x);
    v16u bits = (v16u)y - 0x3F3504F3u;
    v16i exponent = (v16i)bits >> 23;
    v16f f = (v16f)((bits & 0x7FFFFFu) + 0x3F3504F3u) - 1.0f;
    v16f e = __builtin_convertvector(exponent, v16f) - pick16(tiny, all16(23), all16(0));
    v16f p = all16(7.0376836292e-2f);
    p = fma16(p, f, all16(-1.1514610310e-1f));
    p = fma16(p, f, all16(1.1676998740e-1f));
    p = fma16(p, f, all16(-1.2420140846e-1f));
    p = fma16(p, f, all16(1.4249322787e-1f));
    p = fma16(p, f, all16(-1.6668057665e-1f));
    p = fma16(p, f, all16(2.0000714765e-1f));
    p = fma16(p, f, all16(-2.4999993993e-1f));
    p = fma16(p, f, all16(3.3333331174e-1f));
    v16f square = f * f;
    v16f r = p * f * square;
    r = fma16(e, all16(-2.12194440e-4f), r);
    r = fma16(square, all16(-0.5f), r);
    r = fma16(e, all16(0.693359375f), f + r);
    // log 0, log of what is negative or NaN, and log of infinity.
    r = pick16(x == all16(0), all16(-__builtin_inff()), r);
    r = pick16(x < all16(0), all16(__builtin_nanf("")), r);
    return pick16((v16i)(x < all16(__builtin_inff())), r, x);
}

// log(1 + e), 0 <= e <= 1; what rounding 1 + e has lost is added again.
INLINE v16f log1p16(v16f e) {
    v16f u = e + 1.0f;
    return log16(u) + (e - (u - 1.0f)) / u;
}

INLINE v16f softplus16(v16f x) {
    v16f tail = log1p16(exp16(-abs16(x)));
    return pick16(x > all16(0), x + tail, tail);
}

// Polynomials by N. Juffa (public domain), errors under one unit in the last place each.
INLINE v16f erf16(v16f x) {
    v16f t = at_most16(abs16(x), 4.0f), s = t * t;
    v16f r = fma16(all16(-1.72853470e-5f), t, all16(3.83197126e-4f));
    v16f u = fma16(all16(-3.88396438e-3f), t, all16(2.42546219e-2f));
    r = fma16(r, s, u);
    r = fma16(r, t, all16(-1.06777877e-1f));
    r = fma16(r, t, all16(-6.34846687e-1f));
    r = fma16(r, t, all16(-1.28717512e-1f));
    v16f far = 1.0f - exp16(fma16(r, t, -t));
    r = all16(-5.96761703e-4f);
    r = fma16(r, s, all16(4.99119423e-3f));
    r = fma16(r, s, all16(-2.67681349e-2f));
    r = fma16(r, s, all16(1.12819925e-1f));
    r = fma16(r, s, all16(-3.76125336e-1f));
    r = fma16(r, s, all16(1.28379166e-1f));
    v16f near = fma16(r, t, t);
    return sign16(pick16(t > all16(0.927734375f), far, near), x);
}

INLINE v16f activate16(const vigie_activation *activation, v16f x) {
    const v16f a = all16(activation->a), b = all16(activation->b), zero = all16(0);
    switch (activation->function) {
    case VIGIE_RELU: return at_least16(x, 0);
    case VIGIE_LEAKY_RELU: return pick16(x < zero, a * x, x);
    case VIGIE_THRESHOLDED_RELU: return pick16(x > a, x, zero);
    case VIGIE_AFFINE: return a * x + b;
    case VIGIE_HARD_SIGMOID: return at_most16(at_least16(a * x + b, 0), 1);
    case VIGIE_HARD_SWISH: return x * at_most16(at_least16(x * (1.0f / 6) + 0.5f, 0), 1);
    case VIGIE_SOFTSIGN: return x / (abs16(x) + 1.0f);
    case VIGIE_EXP: return exp16(x);
    case VIGIE_LOG: return log16(x);
    case VIGIE_SIGMOID: return sigmoid16(x);
    case VIGIE_TANH: return tanh16(x);
    case VIGIE_SCALED_TANH: return a * tanh16(b * x);
    case VIGIE_ERF: return erf16(x);
    case VIGIE_ELU: return pick16(x < zero, a * expm1_16(at_most16(x, 0)), x);
    case VIGIE_SELU: return b * pick16(x > zero, x, a * expm1_16(at_most16(x, 0)));
    case VIGIE_CELU: return pick16(x < zero, a * expm1_16(at_most16(x / a, 0)), x);
    case VIGIE_SOFTPLUS: return softplus16(x);
    case VIGIE_GELU: return x * 0.5f * (erf16(x * 0.707106781f) + 1.0f);
    case VIGIE_GELU_TANH:
        return x * 0.5f *
               (tanh16(fma16(x * x * x, all16(0.044715f), x) * 0.797884561f) + 1.0f);
    case VIGIE_SWISH: return x * sigmoid16(a * x);
    case VIGIE_MISH: return x * tanh16(softplus16(x));
    default: return x;
    }
}

__attribute__((noinline)) static void map_f32(
    const vigie_activation *activation, const float *x, float *out, size_t count
) {
    size_t i = 0;
    for (; i + 16 <= count; i += 16) store16(out + i, activate16(activation, load16(x + i)));
    if (i == count) return;
    float rest[16] = {0};
    __builtin_memcpy(rest, x + i, (count - i) * sizeof(float));
    store16(rest, activate16(activation, load16(rest)));
    __builtin_memcpy(out + i, rest, (count - i) * sizeof(float));
}
