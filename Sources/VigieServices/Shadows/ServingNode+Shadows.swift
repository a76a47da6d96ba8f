import VigieEngine
import VigieRPC
import VigieRouting
import VigieTelemetry

/// A shadow as one loop reaches it.
struct ShadowLane {
    let line: ShadowLine
    let ring: LoopRing<ShadowTask>
    /// The version is loaded.
    let isLoaded: Bool
}

extension Routed {
    /// Whether a shadow is to be asked too.
    @inline(__always)
    var hasShadows: Bool { routes.map { !$0.shadows.isEmpty } ?? false }

    /// The message for shadows, of a request whose answer comes when it is gone; nil when no shadow
    /// wants it.
    func messageForShadows(_ call: ServerCall) -> [UInt8]? {
        guard let routes, routes.shadows.contains(where: { $0.line.plan.takes(draw) }) else {
            return nil
        }
        return call.copyMessage()
    }
}

extension ServingNode {
    /// Repeats the request that has just been answered to the shadows that its draw chose. The caller's
    /// answer is on its way by now.
    @inline(never)
    func repeatToShadows(_ answered: Answered, _ routes: ServedRoutes, _ call: ServerCall?) {
        var task: ShadowTask?
        let draw = answered.routed.draw
        for lane in routes.shadows where lane.line.plan.takes(draw) {
            let line = lane.line
            line.offer()
            guard lane.isLoaded else {
                line.drop(.notLoaded)
                continue
            }
            guard !isBusy(call) else {
                line.drop(.busy)
                continue
            }
            if task == nil {
                guard let message = answered.message ?? call?.copyMessage() else { continue }
                if let reason = refusal(of: message) {
                    line.drop(reason)
                    continue
                }
                task = makeTask(answered, message)
            }
            guard let task, line.admit() else {
                line.drop(.full)
                continue
            }
            lane.ring.push(task)
            shadows?.wake()
        }
    }

    private func isBusy(_ call: ServerCall?) -> Bool {
        if let call, call.isServerBusy { return true }
        guard let pool else { return false }
        return pool.held.current > pool.options.heldBytesMax / 2
    }

    private func refusal(of message: [UInt8]) -> ShadowLine.Drop? {
        if message.count > ShadowBoard.messageBytesMax { return .large }
        guard let shadows, shadows.held.current < ShadowBoard.heldBytesMax else { return .memory }
        return nil
    }

    private func makeTask(_ answered: Answered, _ message: [UInt8]) -> ShadowTask? {
        guard let shadows else { return nil }
        let served = answered.routed.served
        let scores: [Double]
        switch answered.kind {
        case .score: scores = [served.probability(score: lastScore)]
        case .infer:
            scores =
                served.scoreColumn?.scores(answered.job?.outputs ?? served.workspace.outputs) ?? []
        }
        return ShadowTask(
            answered.kind, message, live: served.model, scores: scores, held: shadows.held)
    }
}
