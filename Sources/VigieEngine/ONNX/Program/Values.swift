/// The tensors of one run by slot: the graph's inputs and outputs, its constants, and all between.
///
/// It counts what a run takes, so that a graph that multiplies its data without bound ends in an
/// error instead of the process.
final class Values {
    private var tensors: [Tensor]
    /// Bytes that each slot has held at most.
    private var heldBytes: [Int]
    private var heldTotal = 0
    private var operations = 0

    /// Memory of tree ensembles.
    let scratches: [TreeScratch]

    init(_ tensors: [Tensor], _ scratches: [TreeScratch] = []) {
        self.tensors = tensors
        self.scratches = scratches
        heldBytes = Array(repeating: 0, count: tensors.count)
    }

    subscript(slot: Int) -> Tensor {
        @inline(__always) get { tensors[slot] }
        set { tensors[slot] = newValue }
    }

    /// Adds a slot: only while a graph is compiled.
    func append(_ tensor: Tensor) {
        tensors.append(tensor)
        heldBytes.append(0)
    }

    /// To be called before each run.
    func begin() { operations = 0 }

    /// Gives each of two slots the other's tensor.
    func exchange(_ a: Int, _ b: Int) {
        tensors.swapAt(a, b)
        heldBytes.swapAt(a, b)
    }

    /// Copies the tensor of one slot to another of the same type.
    func copy(_ source: Int, to target: Int, _ step: Step) throws(InferenceError) {
        let tensor = tensors[source]
        let out = try shape(target, tensor.shape, step)
        try TensorWriter(out, target, self, step).append(tensor, 0, tensor.count)
    }

    /// Gives slot `slot` a shape and returns its tensor, to be filled.
    func shape(_ slot: Int, _ shape: TensorShape, _ step: Step) throws(InferenceError) -> Tensor {
        let tensor = tensors[slot]
        guard shape.isWalkable, let count = shape.elementCount else {
            throw InferenceError(.limit, "\(step.place): a tensor \(shape) is too large")
        }
        try charge(count, step)
        try hold(
            count * max(tensor.type.byteCount, 8 * (tensor.type == .string ? 1 : 0)), slot, step)
        tensor.reshape(shape)
        return tensor
    }

    /// Counts `bytes` of memory for slot `slot`.
    func hold(_ bytes: Int, _ slot: Int, _ step: Step) throws(InferenceError) {
        guard bytes > heldBytes[slot] else { return }
        heldTotal += bytes - heldBytes[slot]
        heldBytes[slot] = bytes
        guard bytes <= ONNXLimits.tensorBytesMax, heldTotal <= ONNXLimits.workspaceBytesMax else {
            heldTotal -= bytes
            heldBytes[slot] = 0
            throw InferenceError(
                .limit, "\(step.place): needs \(bytes) bytes for a tensor; send fewer rows")
        }
    }

    /// Counts `count` elementary operations.
    @inline(__always)
    func charge(_ count: Int, _ step: Step) throws(InferenceError) {
        let (sum, overflow) = operations.addingReportingOverflow(count)
        guard !overflow, sum <= ONNXLimits.operationsMax else {
            throw InferenceError(.limit, "\(step.place): the run takes too long; send fewer rows")
        }
        operations = sum
    }

    /// The integers of slot `slot` (INT64 or INT32), at most `TensorShape.rankMax`: axes, extents.
    func integers(_ slot: Int, _ step: Step) throws(InferenceError) -> TensorShape {
        let tensor = tensors[slot]
        guard tensor.count <= TensorShape.rankMax else {
            throw InferenceError(
                .input, "\(step.place): \(tensor.count) axes or extents, 8 are the most")
        }
        var result = TensorShape()
        if tensor.type == .int64 {
            tensor.withElements(of: Int64.self) { for value in $0 { result.append(Int(value)) } }
        } else {
            tensor.withElements(of: Int32.self) { for value in $0 { result.append(Int(value)) } }
        }
        return result
    }
}

extension TensorShape {
    /// Whether products of any of its extents are numbers: a tensor without elements may have
    /// other extents beyond all measure.
    var isWalkable: Bool {
        var product = 1
        for axis in 0..<rank {
            let (next, overflow) = product.multipliedReportingOverflow(by: max(self[axis], 1))
            guard !overflow, next <= 1 << 40 else { return false }
            product = next
        }
        return true
    }
}
