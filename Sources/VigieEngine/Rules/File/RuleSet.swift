/// A rule file as it was written, `rules.json`:
///
///     {"format": "vigie-rules", "formatVersion": 1, "policy": "sum",
///      "inputs": [{"name": "card.count_1h", "type": "integer", "missing": "allow"}, …],
///      "lists": {"risky": ["KP"], "codes": [7995, {"from": 6010, "to": 6012}]},
///      "let": {"ratio": "amount / card.mean_7d"}, "base": 0,
///      "rules": [{"id": "burst", "when": "card.count_1h >= 5", "score": 30, "decision": "block",
///        "reason": {"code": "F01", "text": "…"}, "priority": 0, "enabled": true, "tags": [],
///        "from": "2026-01-31T00:00:00Z", "until": "…"}],
///      "bands": [{"name": "high", "from": 30, "below": 60, "decision": "review", "reason": {…}}],
///      "default": {"band": "…", "decision": "…", "reason": {…}},
///      "tests": [{"name": "…", "given": {"card.count_1h": 6},
///        "expect": {"score": 30, "band": "high", "decision": "block", "fired": ["burst"]}}]}
///
/// Only `policy`, `inputs` and `rules` must be there; of a rule, `id` and `when`. `score` and `base`
/// are numbers or expressions. Expressions are in the language of Expressions/Language/GRAMMAR.md.
/// Sources/pipelines (`published/rules_file.py`) writes such files and says what each key means.
struct RuleSet: Sendable {
    /// How the fired rules' scores become one.
    enum Policy: String, CaseIterable, Sendable {
        /// All rules are evaluated; the score is the base and the sum of the fired ones' scores.
        case sum
        /// All rules are evaluated; the score is the greatest of the base and the fired ones'.
        case max
        /// Rules are evaluated until one fires: its score, or the base if none does.
        case firstMatch = "first_match"
    }

    struct Reason: Sendable, Equatable {
        var code: String
        var text: String
    }

    /// A number, or an expression that gives one.
    enum Score: Sendable {
        case number(Double)
        case expression(String)
    }

    struct Rule: Sendable {
        var id: String
        var when: String
        var score: Score
        /// A decision that goes before the band's.
        var decision: String?
        var reason: Reason?
        var priority: Int
        var isEnabled: Bool
        var tags: [String]
        /// In milliseconds since 1970: when it begins and ceases to hold.
        var from: Double?
        var until: Double?
    }

    struct Band: Sendable {
        var name: String
        /// Included.
        var from: Double
        /// Excluded.
        var below: Double
        var decision: String
        var reason: Reason?
    }

    struct Definition: Sendable {
        var name: String
        var expression: String
    }

    struct NamedList: Sendable {
        var name: String
        var values: ValueList
    }

    var policy: Policy
    var inputs: [InputDeclaration]
    var lists: [NamedList]
    var definitions: [Definition]
    var base: Score
    var rules: [Rule]
    /// Ascending, none overlapping another.
    var bands: [Band]
    /// What counts where no band does.
    var fallback: Band
    var tests: [RuleTest]
}

/// A case that the file must answer as it says, or be refused.
struct RuleTest: Sendable {
    /// For messages.
    var name: String
    /// By input; an input that is not there is missing.
    var given: [String: JSONValue]
    var score: Double?
    var band: String?
    var decision: String?
    /// In any order; nil is not looked at.
    var fired: [String]?
    var unknown: [String]?
}
