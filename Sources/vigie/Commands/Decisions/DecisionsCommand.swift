import ArgumentParser
import Glibc
import VigieDecisions

/// `vigie decisions`: looks into a decision log, checks it, and makes its decisions again.
struct DecisionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decisions",
        abstract: "Look into a decision log, check its chain, and make its decisions again.",
        subcommands: [
            DecisionsFindCommand.self, DecisionsVerifyCommand.self, DecisionsReplayCommand.self,
            DecisionsEraseCommand.self,
        ])
}

/// Which log the sub-commands read.
struct DecisionsOptions: ParsableArguments {
    @Option(
        help: .init(
            "file:FOLDER, sqlite:FILE or postgres:CONNINFO (default: $VIGIE_DECISION_LOG).",
            valueName: "place"))
    var log: String?

    func validate() throws { _ = try place() }

    /// The first place, where there are several.
    func place() throws -> DecisionLocation {
        let text = log ?? getenv("VIGIE_DECISION_LOG").map { String(cString: $0) } ?? ""
        guard let first = text.split(separator: ";").first,
            let place = DecisionLocation(String(first))
        else {
            throw ValidationError(
                "Which log? Give --log file:FOLDER, sqlite:FILE or postgres:CONNINFO, or set "
                    + "VIGIE_DECISION_LOG to it.")
        }
        return place
    }
}

/// Which decisions are meant.
struct DecisionsFilter: ParsableArguments {
    @Option(help: "The decision's id.") var id: String?
    @Option(help: "The request id that the caller gave.") var requestId: String?
    @Option(help: "The model.") var model: String?
    @Option(name: .customLong("model-version"), help: "The model's version.") var version: Int?
    @Option(help: "Who asked, by his certificate.") var caller: String?
    @Option(help: "APPROVE, REFER or DECLINE.") var decision: String?
    @Option(help: "Whose chain, in a database.") var chain: String?
    @Option(help: .init("Made at this time or later, RFC 3339 in UTC.", valueName: "time"))
    var since: String?
    @Option(help: .init("Made before this time, RFC 3339 in UTC.", valueName: "time"))
    var until: String?

    func validate() throws { _ = try query() }

    func query() throws -> DecisionQuery {
        var query = DecisionQuery()
        query.id = id
        query.requestID = requestId
        query.model = model
        query.version = version
        query.caller = caller
        query.decision = decision?.uppercased()
        query.chain = chain
        let from = try Self.time("--since", since) ?? 0
        let to = try Self.time("--until", until) ?? .max
        guard from < to else { throw ValidationError("--since must be before --until.") }
        query.times = from..<to
        return query
    }

    private static func time(_ flag: String, _ text: String?) throws -> UInt64? {
        guard let text else { return nil }
        let wrong = ValidationError("\(flag) must be like 2026-11-26T13:00:00Z or …00.5Z.")
        guard text.hasSuffix("Z") else { throw wrong }
        let halves = text.dropLast().split(separator: ".", omittingEmptySubsequences: false)
        let places = halves[0].split(omittingEmptySubsequences: false) { "-T:".contains($0) }
        let numbers = places.compactMap { Int32($0) }
        guard places.count == 6, numbers.count == 6, halves.count <= 2,
            places.map(\.count) == [4, 2, 2, 2, 2, 2]
        else { throw wrong }
        var parts = tm()
        parts.tm_year = numbers[0] - 1900
        parts.tm_mon = numbers[1] - 1
        parts.tm_mday = numbers[2]
        parts.tm_hour = numbers[3]
        parts.tm_min = numbers[4]
        parts.tm_sec = numbers[5]
        var fraction: UInt64 = 0
        if halves.count == 2 {
            guard (1...9).contains(halves[1].count),
                let digits = UInt64((halves[1] + "00000000").prefix(9))
            else { throw wrong }
            fraction = digits
        }
        return UInt64(max(0, timegm(&parts))) * 1_000_000_000 + fraction
    }
}

enum DecisionsFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
