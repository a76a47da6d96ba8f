/// A number that can be made of any other, as ONNX's Cast does.
protocol CastNumber: BitwiseCopyable {
    static var isInteger: Bool { get }
    /// The value as a double, exactly where possible.
    var real: Double { get }
    /// An integer's value, modulo 2^64.
    var bits: Int64 { get }
    init(real: Double)
    /// The low bits of `bits`.
    init(bits: Int64, unsigned: Bool)
    static var isUnsigned: Bool { get }
}

extension CastNumber where Self: FixedWidthInteger {
    static var isInteger: Bool { true }
    static var isUnsigned: Bool { !isSigned }
    @inline(__always) var real: Double { Double(self) }
    @inline(__always) var bits: Int64 { Int64(truncatingIfNeeded: self) }
    /// Rounds towards zero. Of what an INT32 or INT64 cannot hold, NaN and infinities among it, it is
    /// the least number, as on the machines that ONNX Runtime runs on, so that no missing value
    /// becomes the category 0; narrower and unsigned types have the nearest value, and 0 for NaN.
    @inline(__always) init(real: Double) {
        if Self.isSigned, Self.bitWidth >= 32 {
            self = Self(exactly: real.rounded(.towardZero)) ?? .min
        } else if real.isNaN {
            self = 0
        } else if real >= Double(Self.max) {
            self = .max
        } else if real <= Double(Self.min) {
            self = .min
        } else {
            self = Self(real)
        }
    }
    @inline(__always) init(bits: Int64, unsigned: Bool) { self.init(truncatingIfNeeded: bits) }
}

extension CastNumber where Self: BinaryFloatingPoint {
    static var isInteger: Bool { false }
    static var isUnsigned: Bool { false }
    @inline(__always) var real: Double { Double(self) }
    @inline(__always) var bits: Int64 { 0 }
    @inline(__always) init(real: Double) { self = Self(real) }
    @inline(__always) init(bits: Int64, unsigned: Bool) {
        self = unsigned ? Self(UInt64(bitPattern: bits)) : Self(bits)
    }
}

extension Int8: CastNumber {}
extension Int16: CastNumber {}
extension Int32: CastNumber {}
extension Int64: CastNumber {}
extension UInt8: CastNumber {}
extension UInt16: CastNumber {}
extension UInt32: CastNumber {}
extension UInt64: CastNumber {}
extension Float: CastNumber {}
extension Double: CastNumber {}
extension Float16: CastNumber {}

/// A truth value in a tensor: anything but zero, NaN included, becomes true.
struct CastBool: CastNumber {
    let byte: UInt8
    static var isInteger: Bool { true }
    static var isUnsigned: Bool { true }
    var real: Double { Double(byte) }
    var bits: Int64 { Int64(byte) }
    init(real: Double) { byte = real == 0 ? 0 : 1 }
    init(bits: Int64, unsigned: Bool) { byte = bits == 0 ? 0 : 1 }
}

/// The upper half of a binary32, rounded to nearest even.
struct CastBFloat16: CastNumber {
    let half: UInt16
    static var isInteger: Bool { false }
    static var isUnsigned: Bool { false }
    var real: Double { Double(Float(bitPattern: UInt32(half) << 16)) }
    var bits: Int64 { 0 }
    init(real: Double) { self.init(Float(real)) }
    init(bits: Int64, unsigned: Bool) {
        self.init(unsigned ? Float(UInt64(bitPattern: bits)) : Float(bits))
    }
    private init(_ value: Float) {
        let pattern = value.bitPattern
        if value.isNaN {
            half = 0x7FC1
        } else {
            let rounding = 0x7FFF + ((pattern >> 16) & 1)
            half = UInt16(truncatingIfNeeded: (pattern &+ rounding) >> 16)
        }
    }
}
