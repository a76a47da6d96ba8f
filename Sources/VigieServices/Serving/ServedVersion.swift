import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieRouting

/// One version of a model as one loop serves it: the loop's own workspace and counters, and all
/// that a response repeats, prepared.
///
/// Made by the store's thread, handed to the loop whole, and used there alone.
final class ServedVersion {
    let model: LoadedModel
    /// What all loops and the workers share of it.
    let shared: SharedVersion
    let workspace: Workspace
    let counters = VersionCounters()
    /// Keeps rows for drift; nil when there is nothing to compare them with.
    let drift: DriftSampler?
    /// As calls note it.
    let answering: AnsweringVersion
    /// What is said to those who name the version.
    let pinned: RouteLabel

    /// The model's name.
    let name: Text
    /// The version: "3".
    let version: Text
    let inputs: [ServedTensor]
    let outputs: [ServedTensor]
    let inputTable: NameTable
    let outputTable: NameTable
    /// Whether the first dimension of all inputs counts rows.
    let hasRows: Bool
    /// The outputs of a response without their content: only shapes change from one to the next.
    let outputMessages: [Inference.ModelInferResponse.InferOutputTensor]
    let credit: CreditPlan

    /// By input: where the request at hand has it; -1 while it has not been seen.
    var inputPositions: [Int]
    /// What the request at hand wants.
    var selection: [OutputSelection] = []
    /// Which of the model's outputs it wants explained, if it wants that.
    var explainedOutput = 0

    /// Calls in a row that took longer than a loop should.
    var overruns = 0
    /// An answer that did not come out of ``workspace``: kept until the next, since responses borrow it.
    var answered: TensorJob?
    /// Bytes that one row of each output takes, as far as its shape tells.
    let outputRowBytes: [Int]
    /// Bytes that explaining one row adds.
    let explanationRowBytes: Int
    let execution: ServingPolicy.Execution
    /// By which number of its outputs it is compared with others; nil when none is one.
    let scoreColumn: ScoreColumn?

    /// The memory of all views above. It is never reset.
    private let arena: Arena

    var artifact: Artifact { model.artifact }

    init(_ shared: SharedVersion) {
        self.shared = shared
        let model = shared.model
        self.model = model
        answering = AnsweringVersion(
            name: model.name, version: model.versionText, loaded: model)
        pinned = RouteLabel(
            RouteOutcome(version: model.version, arm: .pinned, route: RouteReason.pinned),
            RouteCell())
        let arena = Arena(firstBlockBytes: 1024)
        self.arena = arena
        drift = DriftSampler(model, counters, window: shared.driftWindow)
        workspace = model.artifact.makeWorkspace()
        name = Text(copying: model.name, in: arena)
        version = Text(copying: model.versionText, in: arena)
        inputs = model.artifact.inputs.map { ServedTensor($0, arena) }
        outputs = model.artifact.outputs.map { ServedTensor($0, arena) }
        inputTable = NameTable(inputs.map(\.name))
        outputTable = NameTable(outputs.map(\.name))
        hasRows = !inputs.isEmpty && inputs.allSatisfy(\.hasRows)
        outputMessages = outputs.map { output in
            let message = Inference.ModelInferResponse.InferOutputTensor(in: arena)
            message.name = output.name
            message.datatype = output.typeName
            message.reserveShape(TensorShape.rankMax)
            return message
        }
        inputPositions = Array(repeating: -1, count: inputs.count)
        explanationRowBytes = Explanation.rowBytes(
            features: model.artifact.signature.features.count)
        execution = model.manifest.serving.execution
        scoreColumn = ScoreColumn(model)
        outputRowBytes = model.artifact.outputs.map { spec in
            // Text is taken to have some sixteen bytes an element. A model that claims terabytes a row
            // is held to one.
            let element = spec.type == .string ? 16 : spec.type.byteCount
            let bytes = spec.shape.dropFirst().reduce(Double(element)) { $0 * Double(max($1, 1)) }
            return Int(min(bytes, 0x1p40))
        }
        credit = CreditPlan(model, arena)
    }
}

extension ServedVersion {
    /// Bytes that one row of the answer takes that the request at hand wants: outputs that nobody has
    /// asked for are not kept.
    func answerRowBytes(explains: Bool) -> Int {
        selection.reduce(explains ? explanationRowBytes : 0) { sum, choice in
            sum + (choice.index < outputRowBytes.count ? outputRowBytes[choice.index] : 0)
        }
    }

    /// The index of an output by name: of the model's own, or behind them of the two that an
    /// ``Explanation`` has.
    @inline(__always)
    func findOutput(_ name: Text, hint: Int) -> Int? {
        if let index = outputTable.find(name, hint: hint) { return index }
        if name == Explanation.contributionsName { return outputs.count }
        return name == Explanation.baseValueName ? outputs.count + 1 : nil
    }
}

/// One output that a request wants.
struct OutputSelection: BitwiseCopyable {
    /// Of the version's outputs; one more is an explanation's contributions, two more its base value.
    let index: Int
    /// How many top classes are wanted instead of the tensor; 0 for the tensor itself.
    let classes: Int
}
