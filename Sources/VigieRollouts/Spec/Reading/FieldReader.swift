import VigieEngine
import VigieRegistry

/// What has been found wrong so far.
final class ProblemList {
    private(set) var problems: [SpecProblem] = []

    func add(_ problem: SpecProblem) { problems.append(problem) }

    func add(_ error: ManifestError) { add(SpecProblem(error.path, error.problem)) }
}

/// Reads the fields of one object, and goes on after what is wrong, so that an author sees all of it.
struct FieldReader {
    let node: ManifestNode
    let problems: ProblemList

    /// - Parameter known: the fields that it may have; nil takes any, as of an object that Kubernetes
    ///   adds to.
    init(_ node: ManifestNode, _ known: SpecObject?, _ problems: ProblemList) {
        self.node = node
        self.problems = problems
        do throws(ManifestError) {
            let object = try node.object()
            guard let known else { return }
            for key in object.keys where !known.contains(key) {
                refuse(
                    key,
                    "is no field of this object"
                        + Suggestion.text(for: key, among: known.fields.map(\.name)))
            }
        } catch { problems.add(error) }
    }

    /// Says what is wrong with a field.
    func refuse(_ key: String, _ problem: String) {
        problems.add(node.child(key).error(problem))
    }

    /// Whether the field is there; null counts as absent.
    func has(_ key: String) -> Bool {
        node.value[key].map { $0 != .null } ?? false
    }

    /// Nil when it is absent or wrong.
    func optional<Value>(
        _ key: String, _ read: (ManifestNode) throws(ManifestError) -> Value
    ) -> Value? {
        guard has(key) else { return nil }
        do throws(ManifestError) { return try read(node.child(key)) } catch {
            problems.add(error)
            return nil
        }
    }

    /// Nil when it is wrong or absent, which is wrong, too.
    func required<Value>(
        _ key: String, _ read: (ManifestNode) throws(ManifestError) -> Value
    ) -> Value? {
        guard node.value.object != nil else { return nil }
        guard has(key) else {
            refuse(key, "is missing")
            return nil
        }
        return optional(key, read)
    }

    /// The objects of a list; none when it is absent.
    func list(_ key: String, max: Int, _ known: SpecObject) -> [FieldReader] {
        let nodes = optional(key) { (node) throws(ManifestError) in
            try node.elements(max: max)
        }
        return (nodes ?? []).map { FieldReader($0, known, problems) }
    }

    /// Nil when it is absent.
    func object(_ key: String, _ known: SpecObject?) -> FieldReader? {
        has(key) ? FieldReader(node.child(key), known, problems) : nil
    }

    /// Which one of several fields is there; says so when there is none or more.
    func exactlyOne(of keys: [String]) -> String? {
        guard node.value.object != nil else { return nil }
        let there = keys.filter(has)
        guard there.count == 1 else {
            let names = keys.map { "'\($0)'" }.joined(separator: ", ")
            problems.add(
                node.error(
                    "must have exactly one of \(names)"
                        + (there.isEmpty ? "" : ", not \(there.count)")))
            return nil
        }
        return there[0]
    }
}
