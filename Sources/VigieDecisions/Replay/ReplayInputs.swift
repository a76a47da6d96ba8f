import VigieCrypto
import VigieEngine

/// Features of a decision as they are kept beside its record or shown in a file: an application's
/// values by name, or tensors.
package struct ReplayInputs: Sendable {
    let json: JSONValue

    /// - Parameter json: an object with `values` or `inputs`.
    package init?(_ json: JSONValue) {
        guard json["values"]?.object != nil || json["inputs"]?.array != nil else { return nil }
        self.json = json
    }

    /// An application's row, in the signature's order.
    func row(_ features: [Feature]) throws(DecisionError) -> [Double] {
        guard let values = json["values"] else { throw DecisionError("there are no 'values'") }
        var row: [Double] = []
        for feature in features {
            guard let value = values[feature.name] else {
                throw DecisionError("there is no value of feature '\(feature.name)'")
            }
            row.append(try Self.number(value, feature))
        }
        return row
    }

    private static func number(_ value: JSONValue, _ feature: Feature) throws(DecisionError)
        -> Double
    {
        switch value {
        case .null: return .nan
        case .bool(let flag): return flag ? 1 : 0
        case .number(let number): return number
        case .string(let text):
            if feature.kind == .category, let code = feature.categories.firstIndex(of: text) {
                return Double(code)
            }
            guard feature.kind != .category, let number = Double(text) else {
                throw DecisionError("feature '\(feature.name)' cannot be \"\(text)\"")
            }
            return number
        default: throw DecisionError("feature '\(feature.name)' cannot be \(value.kindName)")
        }
    }

    /// Fills `tensors`, one for each of `specs`; those that are not there are absent.
    func fill(_ tensors: [Tensor], _ specs: [TensorSpec]) throws(DecisionError) {
        let inputs = json["inputs"]?.array ?? []
        for (tensor, spec) in zip(tensors, specs) {
            guard let input = inputs.first(where: { $0["name"]?.string == spec.name }) else {
                tensor.setAbsent()
                continue
            }
            let shape = TensorShape((input["shape"]?.numbers ?? []).map { Int(exactly: $0) ?? 0 })
            let data = input["data"]?.array ?? []
            guard shape.elementCount == data.count else {
                throw DecisionError("input '\(spec.name)' has not as many elements as its shape")
            }
            tensor.reshape(shape)
            for (index, value) in data.enumerated() {
                guard Self.store(value, at: index, in: tensor) else {
                    throw DecisionError(
                        "input '\(spec.name)': element \(index) is of the wrong type")
                }
            }
        }
    }

    private static func store(_ value: JSONValue, at index: Int, in tensor: Tensor) -> Bool {
        func put<Element: BitwiseCopyable>(_ element: Element?) -> Bool {
            guard let element else { return false }
            tensor.withElements(of: Element.self) { $0[index] = element }
            return true
        }
        func whole<Element: FixedWidthInteger & BitwiseCopyable>(_ type: Element.Type) -> Element? {
            if let text = value.string { return Element(text) }
            return value.double.flatMap { Element(exactly: $0) }
        }
        if let hex = value["hex"]?.string {
            guard let bytes = Hex.decode(hex) else { return false }
            var reader = DraftReader(bytes[...])
            switch tensor.type {
            case .float32 where bytes.count == 4:
                return put(Float(bitPattern: reader.number(UInt32.self)))
            case .float64 where bytes.count == 8: return put(reader.double())
            case .string:
                tensor.appendString(bytes)
                return true
            default: return false
            }
        }
        switch tensor.type {
        case .bool: return put(value.bool.map { UInt8($0 ? 1 : 0) })
        case .uint8: return put(whole(UInt8.self))
        case .int8: return put(whole(Int8.self))
        case .uint16: return put(whole(UInt16.self))
        case .int16: return put(whole(Int16.self))
        case .uint32: return put(whole(UInt32.self))
        case .int32: return put(whole(Int32.self))
        case .uint64: return put(whole(UInt64.self))
        case .int64: return put(whole(Int64.self))
        case .float16, .bfloat16:
            let bytes = value.string.flatMap { Hex.decode($0) } ?? []
            guard bytes.count == 2 else { return false }
            return put(UInt16(bytes[0]) | UInt16(bytes[1]) << 8)
        case .float32: return put(Self.double(value).map { Float($0) })
        case .float64: return put(Self.double(value))
        case .string:
            guard let text = value.string else { return false }
            tensor.appendString(text)
            return true
        }
    }

    /// A number, or one that JSON has not: "NaN", "Infinity", "-Infinity".
    static func double(_ value: JSONValue) -> Double? {
        if let number = value.double { return number }
        switch value.string {
        case "NaN": return .nan
        case "Infinity": return .infinity
        case "-Infinity": return -.infinity
        default: return nil
        }
    }
}
