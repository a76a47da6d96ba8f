import VigieEngine

/// The report as JSON, of the schema that is documented in loadtest/report.schema.json. Times are
/// seconds.
extension Report {
    /// The schema's version; it changes when a field's meaning does.
    package static let schemaVersion = 1

    /// The same as text.
    package var jsonText: String { JSONWriter.text(json) }

    package var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("schema", .number(Double(Self.schemaVersion))),
            ("tool", .string("vigie-load")),
            ("started", .number(started)),
            ("settings", .object(settings.map { ($0.name, .string($0.value)) })),
            ("summary", summary),
            ("outcomes", Self.counts(result.outcomes)),
            ("latency", Self.times(result.latency)),
            ("uncorrected", Self.times(result.uncorrected)),
            ("generator", generator),
            ("connections", connections),
            ("groups", .array(result.recorder.groups.map { group($0) })),
            ("intervals", .array(result.intervals.map { interval($0) })),
            ("wrongAnswers", .array(result.samples.map { wrong($0) })),
            ("thresholds", .array(thresholds.map { threshold($0) })),
            ("histogram", Self.buckets(result.latency)),
            ("uncorrectedHistogram", Self.buckets(result.uncorrected)),
        ]
        if let capacity { members.append(("capacity", Self.json(capacity))) }
        return .object(members)
    }

    private var summary: JSONValue {
        .object([
            ("seconds", .number(result.seconds)),
            ("plannedSeconds", .number(result.plannedSeconds)),
            ("loop", .string(result.closedLoopInterval == nil ? "open" : "closed")),
            ("sent", .number(Double(result.recorder.sent))),
            ("ok", .number(Double(result.ok))),
            ("failed", .number(Double(result.outcomes.failed))),
            ("wrong", .number(Double(result.wrong))),
            ("rate", .number(result.rate)),
            ("sentRate", .number(result.sentRate)),
            ("errorShare", .number(result.errorShare)),
            ("bytesSent", .number(Double(result.recorder.bytesSent))),
            ("bytesReceived", .number(Double(result.recorder.bytesReceived))),
            ("interrupted", .bool(result.wasInterrupted)),
            ("holds", .bool(holds)),
        ])
    }

    private var generator: JSONValue {
        .object([
            ("cpuSeconds", .number(result.cpuSeconds)),
            ("requestsPerCPUSecond", .number(result.requestsPerCPUSecond)),
            ("answersDecoded", .number(Double(result.decoded))),
            ("lag", Self.times(result.recorder.lag)),
            ("waitedForStream", Self.times(result.recorder.blocked)),
            ("fault", generatorFault.map { .string($0) } ?? .null),
        ])
    }

    private var connections: JSONValue {
        .object([
            ("planned", .number(Double(result.connections))),
            ("callsAtOnce", .number(Double(result.slots))),
            ("made", .number(Double(result.recorder.connectionsMade))),
            ("failed", .number(Double(result.recorder.connectionsFailed))),
            ("lost", .number(Double(result.recorder.connectionsLost))),
            ("connecting", Self.times(result.recorder.connecting)),
        ])
    }

    private func group(_ group: Group) -> JSONValue {
        .object(
            group.key.labels.map { ($0.name, JSONValue.string($0.value)) } + [
                ("ok", .number(Double(group.outcomes.ok))),
                ("failed", .number(Double(group.outcomes.failed))),
                ("wrong", .number(Double(group.wrong))),
                ("outcomes", Self.counts(group.outcomes)),
                ("latency", Self.times(group.latency)),
                ("uncorrected", Self.times(group.uncorrected)),
            ])
    }

    private func interval(_ interval: Interval) -> JSONValue {
        .object([
            ("end", .number(interval.end)),
            ("seconds", .number(interval.seconds)),
            (
                "asked",
                asked.map { .number($0.rate(at: interval.end - interval.seconds / 2)) } ?? .null
            ),
            ("sent", .number(Double(interval.sent))),
            ("ok", .number(Double(interval.ok))),
            ("failed", .number(Double(interval.outcomes.failed))),
            ("wrong", .number(Double(interval.wrong))),
            ("inFlight", .number(Double(interval.inFlight))),
            ("backlogSeconds", .number(interval.backlogSeconds)),
            ("outcomes", Self.counts(interval.outcomes)),
            ("latency", Self.times(interval.latency)),
            ("lag", Self.times(interval.lag)),
            (
                "versions",
                .object(
                    interval.versions.sorted { $0.key < $1.key }
                        .map { ($0.key, .number(Double($0.value))) })
            ),
        ])
    }

    private func wrong(_ answer: WrongAnswer) -> JSONValue {
        .object([
            ("method", .string(answer.method)), ("model", .string(answer.model)),
            ("version", .string(answer.version)), ("row", .number(Double(answer.row))),
            ("reason", .string(answer.reason)),
        ])
    }

    private func threshold(_ outcome: Threshold.Outcome) -> JSONValue {
        .object([
            ("text", .string(outcome.threshold.text)),
            ("value", outcome.value.map { .number($0) } ?? .null),
            ("shown", .string(outcome.value.map(outcome.threshold.format) ?? "")),
            ("holds", .bool(outcome.holds)),
        ])
    }

    private static func counts(_ outcomes: OutcomeCounts) -> JSONValue {
        .object(outcomes.named.map { ($0.name, .number(Double($0.count))) })
    }

    private static func times(_ times: LatencyHistogram) -> JSONValue {
        var members: [(String, JSONValue)] = [("count", .number(Double(times.count)))]
        if times.count > 0 {
            members += percentiles.map {
                ("p\(JSONWriter.number($0))", seconds(Double(times.percentile($0))))
            }
            members += [("mean", seconds(times.mean)), ("max", seconds(Double(times.max)))]
        }
        return .object(members)
    }

    private static func seconds(_ nanoseconds: Double) -> JSONValue {
        .number(nanoseconds.rounded() / 1e9)
    }

    /// Value in nanoseconds and count, in turn: enough to make the histogram again.
    private static func buckets(_ times: LatencyHistogram) -> JSONValue {
        .numbers(times.buckets.flatMap { [Double($0.nanoseconds), Double($0.count)] })
    }

    private static func json(_ capacity: Capacity) -> JSONValue {
        .object([
            ("capacity", .number(capacity.finding.capacity)),
            ("reason", .string(capacity.finding.reason)),
            ("isLowerBound", .bool(capacity.finding.isLowerBound)),
            ("percentile", .number(capacity.promise.percentile)),
            ("latencyMax", seconds(capacity.promise.latencyMax)),
            ("errorsMax", .number(capacity.promise.errorsMax)),
            (
                "steps",
                .array(
                    capacity.steps.map { step in
                        .object([
                            ("asked", .number(step.measurement.asked)),
                            ("rate", .number(step.measurement.rate)),
                            ("latency", seconds(step.measurement.latency)),
                            ("median", seconds(step.measurement.median)),
                            ("errorShare", .number(step.measurement.errors)),
                            ("wrong", .number(Double(step.measurement.wrong))),
                            ("fault", step.fault.map { .string($0) } ?? .null),
                        ])
                    })
            ),
        ])
    }
}

extension JSONValue {
    /// An object of keys that the program knows to differ; of doubles the first stays.
    static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var seen: Set<String> = []
        let distinct = members.filter { seen.insert($0.0).inserted }
        // Keys that differ always make an object.
        return JSONObject(distinct.map { (key: $0.0, value: $0.1) }).map { .object($0) } ?? .null
    }
}
