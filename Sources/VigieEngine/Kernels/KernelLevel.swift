import CVigieKernels

/// Which instructions the C kernels use: see `vigie_cpu.h`. Results do not depend on it.
package enum KernelLevel: CaseIterable, Sendable {
    case portable, neon, avx2, avx512

    /// What is used: the processor's best, or less where `VIGIE_KERNELS` says so.
    package static var current: KernelLevel { KernelLevel(vigie_cpu_level()) }

    /// What this processor can run, ``portable`` first.
    package static var available: [KernelLevel] {
        let best = KernelLevel(vigie_cpu_best())
        return switch best {
        case .portable: [.portable]
        case .neon: [.portable, .neon]
        case .avx2: [.portable, .avx2]
        case .avx512: [.portable, .avx2, .avx512]
        }
    }

    private init(_ level: vigie_cpu) {
        switch level {
        case VIGIE_CPU_NEON: self = .neon
        case VIGIE_CPU_AVX2: self = .avx2
        case VIGIE_CPU_AVX512: self = .avx512
        default: self = .portable
        }
    }

    var cpu: vigie_cpu {
        switch self {
        case .portable: VIGIE_CPU_PORTABLE
        case .neon: VIGIE_CPU_NEON
        case .avx2: VIGIE_CPU_AVX2
        case .avx512: VIGIE_CPU_AVX512
        }
    }
}
