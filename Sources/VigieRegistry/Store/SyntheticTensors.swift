import VigieEngine

/// Tensor inputs made from a row, as far as the signature tells what the inputs are.
enum SyntheticTensors {
    /// Fills all inputs for a batch of `rows`, where they have rows: the feature of an input's name
    /// or ``Feature/input`` gives its columns. What nobody names is 1, or "" for text; a real number
    /// differs from row to row, as rows of a batch do.
    /// - Parameter first: which row of a larger batch the first one is.
    static func fill(
        _ workspace: Workspace, of artifact: Artifact, rows: [[Double]], from first: Int = 0
    ) {
        let features = artifact.signature.features
        for (index, tensor) in workspace.inputs.enumerated() {
            let spec = artifact.inputs[index]
            let count = spec.shape.first == -1 ? rows.count : 1
            var shape = TensorShape(spec.shape.prefix(TensorShape.rankMax).map { max($0, 1) })
            if shape.rank > 0, spec.shape.first == -1 { shape[0] = count }
            tensor.reshape(shape)
            let width = tensor.count / count
            var columns = features.indices.filter {
                (features[$0].input ?? features[$0].name) == spec.name
            }
            if columns.isEmpty, artifact.inputs.count == 1, features.count == width {
                columns = Array(features.indices)
            }
            for element in 0..<tensor.count {
                let (row, place) = (element / width, element % width)
                let column = place < columns.count ? columns[place] : nil
                set(
                    tensor, element,
                    value: column.map { rows[row][$0] } ?? 1 + 0.375 * Double(first + row),
                    feature: column.map { features[$0] })
            }
        }
    }

    private static func set(_ tensor: Tensor, _ index: Int, value: Double, feature: Feature?) {
        // An integer that nobody names may be an index: 1 in each row.
        let whole = feature == nil ? 1 : Int64(exactly: value.rounded(.towardZero)) ?? 0
        switch tensor.type {
        case .string:
            let categories = feature?.categories ?? []
            let code = Int(clamping: whole)
            tensor.appendString(categories.indices.contains(code) ? categories[code] : "")
        case .float32: tensor.withElements(of: Float.self) { $0[index] = Float(value) }
        case .float64: tensor.withElements(of: Double.self) { $0[index] = value }
        case .int64: tensor.withElements(of: Int64.self) { $0[index] = whole }
        case .uint64: tensor.withElements(of: UInt64.self) { $0[index] = UInt64(clamping: whole) }
        case .int32: tensor.withElements(of: Int32.self) { $0[index] = Int32(clamping: whole) }
        case .uint32: tensor.withElements(of: UInt32.self) { $0[index] = UInt32(clamping: whole) }
        case .int16: tensor.withElements(of: Int16.self) { $0[index] = Int16(clamping: whole) }
        case .uint16: tensor.withElements(of: UInt16.self) { $0[index] = UInt16(clamping: whole) }
        case .int8: tensor.withElements(of: Int8.self) { $0[index] = Int8(clamping: whole) }
        case .uint8: tensor.withElements(of: UInt8.self) { $0[index] = UInt8(clamping: whole) }
        case .bool: tensor.withElements(of: UInt8.self) { $0[index] = whole == 0 ? 0 : 1 }
        // 1.0 as binary16 and as the upper half of a binary32.
        case .float16: tensor.withElements(of: UInt16.self) { $0[index] = 0x3c00 }
        case .bfloat16: tensor.withElements(of: UInt16.self) { $0[index] = 0x3f80 }
        }
    }

    /// Whether a floating-point tensor holds NaN.
    static func holdsNaN(_ tensor: Tensor) -> Bool {
        switch tensor.type {
        case .float32: tensor.withElements(of: Float.self) { $0.contains(where: \.isNaN) }
        case .float64: tensor.withElements(of: Double.self) { $0.contains(where: \.isNaN) }
        default: false
        }
    }
}
