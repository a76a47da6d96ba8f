import VigieEngine
import VigieKubernetes
import VigieRollouts

/// What the columns of `kubectl get` show: a column can show a field, but neither divide nor join.
enum StatusSummary {
    static func adding(to status: RolloutStatus, steps: Int) -> JSONValue {
        let hasCanary = status.canaryVersion != nil
        // Promoted, it answers everybody, as the stable version.
        let weight = status.phase == .succeeded ? 100 : Double(status.weight) / 100
        let analyses = status.analysis.compactMap { one in
            one.value.map { "\(one.name)=\(short($0))" }
        }
        return withoutEmptyTexts(status.json).setting(
            "summary",
            .object([
                "weight": hasCanary ? .string(percent(weight)) : nil,
                "step": hasCanary && steps > 0
                    ? .string("\(min(status.stepIndex, steps))/\(steps)") : nil,
                "pods": .string("\(status.pods.updated)/\(status.pods.total)"),
                "shadow": status.shadowPercent > 0
                    ? .string(percent(status.shadowPercent)) : nil,
                "analysis": analyses.isEmpty
                    ? nil : .string(analyses.joined(separator: " ")),
            ]))
    }

    /// To readers an empty text is an absent one; Kubernetes' convention leaves it out, and a 1.20 API
    /// server built with Go 1.18 or newer refuses it as null.
    private static func withoutEmptyTexts(_ value: JSONValue) -> JSONValue {
        switch value {
        case .array(let values): return .array(values.map(withoutEmptyTexts))
        case .object(let object):
            let members = object.members.filter { $0.value != .string("") }
            // The keys differ as they did before.
            return JSONObject(members.map { ($0.key, withoutEmptyTexts($0.value)) })
                .map { .object($0) } ?? value
        default: return value
        }
    }

    private static func percent(_ value: Double) -> String {
        (value == value.rounded() ? String(Int(value)) : String(value)) + "%"
    }

    /// Three digits after the point, or as many as a small number needs.
    private static func short(_ value: Double) -> String {
        guard value.isFinite, abs(value) < 1e15 else { return String(value) }
        let scale = abs(value) < 0.001 ? 1e7 : 1e3
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() ? String(Int(rounded)) : String(rounded)
    }
}
