import Glibc

/// A number that tensors hold and operators compute with. Integers wrap on overflow, as in numpy.
protocol TensorNumber: BitwiseCopyable, Comparable {
    static var zero: Self { get }
    static var one: Self { get }
    static func sum(_ a: Self, _ b: Self) -> Self
    static func difference(_ a: Self, _ b: Self) -> Self
    static func product(_ a: Self, _ b: Self) -> Self
    /// Integers round towards zero; by zero gives zero.
    static func quotient(_ a: Self, _ b: Self) -> Self
    /// With the sign of `a`; by zero gives zero for integers.
    static func remainder(_ a: Self, _ b: Self) -> Self
    static func power(_ a: Self, _ b: Self) -> Self
    /// NaN if either is.
    static func least(_ a: Self, _ b: Self) -> Self
    /// NaN if either is.
    static func greatest(_ a: Self, _ b: Self) -> Self
    static func negative(_ a: Self) -> Self
    static func absolute(_ a: Self) -> Self
    static func sign(_ a: Self) -> Self
    static var lowest: Self { get }
    static var highest: Self { get }
    init(saturating value: Double)
}

extension TensorNumber {
    /// With the sign of `b`, as in Python.
    @inline(__always) static func modulo(_ a: Self, _ b: Self) -> Self {
        let rest = remainder(a, b)
        return rest != .zero && (rest < .zero) != (b < .zero) ? sum(rest, b) : rest
    }
}

extension TensorNumber where Self: FixedWidthInteger {
    static var one: Self { 1 }
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a &+ b }
    @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a &- b }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a &* b }
    @inline(__always) static func quotient(_ a: Self, _ b: Self) -> Self {
        b == 0 ? 0 : a.dividedReportingOverflow(by: b).partialValue
    }
    @inline(__always) static func remainder(_ a: Self, _ b: Self) -> Self {
        b == 0 ? 0 : a.remainderReportingOverflow(dividingBy: b).partialValue
    }
    static func power(_ a: Self, _ b: Self) -> Self {
        if b < 0 { return Self(saturating: pow(Double(a), Double(b))) }
        var (result, base, exponent) = (Self(1), a, b)
        while exponent > 0 {
            if exponent & 1 == 1 { result = result &* base }
            base = base &* base
            exponent >>= 1
        }
        return result
    }
    @inline(__always) static func least(_ a: Self, _ b: Self) -> Self { a < b ? a : b }
    @inline(__always) static func greatest(_ a: Self, _ b: Self) -> Self { a > b ? a : b }
    @inline(__always) static func negative(_ a: Self) -> Self { 0 &- a }
    @inline(__always) static func absolute(_ a: Self) -> Self { a < 0 ? 0 &- a : a }
    @inline(__always) static func sign(_ a: Self) -> Self { a == 0 ? 0 : a < 0 ? 0 &- 1 : 1 }
    static var lowest: Self { .min }
    static var highest: Self { .max }
    /// Rounds towards zero; what is out of range becomes the nearest value, NaN becomes 0.
    @inline(__always) init(saturating value: Double) {
        if value.isNaN {
            self = 0
        } else if value >= Double(Self.max) {
            self = .max
        } else if value <= Double(Self.min) {
            self = .min
        } else {
            self = Self(value)
        }
    }
}

extension TensorNumber where Self: BinaryFloatingPoint {
    static var one: Self { 1 }
    @inline(__always) static func sum(_ a: Self, _ b: Self) -> Self { a + b }
    @inline(__always) static func difference(_ a: Self, _ b: Self) -> Self { a - b }
    @inline(__always) static func product(_ a: Self, _ b: Self) -> Self { a * b }
    @inline(__always) static func quotient(_ a: Self, _ b: Self) -> Self { a / b }
    @inline(__always) static func remainder(_ a: Self, _ b: Self) -> Self {
        a.truncatingRemainder(dividingBy: b)
    }
    @inline(__always) static func power(_ a: Self, _ b: Self) -> Self {
        Self(pow(Double(a), Double(b)))
    }
    @inline(__always) static func least(_ a: Self, _ b: Self) -> Self {
        a.isNaN ? a : b.isNaN || b < a ? b : a
    }
    @inline(__always) static func greatest(_ a: Self, _ b: Self) -> Self {
        a.isNaN ? a : b.isNaN || b > a ? b : a
    }
    @inline(__always) static func negative(_ a: Self) -> Self { -a }
    @inline(__always) static func absolute(_ a: Self) -> Self { a.magnitude }
    @inline(__always) static func sign(_ a: Self) -> Self { a > 0 ? 1 : a < 0 ? -1 : a }
    static var lowest: Self { -.infinity }
    static var highest: Self { .infinity }
    @inline(__always) init(saturating value: Double) { self = Self(value) }
}

extension Int8: TensorNumber {}
extension Int16: TensorNumber {}
extension Int32: TensorNumber {}
extension Int64: TensorNumber {}
extension UInt8: TensorNumber {}
extension UInt16: TensorNumber {}
extension UInt32: TensorNumber {}
extension UInt64: TensorNumber {}
extension Float: TensorNumber {}
extension Double: TensorNumber {}

/// A floating-point number that operators compute with.
protocol TensorFloat: TensorNumber, BinaryFloatingPoint {
    static func exponential(_ x: Self) -> Self
    static func logarithm(_ x: Self) -> Self
    static func hyperbolicTangent(_ x: Self) -> Self
    static func errorFunction(_ x: Self) -> Self
}

extension Float: TensorFloat {
    @inline(__always) static func exponential(_ x: Float) -> Float { exp(x) }
    @inline(__always) static func logarithm(_ x: Float) -> Float { log(x) }
    @inline(__always) static func hyperbolicTangent(_ x: Float) -> Float { tanh(x) }
    @inline(__always) static func errorFunction(_ x: Float) -> Float { erf(x) }
}

extension Double: TensorFloat {
    @inline(__always) static func exponential(_ x: Double) -> Double { exp(x) }
    @inline(__always) static func logarithm(_ x: Double) -> Double { log(x) }
    @inline(__always) static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
    @inline(__always) static func errorFunction(_ x: Double) -> Double { erf(x) }
}

extension TensorFloat {
    /// 1 / (1 + e^-x), without overflow at either end.
    @inline(__always) static func logistic(_ x: Self) -> Self {
        if x >= 0 { return 1 / (1 + exponential(-x)) }
        let power = exponential(x)
        return power / (1 + power)
    }
}
