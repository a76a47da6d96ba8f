import VigieEngine

/// Reads an object that a program of ours wrote: what is not as expected counts as absent.
struct LenientReader {
    let value: JSONValue

    init(_ value: JSONValue) { self.value = value }

    func text(_ key: String) -> String { value[key]?.string ?? "" }

    func number(_ key: String) -> Double? {
        value[key]?.double.flatMap { $0.isFinite ? $0 : nil }
    }

    /// From 0 on; 0 when it is absent.
    func count(_ key: String) -> Int { max(0, value[key]?.integer ?? 0) }

    func version(_ key: String) -> Int? {
        value[key]?.integer.flatMap { $0 > 0 ? $0 : nil }
    }

    func time(_ key: String) -> WallTime? { WallTime(text(key)) }

    func choice<Choice: RawRepresentable>(_ key: String) -> Choice?
    where Choice.RawValue == String { Choice(rawValue: text(key)) }

    func texts(_ key: String, max: Int) -> [String] {
        (value[key]?.array ?? []).prefix(max).compactMap(\.string)
    }

    func list(_ key: String, max: Int) -> [LenientReader] {
        (value[key]?.array ?? []).prefix(max).map { LenientReader($0) }
    }
}
