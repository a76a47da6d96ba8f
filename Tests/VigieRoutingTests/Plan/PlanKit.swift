@testable import VigieRouting

extension RoutePlan {
    /// The outcome of a request with this metadata.
    func choose(
        _ metadata: [(String, String)] = [], input: String? = nil, draw: UInt64 = 0
    ) -> RouteOutcome {
        let facts = RouteFacts()
        facts.begin(self)
        for (name, value) in metadata {
            let (name, value) = (Array(name.utf8), Array(value.utf8))
            facts.take(metadata: name.span.bytes, value.span.bytes, for: self)
        }
        if let input, stickyInput != nil {
            let bytes = Array(input.utf8)
            facts.take(input: bytes.span.bytes, for: self)
        }
        return outcomes[choose(facts, draw: draw)]
    }
}
