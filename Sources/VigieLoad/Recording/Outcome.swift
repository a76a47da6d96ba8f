import VigieRPC

/// How one request ended, as it is counted.
package enum Outcome: Sendable, Hashable {
    /// The server answered with this status; OK only with an answer.
    case status(StatusCode)
    /// Its connection was lost, or could not be made.
    case connectionLost
    /// The server reset its stream without a status.
    case reset
    /// It had no answer when the run ended.
    case unanswered
    /// There was never room to send it.
    case unsent

    /// Its name in reports: a gRPC status, or what happened instead.
    package var name: String {
        switch self {
        case .status(let code): code.name
        case .connectionLost: "connection lost"
        case .reset: "stream reset"
        case .unanswered: "unanswered"
        case .unsent: "not sent"
        }
    }

    /// A dense number, for counters.
    var index: Int {
        switch self {
        case .status(let code): code.rawValue
        case .connectionLost: 17
        case .reset: 18
        case .unanswered: 19
        case .unsent: 20
        }
    }

    /// All of them, by ``index``.
    package static let all: [Outcome] =
        StatusCode.allCases.map { .status($0) } + [.connectionLost, .reset, .unanswered, .unsent]
}

/// How often each ``Outcome`` came.
package struct OutcomeCounts: Sendable, Equatable {
    private var counts = [UInt64](repeating: 0, count: Outcome.all.count)

    package init() {}

    package subscript(outcome: Outcome) -> UInt64 { counts[outcome.index] }

    mutating func count(_ outcome: Outcome, _ number: UInt64 = 1) {
        counts[outcome.index] &+= number
    }

    mutating func add(_ other: OutcomeCounts) {
        for index in counts.indices { counts[index] &+= other.counts[index] }
    }

    mutating func reset() { for index in counts.indices { counts[index] = 0 } }

    package var total: UInt64 { counts.reduce(0, +) }
    package var ok: UInt64 { counts[0] }
    package var failed: UInt64 { total - ok }

    /// Those that came at all.
    package var named: [(name: String, count: UInt64)] {
        Outcome.all.filter { self[$0] > 0 }.map { ($0.name, self[$0]) }
    }
}
