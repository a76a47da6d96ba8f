import VigieRegistry

/// A request that a shadow is to answer too, with what its caller got. Made by a loop when the answer
/// has been encoded; immutable.
final class ShadowTask: Sendable {
    enum Kind: Sendable { case score, infer }

    let kind: Kind
    /// The request's message, decompressed.
    let message: [UInt8]
    /// What answered the caller.
    let live: LoadedModel
    /// By row: the probability of default, or what ``ScoreColumn`` reads out of the outputs.
    let scores: [Double]
    /// Counts as held until the task is gone.
    private let share: HeldBytes.Share

    init(
        _ kind: Kind, _ message: [UInt8], live: LoadedModel, scores: [Double], held: HeldBytes
    ) {
        self.kind = kind
        self.message = message
        self.live = live
        self.scores = scores
        share = held.take(message.count + 8 * scores.count)
    }
}
