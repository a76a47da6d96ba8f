import VigieEngine
import VigieProtos

/// One input or output of a model, with what requests are compared with.
struct ServedTensor {
    /// A view of memory that the ``ServedVersion`` keeps.
    let name: Text
    let type: ElementType
    /// "FP32".
    let typeName: Text
    /// The extents; -1 stands for any.
    let extents: [Int]

    init(_ spec: TensorSpec, _ arena: Arena) {
        name = Text(copying: spec.name, in: arena)
        type = spec.type
        typeName = Text(spec.type.protocolName)
        extents = spec.shape
    }

    /// Whether the first dimension counts rows, any number of them.
    var hasRows: Bool { extents.first == -1 }

    /// "[-1, 30]".
    var shapeDescription: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }

    func accepts(_ shape: Repeated<Int64>) -> Bool {
        guard shape.count == extents.count else { return false }
        for index in 0..<extents.count
        where extents[index] >= 0 ? shape[index] != extents[index] : shape[index] < 0 {
            return false
        }
        return true
    }
}
