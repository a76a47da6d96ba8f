/// A loaded model: immutable, shared by all threads, each of which brings its own ``Workspace``.
///
/// An artifact answers in two ways. As **tensors** (``run(_:)``), for the Open Inference Protocol:
/// the workspace's inputs in, its outputs out. As a **row scorer** (``score(_:)``,
/// ``explain(_:)``), for the typed services: one value a feature of the signature in, the model's
/// log-odds and each feature's exact contribution out. Neither allocates in steady state.
open class Artifact: @unchecked Sendable {
    /// The kind of file that it was loaded from.
    public let flavor: Flavor
    /// What ``run(_:)`` takes, in order.
    public let inputs: [TensorSpec]
    /// What ``run(_:)`` gives, in order.
    public let outputs: [TensorSpec]
    /// What a row is made of: the manifest's signature, or one derived from the file.
    public let signature: Signature
    /// Bytes that the compiled model occupies, workspaces and ``members`` not counted.
    public let memoryBytes: Int

    /// For flavors: what the loaded model takes, gives and occupies.
    public init(
        flavor: Flavor, inputs: [TensorSpec], outputs: [TensorSpec], signature: Signature,
        memoryBytes: Int
    ) {
        self.flavor = flavor
        self.inputs = inputs
        self.outputs = outputs
        self.signature = signature
        self.memoryBytes = memoryBytes
    }

    /// Other artifacts that it is made of: a pipeline's.
    open var members: [Artifact] { [] }

    /// How many artifacts are within each other: 1, or one more than the deepest of ``members``.
    open var levels: Int { 1 }

    /// Bytes that artifacts and their members occupy together; one that several share counts once.
    public static func memoryBytes(of artifacts: [Artifact]) -> Int {
        var seen: Set<ObjectIdentifier> = []
        var total = 0
        var open = artifacts
        while let artifact = open.popLast() {
            guard seen.insert(ObjectIdentifier(artifact)).inserted else { continue }
            total += artifact.memoryBytes
            open += artifact.members
        }
        return total
    }

    /// What is odd about the file though it can be used: for people who verify it.
    open var warnings: [String] { [] }

    /// Memory for one thread's requests; made once a thread, not once a request.
    open func makeWorkspace() -> Workspace { Workspace(self) }

    /// Computes the workspace's outputs from its inputs, all of which the caller has filled.
    open func run(_ workspace: Workspace) throws(InferenceError) {
        throw InferenceError(.unsupported, "a \(flavor.rawValue) artifact does not run on tensors")
    }

    /// How ``score(_:)`` becomes the number that people see.
    open var link: ScoreLink { .identity }

    /// Fills the workspace's inputs with an ordinary request of one row or series, for a warm-up to
    /// run and to measure. For flavors whose inputs a made-up row cannot fill: tensors that must
    /// agree with each other, keys, dates.
    /// - Returns: false when the artifact has no example of its own; whoever warms it up then makes
    ///   one from the signature.
    open func fillExample(_ workspace: Workspace) -> Bool { false }

    /// Whether ``score(_:)`` works: the artifact is a binary classifier or a regressor over the
    /// signature's features.
    open var scoresRows: Bool { false }

    /// For the workspace's ``Workspace/row``, what contributions add up to: the log-odds of the
    /// positive class, a regressor's raw prediction, or what else ``link`` says.
    open func score(_ workspace: Workspace) throws(InferenceError) -> Double {
        throw InferenceError(.unsupported, "a \(flavor.rawValue) artifact does not score rows")
    }

    /// Whether ``explain(_:)`` works.
    open var explainsRows: Bool { false }

    /// Why ``explain(_:)`` does not work, where there is more to say than that the artifact's flavor has
    /// no explanations: "step 'total' …".
    open var explanationRefusal: String? { nil }

    /// As ``score(_:)``, and fills ``Workspace/contributions`` and ``Workspace/baseValue``, whose
    /// sum is the score.
    open func explain(_ workspace: Workspace) throws(InferenceError) -> Double {
        throw InferenceError(.unsupported, "this \(flavor.rawValue) artifact cannot explain rows")
    }

    /// How to read a row of features out of tensors as ``run(_:)`` takes them; nil when the inputs are
    /// not rows of the signature's features. Made anew at each call.
    open var rowColumns: RowColumns? { RowColumns(signature, inputs) }

    /// How many outputs ``explain(_:output:)`` can explain: 1 where ``explain(_:)`` works, the
    /// number of classes or targets of a model that has several and can explain each, else 0.
    open var explainedOutputCount: Int { explainsRows ? 1 : 0 }

    /// As ``explain(_:)``, for one of a model's several outputs: fills ``Workspace/contributions``
    /// and ``Workspace/baseValue``, whose sum is that output's score, which is returned: of a
    /// softmax the class's sum before the softmax, else ``link`` leads to the output.
    /// - Parameter output: 0 ..< ``explainedOutputCount``.
    open func explain(_ workspace: Workspace, output: Int) throws(InferenceError) -> Double {
        guard output == 0, explainsRows else {
            throw InferenceError(.unsupported, "the artifact cannot explain output \(output)")
        }
        return try explain(workspace)
    }
}
