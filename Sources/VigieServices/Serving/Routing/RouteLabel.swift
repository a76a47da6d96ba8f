import VigieProtos
import VigieRPC
import VigieRouting
import VigieTelemetry

/// What answers say of their version, arm and reason, prepared once for all of a loop's answers that
/// have them in common.
///
/// Made by whoever makes the loop's table, handed over with it, and used on the loop alone.
final class RouteLabel {
    /// As answers say them: "43", "canary", "weight".
    let version: Text
    let arm: Text
    let route: Text
    /// The same as trailers.
    let note: AnswerNote
    /// Requests that it was said to.
    let cell: RouteCell
    /// The memory of the texts above.
    private let arena = Arena(firstBlockBytes: 128)

    init(_ outcome: RouteOutcome, _ cell: RouteCell) {
        let arena = arena
        version = Text(copying: String(outcome.version), in: arena)
        arm = Text(copying: outcome.arm.label, in: arena)
        route = Text(copying: outcome.route, in: arena)
        note = AnswerNote([
            (RouteTrailer.version, String(outcome.version)),
            (RouteTrailer.arm, outcome.arm.label),
            (RouteTrailer.route, outcome.route),
        ])
        self.cell = cell
    }
}

/// The keys under which answers say which version answered, as what and why: of trailers, and of a
/// ModelInferResponse's parameters.
enum RouteTrailer {
    static let version = "vigie-model-version"
    static let arm = "vigie-arm"
    static let route = "vigie-route"
}

/// How many requests one loop has given one outcome.
final class RouteCell: Sendable {
    let requests = LoopCounter()
}

extension VigieV1.ScoreApplicationResponse {
    /// Says which arm answered, and why.
    @inline(__always)
    func say(_ label: RouteLabel?) {
        guard let label else { return }
        arm = label.arm
        route = label.route
    }
}

extension Inference.ModelInferResponse {
    /// Says which version and arm answered, and why.
    @inline(__always)
    func say(_ label: RouteLabel?) {
        guard let label else { return }
        addParameters(key: "vigie-model-version").stringParam = label.version
        addParameters(key: "vigie-arm").stringParam = label.arm
        addParameters(key: "vigie-route").stringParam = label.route
    }
}
