import Glibc

/// ln Γ, for threads: C's `lgamma` writes the sign to a variable that all share.
enum LogGamma {
    /// - Parameter x: over 0.
    static func value(_ x: Double) -> Double {
        var sign: Int32 = 0
        return lgamma_r(x, &sign)
    }
}
