import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieRollouts
import VigieTelemetry
import VigieTransport

/// Answers repeated requests with one version, for nobody, and compares. The shadows' thread alone uses
/// it; what it counts anybody may read.
final class ShadowRun {
    private let served: ServedVersion
    private let scoreColumn: ScoreColumn?
    private let limits = ServiceLimits()
    private let arena = Arena(retainedBytes: 64 << 10)
    var counters: VersionCounters { served.counters }

    init(_ version: SharedVersion) {
        served = ServedVersion(version)
        scoreColumn = ScoreColumn(version.model)
    }

    func run(_ task: ShadowTask, for line: ShadowLine) {
        arena.reset()
        let began = MonotonicTime.now().nanoseconds
        do throws(RPCStatus) {
            switch task.kind {
            case .score: try score(task, line, began)
            case .infer: try infer(task, line, began)
            }
        } catch {
            line.failed()
            counters.failed(
                error.code, arm: .shadow, began: began, ended: MonotonicTime.now().nanoseconds)
        }
    }

    private func decode<M: Message>(_ type: M.Type, _ task: ShadowTask) throws(RPCStatus) -> M {
        let bytes = task.message
        do throws(DecodeError) { return try M(decoding: bytes.span.bytes, in: arena) } catch {
            // It has been decoded once, so that this says that memory is short.
            throw RPCStatus(.internal, "a shadow cannot read \(M.protoName): \(error)")
        }
    }

    private func score(
        _ task: ShadowTask, _ line: ShadowLine, _ began: UInt64
    ) throws(RPCStatus) {
        let request = try decode(VigieV1.ScoreApplicationRequest.self, task)
        if let obstacle = served.credit.obstacle {
            throw RPCStatus(.failedPrecondition, obstacle)
        }
        try served.credit.read(request, served, limits)
        let inputsRead = MonotonicTime.now().nanoseconds
        let score: Double
        do throws(InferenceError) { score = try served.shared.scoreRow(served.workspace) } catch {
            throw RPCStatus(error, model: served.model)
        }
        let probability = served.probability(score: score)
        guard !probability.isNaN else {
            counters.wasNotFinite(arm: .shadow)
            throw .noProbability
        }
        counters.scored(probability, arm: .shadow)
        counters.compare(probability, arm: .shadow)
        count(began, inputsRead, rows: 1)
        guard let live = task.scores.first else { return }
        let thresholds = task.live.manifest.decision.map(\.borders) ?? []
        line.comparison(against: task.live.version, thresholds: thresholds).compare(
            live: live, shadow: probability, time: .now(), request: String(request.requestId)
        ) { Self.features(request, task.live) }
    }

    private func infer(
        _ task: ShadowTask, _ line: ShadowLine, _ began: UInt64
    ) throws(RPCStatus) {
        let request = try decode(Inference.ModelInferRequest.self, task)
        let rows = try InferInputs.read(request, served, into: served.workspace.inputs, limits)
        let inputsRead = MonotonicTime.now().nanoseconds
        do throws(InferenceError) { try served.artifact.run(served.workspace) } catch {
            throw RPCStatus(error, model: served.model)
        }
        let outputs = served.workspace.outputs
        if outputs.contains(where: \.hasNonFinite) { counters.wasNotFinite(arm: .shadow) }
        let scores = scoreColumn?.scores(outputs) ?? []
        for score in scores { counters.compare(score, arm: .shadow) }
        count(began, inputsRead, rows: rows)
        let comparison = line.comparison(against: task.live.version, thresholds: [])
        let identifier = String(request.id)
        for (live, shadow) in zip(task.scores, scores) {
            comparison.compare(live: live, shadow: shadow, time: .now(), request: identifier)
        }
    }

    private func count(_ began: UInt64, _ inputsRead: UInt64, rows: Int) {
        let ended = MonotonicTime.now().nanoseconds
        counters.succeeded(
            RequestTimes(began: began, inputsRead: inputsRead, computed: ended, ended: ended),
            rows: rows, arm: .shadow)
    }

    /// What the application says, but for what its manifest marks as personal.
    private static func features(
        _ request: VigieV1.ScoreApplicationRequest, _ model: LoadedModel
    ) -> [Disagreement.Feature] {
        request.features.prefix(Disagreement.featuresMax).map { entry in
            let name = String(entry.key)
            let known = model.artifact.signature.features.first { $0.name == name }
            let value =
                switch entry.value.value {
                case .number(let number): "\(number)"
                case .integer(let integer): "\(integer)"
                case .flag(let flag): "\(flag)"
                case .text(let text): String(text)
                case nil: "missing"
                }
            return Disagreement.Feature(name, value, isPersonal: known?.isPersonal ?? true)
        }
    }
}
