import Glibc
import VigieEngine

/// Triton's classification extension: instead of a row's scores, its top classes, each as the BYTES
/// element "score:index". (A third part, the class's label, is left out: artifacts have none.)
enum Classification {
    static func canRank(_ type: ElementType) -> Bool {
        switch type {
        case .string, .bool, .float16, .bfloat16: false
        default: true
        }
    }

    /// The `count` top classes, or all if there are fewer, of each row: a tensor [rows, classes], or
    /// [classes] for a tensor without rows. Of equal scores the one with the lower index is first;
    /// NaN is last.
    static func top(_ count: Int, of tensor: Tensor, hasRows: Bool) -> Tensor {
        let rows = hasRows && tensor.shape.rank > 0 ? tensor.shape[0] : 1
        let classes = rows > 0 ? tensor.count / rows : 0
        let kept = min(count, classes)
        let result = Tensor(type: .string)
        result.reshape(hasRows ? TensorShape([rows, kept]) : TensorShape([kept]))
        for row in 0..<rows {
            let scores = (0..<classes).map { value(tensor, row * classes + $0) }
            let order = scores.indices.sorted { left, right in
                let (a, b) = (scores[left], scores[right])
                if a.isNaN || b.isNaN { return !a.isNaN || (b.isNaN && left < right) }
                return a != b ? a > b : left < right
            }
            for index in order.prefix(kept) {
                result.appendString("\(text(scores[index])):\(index)")
            }
        }
        return result
    }

    /// Six decimals for all types, as C++'s std::to_string has them for floating point.
    private static func text(_ score: Double) -> String {
        guard score.isFinite else { return score.isNaN ? "nan" : score < 0 ? "-inf" : "inf" }
        let whole = score.rounded(.towardZero)
        // Beyond 2^53 a Double has no decimals to show.
        guard abs(score) < 0x1p53 else { return "\(Int64(clamping: Int(exactly: whole) ?? .max))" }
        var millionths = Int(((abs(score) - abs(whole)) * 1_000_000).rounded(.toNearestOrEven))
        var units = Int(abs(whole))
        if millionths == 1_000_000 { (units, millionths) = (units + 1, 0) }
        let decimals = String(millionths + 1_000_000).dropFirst()
        return "\(score.sign == .minus ? "-" : "")\(units).\(decimals)"
    }

    private static func value(_ tensor: Tensor, _ index: Int) -> Double {
        switch tensor.type {
        case .float32: tensor.withElements(of: Float.self) { Double($0[index]) }
        case .float64: tensor.withElements(of: Double.self) { $0[index] }
        case .int8: tensor.withElements(of: Int8.self) { Double($0[index]) }
        case .int16: tensor.withElements(of: Int16.self) { Double($0[index]) }
        case .int32: tensor.withElements(of: Int32.self) { Double($0[index]) }
        case .int64: tensor.withElements(of: Int64.self) { Double($0[index]) }
        case .uint8: tensor.withElements(of: UInt8.self) { Double($0[index]) }
        case .uint16: tensor.withElements(of: UInt16.self) { Double($0[index]) }
        case .uint32: tensor.withElements(of: UInt32.self) { Double($0[index]) }
        case .uint64: tensor.withElements(of: UInt64.self) { Double($0[index]) }
        case .bool, .string, .float16, .bfloat16: .nan
        }
    }
}
