import Foundation
import VigieEngine

/// The rows of a comparison: raw native numbers, or one string a line.
struct WorkerRows {
    private enum Elements {
        case float32([Float])
        case float64([Double])
        case strings([String])
    }

    private let elements: Elements
    private let shape: [Int]
    private let width: Int
    let count: Int

    init(_ bytes: [UInt8], type: String, shape: [Int]) throws {
        self.shape = shape
        width = shape.reduce(1, *)
        guard width > 0 else { throw BenchError("--row-shape has an extent of 0") }
        switch type {
        case "f32":
            let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
            elements = .float32(values)
            count = values.count / width
        case "f64":
            let values = bytes.withUnsafeBytes { Array($0.bindMemory(to: Double.self)) }
            elements = .float64(values)
            count = values.count / width
        case "string":
            let lines = String(decoding: bytes, as: UTF8.self).split(
                separator: "\n", omittingEmptySubsequences: false
            ).dropLast().map { String($0) }
            elements = .strings(lines)
            count = lines.count / width
        default: throw BenchError("--type is f32, f64 or string, not '\(type)'")
        }
    }

    /// Gives the first input `batch` rows.
    func fillInput(of workspace: Workspace, from first: Int, batch: Int) {
        let input = workspace.inputs[0]
        var tensorShape = TensorShape()
        tensorShape.append(batch)
        for extent in shape { tensorShape.append(extent) }
        input.reshape(tensorShape)
        let range = first * width..<(first + batch) * width
        switch elements {
        case .float32(let values):
            input.withMutableBytes { $0.copyMemory(from: values, range) }
        case .float64(let values):
            if input.type == .float64 {
                input.withMutableBytes { $0.copyMemory(from: values, range) }
            } else {
                input.withElements(of: Float.self) { elements in
                    for (place, index) in range.enumerated() {
                        elements[place] = Float(values[index])
                    }
                }
            }
        case .strings(let lines):
            for index in range { input.appendString(lines[index]) }
        }
    }

    /// Gives the row view one row of numbers.
    func fillRow(of workspace: Workspace, from row: Int) {
        for feature in 0..<width {
            switch elements {
            case .float32(let values):
                workspace.row[feature] = Double(values[row * width + feature])
            case .float64(let values): workspace.row[feature] = values[row * width + feature]
            case .strings: break
            }
        }
    }
}

extension UnsafeMutableRawBufferPointer {
    /// One copy of bytes, as the peers in C do.
    fileprivate func copyMemory<Number: BitwiseCopyable>(
        from values: [Number], _ range: Range<Int>
    ) {
        let size = MemoryLayout<Number>.stride
        values.withUnsafeBytes { bytes in
            copyMemory(
                from: UnsafeRawBufferPointer(
                    rebasing: bytes[range.lowerBound * size..<range.upperBound * size]))
        }
    }
}
