import Glibc

/// How far an answer may be from what is expected: `absolute + relative · |expected|`.
package struct Tolerance: Sendable, Equatable {
    package var absolute = 1e-6
    package var relative = 1e-6

    package init(absolute: Double = 1e-6, relative: Double = 1e-6) {
        self.absolute = absolute
        self.relative = relative
    }

    /// NaN is expected where NaN is.
    package func accepts(_ value: Double, _ expected: Double) -> Bool {
        if expected.isNaN || value.isNaN { return expected.isNaN && value.isNaN }
        if value == expected { return true }
        return abs(value - expected) <= absolute + relative * abs(expected)
    }
}
