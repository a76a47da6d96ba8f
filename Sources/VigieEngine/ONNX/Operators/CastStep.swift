import Glibc

extension OperatorTable {
    static func cast(_ node: NodeBuilder) throws(LoadError) {
        guard let number = try node.int("to") else {
            throw node.corrupt("attribute 'to' is missing")
        }
        guard let type = ElementType(onnx: Int32(clamping: number)) else {
            throw LoadError(
                .unsupported,
                "\(node.place): a cast to type \(number) is not supported; supported are"
                    + " \([ElementType].all.label)")
        }
        // They concern the 8-bit floats only.
        node.ignore("saturate", "round_mode")
        let input = try node.input(0)
        guard node.type(input) != type else { return try node.output(0, slot: input) }
        let output = addCast(node, input, type)
        try node.output(0, slot: output)
    }

    /// A slot with the value of `input` as `type`.
    static func addCast(_ node: NodeBuilder, _ input: Int, _ type: ElementType) -> Int {
        guard node.type(input) != type else { return input }
        let output = node.graph.addSlot(type)
        let step = CastStep(node.place, node.type(input), type, input, output)
        node.add(step, [input], [output])
        if type == .float32 || type == .float64, let link = node.graph.links[input] {
            node.graph.setLink(output, link)
        }
        return output
    }
}

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
    /// Rounds towards zero; out of range gives the nearest value, NaN gives 0.
    @inline(__always) init(real: Double) {
        if real.isNaN {
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

/// Elements of one type as another.
final class CastStep: Step {
    let source: ElementType
    let target: ElementType
    let input: Int
    let output: Int

    init(
        _ place: String, _ source: ElementType, _ target: ElementType, _ input: Int, _ output: Int
    ) {
        self.source = source
        self.target = target
        self.input = input
        self.output = output
        super.init(place)
    }

    override var refusesValues: Bool { source == .string }

    override func run(_ values: Values) throws(InferenceError) {
        let tensor = values[input]
        let out = try values.shape(output, tensor.shape, self)
        switch source {
        case .bool: try from(tensor, out, CastBool.self)
        case .int8: try from(tensor, out, Int8.self)
        case .int16: try from(tensor, out, Int16.self)
        case .int32: try from(tensor, out, Int32.self)
        case .int64: try from(tensor, out, Int64.self)
        case .uint8: try from(tensor, out, UInt8.self)
        case .uint16: try from(tensor, out, UInt16.self)
        case .uint32: try from(tensor, out, UInt32.self)
        case .uint64: try from(tensor, out, UInt64.self)
        case .float16: try from(tensor, out, Float16.self)
        case .bfloat16: try from(tensor, out, CastBFloat16.self)
        case .float32: try from(tensor, out, Float.self)
        case .float64: try from(tensor, out, Double.self)
        case .string: try parse(tensor, out)
        }
    }

    @inline(__always)
    private func from<Source: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ type: Source.Type
    ) throws(InferenceError) {
        switch target {
        case .bool: convert(tensor, out, type, CastBool.self)
        case .int8: convert(tensor, out, type, Int8.self)
        case .int16: convert(tensor, out, type, Int16.self)
        case .int32: convert(tensor, out, type, Int32.self)
        case .int64: convert(tensor, out, type, Int64.self)
        case .uint8: convert(tensor, out, type, UInt8.self)
        case .uint16: convert(tensor, out, type, UInt16.self)
        case .uint32: convert(tensor, out, type, UInt32.self)
        case .uint64: convert(tensor, out, type, UInt64.self)
        case .float16: convert(tensor, out, type, Float16.self)
        case .bfloat16: convert(tensor, out, type, CastBFloat16.self)
        case .float32: convert(tensor, out, type, Float.self)
        case .float64: convert(tensor, out, type, Double.self)
        case .string: format(tensor, out, type)
        }
    }

    @inline(__always)
    private func convert<Source: CastNumber, Target: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ source: Source.Type, _ target: Target.Type
    ) {
        tensor.withElements(of: Source.self) { tensor in
            out.withElements(of: Target.self) { out in
                for index in 0..<tensor.count {
                    let value = tensor[index]
                    out[index] =
                        Source.isInteger
                        ? Target(bits: value.bits, unsigned: Source.isUnsigned)
                        : Target(real: value.real)
                }
            }
        }
    }
}

// Text. These allocate: casts to and from strings are no part of a model's hot path.
extension CastStep {
    private func format<Source: CastNumber>(
        _ tensor: Tensor, _ out: Tensor, _ type: Source.Type
    ) {
        for index in 0..<tensor.count {
            let value = tensor.withElements(of: Source.self) { $0[index] }
            if Source.isInteger {
                out.appendString(
                    Source.isUnsigned
                        ? String(UInt64(bitPattern: value.bits)) : String(value.bits))
            } else {
                out.appendString(Self.text(value.real))
            }
        }
    }

    /// As C's %.8g, for doubles too, and ONNX's names of what is no number: so has it ONNX Runtime.
    static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-INF" : "INF" }
        var buffer = [CChar](repeating: 0, count: 40)
        let length = withVaList([value]) { vsnprintf(&buffer, 40, "%.8g", $0) }
        return String(
            decoding: buffer.prefix(Int(length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func parse(_ tensor: Tensor, _ out: Tensor) throws(InferenceError) {
        switch target {
        case .float32: try parse(tensor, out) { Self.real($0).map { Float($0) } }
        case .float64: try parse(tensor, out) { Self.real($0) }
        case .float16: try parse(tensor, out) { Self.real($0).map { Float16($0) } }
        case .bfloat16: try parse(tensor, out) { Self.real($0).map { CastBFloat16(real: $0) } }
        case .bool: try parse(tensor, out) { Self.truth($0) }
        case .int8: try parse(tensor, out) { Int8($0) }
        case .int16: try parse(tensor, out) { Int16($0) }
        case .int32: try parse(tensor, out) { Int32($0) }
        case .int64: try parse(tensor, out) { Int64($0) }
        case .uint8: try parse(tensor, out) { UInt8($0) }
        case .uint16: try parse(tensor, out) { UInt16($0) }
        case .uint32: try parse(tensor, out) { UInt32($0) }
        case .uint64: try parse(tensor, out) { UInt64($0) }
        case .string: break
        }
    }

    private static func real(_ text: String) -> Double? {
        Double(text.filter { $0 != " " })
    }

    private static func truth(_ text: String) -> UInt8? {
        switch text.lowercased() {
        case "true", "1": 1
        case "false", "0", "": 0
        default: real(text).map { $0 == 0 ? 0 : 1 }
        }
    }

    private func parse<Element: BitwiseCopyable>(
        _ tensor: Tensor, _ out: Tensor, _ convert: (String) -> Element?
    ) throws(InferenceError) {
        for index in 0..<tensor.count {
            let text = tensor.string(at: index)
            guard let value = convert(text) else {
                throw mismatch("'\(text.prefix(64))' is no \(target.label)")
            }
            out.withElements(of: Element.self) { $0[index] = value }
        }
    }
}
