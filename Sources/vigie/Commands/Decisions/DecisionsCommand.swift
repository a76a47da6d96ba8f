import ArgumentParser
import Glibc
import VigieDecisions
import VigieTelemetry

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
        query.decision = try decision.map(Self.decision)
        query.chain = chain
        let from = try Self.time("--since", since)
        let to = try Self.time("--until", until)
        if let from, let to, from >= to {
            throw ValidationError("--since must be before --until.")
        }
        // Alone, either may lie where nothing can have been recorded.
        query.times = (from ?? 0)..<max(from ?? 0, to ?? .max)
        return query
    }

    private static func decision(_ text: String) throws -> String {
        let name = text.uppercased()
        guard ["APPROVE", "REFER", "DECLINE"].contains(name) else {
            throw ValidationError("--decision must be APPROVE, REFER or DECLINE.")
        }
        return name
    }

    private static func time(_ flag: String, _ text: String?) throws -> UInt64? {
        guard let text else { return nil }
        guard let (seconds, fraction) = Timestamp.parts(text) else {
            throw ValidationError("\(flag) must be like 2026-11-26T13:00:00Z or …00.5Z.")
        }
        let whole = UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000)
        let sum = whole.partialValue.addingReportingOverflow(fraction)
        // Nothing is recorded after what 64 bits of nanoseconds hold, the year 2554.
        return whole.overflow || sum.overflow ? .max : sum.partialValue
    }
}

enum DecisionsFormat: String, ExpressibleByArgument, CaseIterable { case text, json }
