import VigieEngine
import VigieRegistry
import VigieRollouts
import VigieRouting

/// A rollout that a person has written into a file.
package struct WrittenRollout: Sendable {
    package let rollout: Rollout
    package let content: JSONValue
    /// As it stands in the file, comments and all.
    package let text: String
    /// "fraud.yaml:1".
    package let origin: String
    /// What is allowed, but may not be meant, with its place.
    package let warnings: [String]

    /// All of a file.
    /// - Parameter file: for messages.
    /// - Throws: everything that is wrong in any of them, a line each, with file and line.
    package static func read(
        _ text: String, file: String
    ) throws(EditRefusal) -> [WrittenRollout] {
        let documents: [YAMLDocuments.Document]
        do throws(YAMLProblem) { documents = try YAMLDocuments.read(text) } catch {
            throw EditRefusal("\(file):\(error.line ?? 1): \(error.problem)")
        }
        guard !documents.isEmpty else { throw EditRefusal("\(file): holds no rollout") }
        let lines = YAMLLines(text)
        var read: [WrittenRollout] = []
        var problems: [String] = []
        var names: Set<String> = []
        var models: Set<String> = []
        for document in documents {
            var place = RolloutDocument(
                name: "", origin: "\(file):\(document.line)", content: document.content)
            place.places = document.lines.mapValues { "\(file):\($0)" }
            do throws(RolloutError) {
                let rollout = try Rollout.read(document.content)
                if !names.insert(rollout.metadata.name).inserted {
                    problems.append("\(place.origin): metadata.name is there twice")
                }
                if !models.insert(rollout.spec.model).inserted {
                    problems.append("\(place.place(of: "spec.model")): spec.model is there twice")
                }
                let range = lines.document(around: document.line - 1)
                read.append(
                    WrittenRollout(
                        rollout: rollout, content: document.content,
                        text: lines.lines[range].joined(separator: "\n"), origin: place.origin,
                        warnings: rollout.spec.warnings.map {
                            "\(place.place(of: $0.path)): \($0)"
                        }))
            } catch {
                problems += error.problems.map { "\(place.place(of: $0.path)): \($0)" }
            }
        }
        guard problems.isEmpty else { throw EditRefusal(problems.joined(separator: "\n")) }
        return read
    }

    /// - Parameter known: the rollouts of the place where it is to be.
    /// - Throws: when pods would not carry it out beside them.
    package func require(beside known: [StoredRollout]) throws(EditRefusal) {
        let (name, model) = (rollout.metadata.name, rollout.spec.model)
        for case .success(let other) in known.map(\.content) {
            let isSame = other.metadata.name == name
            if isSame, other.spec.model != model {
                throw EditRefusal(
                    "\(origin): spec.model must not change: '\(name)' is of '\(other.spec.model)'; make "
                        + "another rollout for '\(model)'")
            }
            if !isSame, other.spec.model == model {
                let complaint = RolloutSeniority.complaint(model: model, of: other.metadata.name)
                throw EditRefusal("\(origin): \(complaint)")
            }
        }
    }
}

/// The versions that a registry has, for rollouts to name no others.
package struct KnownVersions: Sendable {
    private let models: [ModelListing]
    private let place: String

    package init(_ source: any RegistrySource) throws(RegistryError) {
        try source.begin()
        models = try source.scan().models
        place = source.place
    }

    /// - Parameter field: the one that names the version.
    package func require(_ version: Int, of model: String, field: String) throws(EditRefusal) {
        guard let listing = models.first(where: { $0.name == model }) else {
            throw EditRefusal("spec.model: there is no model '\(model)' in \(place)")
        }
        guard listing.isUnreadable || listing.versions.contains(version) else {
            let known = listing.versions.map(String.init).joined(separator: ", ")
            throw EditRefusal(
                "\(field): there is no version \(version) of model '\(model)' in \(place); "
                    + (known.isEmpty ? "there is none at all" : "there are \(known)"))
        }
    }

    /// Every version that a specification names.
    package func require(_ spec: RolloutSpec) throws(EditRefusal) {
        try require(spec.stable.version, of: spec.model, field: "spec.stable.version")
        if let canary = spec.canary {
            try require(canary.version, of: spec.model, field: "spec.canary.version")
        }
        for (index, shadow) in spec.shadows.enumerated() {
            try require(
                shadow.reference.version, of: spec.model, field: "spec.shadows[\(index)].version")
        }
        for (index, rule) in spec.routing.rules.enumerated() {
            guard case .version(let version) = rule.target else { continue }
            try require(version, of: spec.model, field: "spec.routing.rules[\(index)].version")
        }
    }
}
