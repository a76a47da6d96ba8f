/// The bounds that an ONNX model is held to, so that a hostile file ends in an error.
enum ONNXLimits {
    /// Nodes of a graph. Pipelines have tens; unrolled ensembles a few thousand.
    static let nodesMax = 100_000
    /// Bytes that a decoded file may take: at most twenty times its own size, at least 64 MiB.
    static func decodedBytesMax(fileBytes: Int) -> Int {
        max(64 << 20, min(fileBytes, 1 << 30) * 20)
    }
    /// Graphs inside nodes of graphs.
    static let bodyDepthMax = 8
    /// Functions of a model's own, and calls of them inside one another, which also ends recursion.
    static let functionsMax = 4096
    static let callDepthMax = 32
    /// Nodes of an operator's trees that share nodes, once each has its own.
    static let repeatedNodesMax = 1 << 21
    /// Turns of one loop: a year of minutes.
    static let loopTurnsMax = 1 << 20
    /// What a step of a turn is charged besides its own operations, so that a loop over small tensors
    /// is bounded in time too.
    static let turnOperations = 64
    /// Extent, stride, dilation or padding of a window.
    static let windowExtentMax = 1 << 12
    /// Units of a recurrent layer.
    static let recurrentUnitsMax = 1 << 14
    /// Inputs or outputs of one node.
    static let nodeValuesMax = 16_384
    /// Bytes of one tensor in a run: 256 MiB, two million rows of 32 features.
    static let tensorBytesMax = 256 << 20
    /// Bytes of all tensors of one workspace: 1 GiB.
    static let workspaceBytesMax = 1 << 30
    /// Bytes of a tensor that is computed once at load from constants only: 16 MiB.
    static let foldedBytesMax = 16 << 20
    /// Elements that one run may read, and multiplications of its matrix products: about ten
    /// seconds of one core.
    static let operationsMax = 1 << 33
    /// Columns of a text's n-grams, and the most words that a vocabulary can have.
    static let vocabularyMax = 1 << 24
    /// What a missing dimension of an input is taken for in the trial run at load.
    static let trialRows = 1
    /// Versions whose operators are known here. Before 7, broadcasting was another; converters write
    /// the least version that a graph needs, and these operators are the same since the one named.
    static let irVersionMax = 14
    static let opsetMin = 7
    static let sameSince = [
        "Abs": 6, "ArgMax": 1, "ArgMin": 1, "Cast": 6, "Concat": 4, "Constant": 1, "Exp": 6,
        "Flatten": 1, "Gather": 1, "Identity": 1, "Log": 6, "Neg": 6, "Relu": 6, "Reshape": 5,
        "Sigmoid": 6, "Sqrt": 6, "Tanh": 6, "Transpose": 1,
    ]
    static let opsetMax = 26
    static let mlOpsetMax = 5
}
