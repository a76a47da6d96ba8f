/// Labels and categories to numbers, and back.
extension OperatorTable {
    static func labelEncoder(_ node: NodeBuilder) throws(LoadError) {
        if node.version == 1 {
            guard let classes = try node.strings("classes_strings") else {
                throw node.corrupt("classes_strings are missing")
            }
            return try map(node, classes, (0..<classes.count).map { Int64($0) })
        }
        let input = try node.input(0, [.string, .int64, .float32, .float64, .int32, .int16, .bool])
        guard let (keys, keyType) = try keys(node) else {
            throw node.corrupt("it has no keys")
        }
        guard node.type(input) == keyType else {
            throw node.corrupt("keys of \(keyType.label), input of \(node.type(input).label)")
        }
        guard let values = try values(node), values.count == keys.count + 1 else {
            throw node.corrupt("keys and values differ in number")
        }
        addMap(node, input, keys, values, try node.output(0, values.type))
    }

    static func categoryMapper(_ node: NodeBuilder) throws(LoadError) {
        guard let strings = try node.strings("cats_strings"),
            let integers = try node.ints("cats_int64s"), strings.count == integers.count
        else { throw node.corrupt("cats_strings and cats_int64s are missing or differ in number") }
        try map(node, strings, integers.map { Int64($0) })
    }

    /// Strings to integers or back, as the input's type wants.
    private static func map(
        _ node: NodeBuilder, _ strings: [String], _ integers: [Int64]
    ) throws(LoadError) {
        let otherString = try node.string("default_string") ?? "_Unused"
        let otherInteger = try node.int("default_int64") ?? -1
        let input = try node.input(0, [.string, .int64])
        if node.type(input) == .string {
            let values = Tensor(integers: integers + [Int64(otherInteger)])
            addMap(node, input, KeyTable(strings: strings), values, try node.output(0, .int64))
        } else {
            let values = Tensor(strings: strings + [otherString])
            addMap(node, input, KeyTable(integers: integers), values, try node.output(0, .string))
        }
    }

    private static func addMap(
        _ node: NodeBuilder, _ input: Int, _ keys: KeyTable, _ values: Tensor, _ output: Int
    ) {
        node.add(LookupStep(node.place, keys, values, input, output), [input], [output])
    }

    private static func keys(_ node: NodeBuilder) throws(LoadError) -> (KeyTable, ElementType)? {
        if let strings = try node.strings("keys_strings") {
            return (KeyTable(strings: strings), .string)
        }
        if let integers = try node.ints("keys_int64s") {
            return (KeyTable(integers: integers.map { Int64($0) }), .int64)
        }
        if let floats = try node.floats("keys_floats") {
            // NaN has been a key like others since version 4.
            let keys = floats.map { Double($0) }
            return (
                node.version < 4 ? KeyTable(realsButNaN: keys) : KeyTable(reals: keys), .float32
            )
        }
        guard let tensor = try node.tensor("keys_tensor") else { return nil }
        let type = tensor.type
        switch type {
        case .string:
            return (KeyTable(strings: (0..<tensor.count).map { tensor.string(at: $0) }), type)
        case .float32:
            let keys = tensor.withElements(of: Float.self) { $0.map { Double($0) } }
            return (KeyTable(reals: keys), type)
        case .float64:
            return (KeyTable(reals: tensor.withElements(of: Double.self) { Array($0) }), type)
        case .int64, .int32:
            return (
                KeyTable(integers: (0..<tensor.count).map { Int64(tensor.index(at: $0)) }), type
            )
        case .int16:
            let keys = tensor.withElements(of: Int16.self) { $0.map { Int64($0) } }
            return (KeyTable(integers: keys), type)
        case .bool:
            let keys = tensor.withElements(of: UInt8.self) { $0.map { Int64($0) } }
            return (KeyTable(integers: keys), type)
        default: throw node.unsupported("keys of \(type.label)")
        }
    }

    /// The values, and after them the default.
    private static func values(_ node: NodeBuilder) throws(LoadError) -> Tensor? {
        let otherString = try node.string("default_string") ?? "_Unused"
        let otherInteger = try node.int("default_int64") ?? -1
        let otherFloat = try node.float("default_float") ?? -0.0
        let other = try node.tensor("default_tensor")
        if let strings = try node.strings("values_strings") {
            return Tensor(strings: strings + [otherString])
        }
        if let integers = try node.ints("values_int64s") {
            return Tensor(integers: integers.map { Int64($0) } + [Int64(otherInteger)])
        }
        if let floats = try node.floats("values_floats") {
            let tensor = Tensor(type: .float32)
            tensor.reshape(TensorShape([floats.count + 1]))
            tensor.withElements(of: Float.self) { _ = $0.update(from: floats + [otherFloat]) }
            return tensor
        }
        guard let given = try node.tensor("values_tensor") else { return nil }
        let type = given.type
        guard other == nil || (other?.type == type && other?.count == 1) else {
            throw node.corrupt("the default is not one element of the values' type")
        }
        let tensor = Tensor(type: type)
        tensor.reshape(TensorShape([given.count + 1]))
        if type == .string {
            for index in 0..<given.count { tensor.appendString(given.string(at: index)) }
            tensor.appendString(other?.string(at: 0) ?? otherString)
            return tensor
        }
        tensor.withMutableBytes { out in
            given.bytes.withUnsafeBytes { out.copyMemory(from: $0) }
            let last = UnsafeMutableRawBufferPointer(
                rebasing: out[(given.count * type.byteCount)...])
            if let other {
                other.bytes.withUnsafeBytes { last.copyMemory(from: $0) }
            } else {
                // -1 for integers, -0.0 for floats.
                let isFloat = type == .float32 || type == .float64
                for index in last.indices { last[index] = isFloat ? 0 : 0xFF }
                if isFloat { last[last.count - 1] = 0x80 }
            }
        }
        return tensor
    }

    static func oneHotEncoder(_ node: NodeBuilder) throws(LoadError) {
        let ints = try node.ints("cats_int64s")
        let strings = try node.strings("cats_strings")
        let zeros = (try node.int("zeros") ?? 1) != 0
        var input = try node.input(0, .mlNumbers + [.string])
        let keys: KeyTable
        if node.type(input) == .string {
            guard let strings else { throw node.corrupt("cats_strings are missing") }
            keys = KeyTable(strings: strings)
        } else {
            guard let ints else { throw node.corrupt("cats_int64s are missing") }
            keys = KeyTable(integers: ints.map { Int64($0) })
            input = addCast(node, input, .int64)
        }
        guard keys.count > 0 else { throw node.corrupt("it has no categories") }
        let output = try node.output(0, .float32)
        node.add(OneHotStep(node.place, keys, zeros, input, output), [input], [output])
    }
}

extension Tensor {
    /// A vector.
    convenience init(integers: [Int64]) {
        self.init(type: .int64)
        reshape(TensorShape(CollectionOfOne(integers.count)))
        withElements(of: Int64.self) { _ = $0.update(from: integers) }
    }

    /// A vector.
    convenience init(strings: [String]) {
        self.init(type: .string)
        reshape(TensorShape(CollectionOfOne(strings.count)))
        for string in strings { appendString(string) }
    }
}
