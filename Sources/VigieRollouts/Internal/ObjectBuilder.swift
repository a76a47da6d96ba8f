import VigieEngine

/// Builds a JSON object member by member; what is nil is left out.
struct ObjectBuilder {
    private var members: [(key: String, value: JSONValue)] = []

    mutating func add(_ key: String, _ value: JSONValue?) {
        guard let value else { return }
        members.append((key, value))
    }

    mutating func add(_ key: String, _ text: String?) { add(key, text.map { .string($0) }) }

    /// - Parameter number: what JSON cannot hold (NaN, infinity) is left out.
    mutating func add(_ key: String, _ number: Double?) {
        guard let number, number.isFinite else { return }
        add(key, .number(number))
    }

    mutating func add(_ key: String, _ number: Int?) {
        add(key, number.map { .number(Double($0)) })
    }

    mutating func add(_ key: String, _ time: WallTime?) { add(key, time?.description) }

    /// Left out when it is what an absent field means.
    mutating func add<Value: Equatable>(
        _ key: String, _ value: Value, unless fallback: Value, _ json: (Value) -> JSONValue
    ) {
        if value != fallback { add(key, json(value)) }
    }

    mutating func add(_ key: String, _ number: Int, unless fallback: Int) {
        if number != fallback { add(key, number) }
    }

    mutating func add(_ key: String, _ number: Double, unless fallback: Double) {
        if number != fallback { add(key, number) }
    }

    mutating func add(_ key: String, _ flag: Bool, unless fallback: Bool) {
        if flag != fallback { add(key, .bool(flag)) }
    }

    mutating func add(_ key: String, _ duration: Duration, unless fallback: Duration) {
        if duration != fallback { add(key, DurationText.text(duration)) }
    }

    /// Left out when it is empty.
    mutating func add(_ key: String, list: [JSONValue]) {
        if !list.isEmpty { add(key, .array(list)) }
    }

    /// Left out when it is empty.
    mutating func add(_ key: String, object: ObjectBuilder) {
        if !object.members.isEmpty { add(key, object.value) }
    }

    var isEmpty: Bool { members.isEmpty }

    /// Keys that were added twice would be a mistake of the caller's: the first one counts.
    var value: JSONValue {
        var seen: Set<String> = []
        let distinct = members.filter { seen.insert($0.key).inserted }
        return JSONObject(distinct).map { .object($0) } ?? .null
    }
}
