import VigieEngine

/// What else two manifests say differently: metrics, thresholds, calibration, files' sizes.
struct FactsDiff: Sendable {
    struct Fact: Sendable {
        var name: String
        var old: String
        var new: String
    }

    struct Metric: Sendable {
        var name: String
        var old: Double?
        var new: Double?
    }

    private(set) var facts: [Fact] = []
    private(set) var metrics: [Metric] = []

    var isEmpty: Bool { facts.isEmpty && metrics.isEmpty }

    init(_ old: Manifest, _ new: Manifest) {
        func number(_ value: Double?) -> String { value.map { JSONWriter.number($0) } ?? "none" }
        let all: [(String, String, String)] = [
            ("flavor", old.flavor.rawValue, new.flavor.rawValue),
            ("namespace", old.namespace, new.namespace),
            ("calibration", Self.text(old.calibration), Self.text(new.calibration)),
            (
                "decision.approveBelow", number(old.decision?.approveBelow),
                number(new.decision?.approveBelow)
            ),
            (
                "decision.declineFrom", number(old.decision?.declineFrom),
                number(new.decision?.declineFrom)
            ),
            ("scorecard.points", number(old.scorecard?.points), number(new.scorecard?.points)),
            ("scorecard.odds", number(old.scorecard?.odds), number(new.scorecard?.odds)),
            ("scorecard.pdo", number(old.scorecard?.pdo), number(new.scorecard?.pdo)),
            ("reasons", Self.text(old.reasons), Self.text(new.reasons)),
            ("training.dataset", old.training.dataset, new.training.dataset),
            (
                "training.rows", number(old.training.rows.map { Double($0) }),
                number(new.training.rows.map { Double($0) })
            ),
        ]
        facts = all.filter { $0.1 != $0.2 }.map { Fact(name: $0.0, old: $0.1, new: $0.2) }
        for metric in old.metrics {
            let later = new.metrics.first { $0.name == metric.name }?.value
            if later != metric.value {
                metrics.append(Metric(name: metric.name, old: metric.value, new: later))
            }
        }
        for metric in new.metrics where !old.metrics.contains(where: { $0.name == metric.name }) {
            metrics.append(Metric(name: metric.name, old: nil, new: metric.value))
        }
    }

    private static func text(_ calibration: Calibration) -> String {
        switch calibration {
        case .none: "none"
        case .platt(let slope, let intercept):
            "platt \(JSONWriter.number(slope)), \(JSONWriter.number(intercept))"
        case .isotonic(let map): "isotonic of \(map.x.count) knots"
        }
    }

    private static func text(_ reasons: [String: ReasonText]) -> String {
        reasons.isEmpty
            ? "none"
            : reasons.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.code)" }
                .joined(separator: ", ")
    }

    var text: String {
        var text = ""
        for fact in facts { text += "\(fact.name): \(fact.old) → \(fact.new)\n" }
        guard !metrics.isEmpty else { return text }
        var table = TextTable([
            .init(title: "METRIC"), .init(title: "OLD", isNumber: true),
            .init(title: "NEW", isNumber: true), .init(title: "CHANGE", isNumber: true),
        ])
        for metric in metrics {
            var change = ""
            if let old = metric.old, let new = metric.new {
                change = (new >= old ? "+" : "") + Readable.figure(new - old)
            }
            table.add([
                metric.name, metric.old.map(Readable.figure) ?? "-",
                metric.new.map(Readable.figure) ?? "-", change,
            ])
        }
        return text + table.text
    }

    var settingsJSON: JSONValue {
        .array(
            facts.map {
                .members([
                    ("name", .string($0.name)), ("old", .string($0.old)), ("new", .string($0.new)),
                ])
            })
    }

    var metricsJSON: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
        return .array(
            metrics.map {
                .members([
                    ("name", .string($0.name)), ("old", number($0.old)), ("new", number($0.new)),
                ])
            })
    }
}
