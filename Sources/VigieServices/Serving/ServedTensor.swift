import VigieEngine
import VigieProtos

/// One input or output of a model, with what requests are compared with. Without references, so that
/// a copy costs no counting.
struct ServedTensor {
    /// A view of memory that the ``ServedVersion`` keeps.
    let name: Text
    let type: ElementType
    /// "FP32".
    let typeName: Text
    /// Whether a request may leave this input out.
    let isOptional: Bool
    /// The extents; -1 stands for any. Only the first eight: a tensor cannot have more, so that one
    /// with a greater ``rank`` accepts no shape.
    private let shape: TensorShape
    private let rank: Int

    init(_ spec: TensorSpec, _ arena: Arena) {
        name = Text(copying: spec.name, in: arena)
        type = spec.type
        typeName = Text(spec.type.protocolName)
        isOptional = spec.isOptional
        shape = TensorShape(spec.shape.prefix(TensorShape.rankMax))
        rank = spec.shape.count
    }

    /// Whether the first dimension counts rows, any number of them.
    var hasRows: Bool { rank > 0 && shape[0] == -1 }

    /// The extents; -1 stands for any.
    var extents: [Int] { (0..<shape.rank).map { shape[$0] } }

    /// "[-1, 30]".
    var shapeDescription: String { "[" + extents.map(String.init).joined(separator: ", ") + "]" }

    /// The shape that a request gives, if it is one that the tensor may have.
    @inline(__always)
    func accepted(_ extents: Repeated<Int64>) -> TensorShape? {
        guard extents.count == rank, rank <= TensorShape.rankMax else { return nil }
        var accepted = TensorShape()
        for index in 0..<rank {
            let extent = extents[index]
            guard shape[index] >= 0 ? extent == shape[index] : extent >= 0 else { return nil }
            accepted.append(Int(extent))
        }
        return accepted
    }
}
