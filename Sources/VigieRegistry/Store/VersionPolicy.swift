/// Which versions of a model a store keeps in memory, besides those that
/// ``ModelStore/require(_:)`` asks for.
package enum VersionPolicy: Sendable, Equatable, CustomStringConvertible {
    /// The newest that load, 1 or more of them.
    case latest(Int)
    /// All that load.
    case all
    /// These, as far as they load; never empty.
    case specific(Set<Int>)

    /// Versions that `latest` may keep, and that `specific` may name.
    package static let versionsMax = 1000

    /// `latest:4`, `all` or `versions:3,5`.
    /// - Throws: what is wrong with it, in words.
    package init(parsing text: Substring) throws(VersionPolicies.Failure) {
        let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        switch (sides.first, sides.count) {
        case ("all", 1): self = .all
        case ("latest", 2):
            guard let count = Int(sides[1]), (1...Self.versionsMax).contains(count) else {
                throw .init("'\(text)': latest takes a number from 1 to \(Self.versionsMax)")
            }
            self = .latest(count)
        case ("versions", 2):
            var versions: Set<Int> = []
            for part in sides[1].split(separator: ",", omittingEmptySubsequences: false) {
                guard let version = ModelName.version(String(part)) else {
                    throw .init("'\(part)' is no version: versions are whole numbers from 1 on")
                }
                versions.insert(version)
            }
            guard versions.count <= Self.versionsMax else {
                throw .init("it names more than \(Self.versionsMax) versions")
            }
            self = .specific(versions)
        default:
            throw .init("'\(text)' is no policy: use latest:N, all or versions:N,N")
        }
    }

    package var description: String {
        switch self {
        case .latest(let count): "latest:\(count)"
        case .all: "all"
        case .specific(let versions):
            "versions:" + versions.sorted().map(String.init).joined(separator: ",")
        }
    }

    /// Whether `version` is one to keep.
    /// - Parameter newerKept: how many newer ones have loaded and are kept.
    func keeps(_ version: Int, newerKept: Int) -> Bool {
        switch self {
        case .latest(let count): newerKept < max(count, 1)
        case .all: true
        case .specific(let versions): versions.contains(version)
        }
    }

    /// Why a version that it does not keep is not in memory.
    var reasonForOthers: String {
        switch self {
        case .latest(let count): "superseded: the newest \(count) versions are kept"
        case .all: ""
        case .specific: "not among those that the version policy keeps (\(self))"
        }
    }
}

/// The policy of each model.
package struct VersionPolicies: Sendable, Equatable {
    /// What is wrong with a text that should say policies.
    package struct Failure: Error, Sendable, CustomStringConvertible {
        package let description: String
        init(_ description: String) { self.description = description }
    }

    /// For models without one of their own.
    package var standard: VersionPolicy
    package var models: [String: VersionPolicy]

    package init(standard: VersionPolicy = .latest(4), models: [String: VersionPolicy] = [:]) {
        self.standard = standard
        self.models = models
    }

    package subscript(name: String) -> VersionPolicy { models[name] ?? standard }

    /// Policies between semicolons, one for all models and any number for one each:
    /// `latest:2;fraud=versions:3,5;limits=all`.
    /// - Parameter standard: for all models, if the text has none.
    /// - Throws: what is wrong with it, in words.
    package init(parsing text: String, standard: VersionPolicy) throws(Failure) {
        var own: VersionPolicy?
        models = [:]
        for part in text.split(separator: ";", omittingEmptySubsequences: false) {
            guard let equals = part.firstIndex(of: "=") else {
                guard own == nil else {
                    throw Failure("'\(part)' is a second policy for all models; name its model")
                }
                own = try VersionPolicy(parsing: part)
                continue
            }
            let name = String(part[..<equals])
            guard ModelName.isValid(name) else {
                throw Failure("'\(name)' is no model's name: it must be \(ModelName.rule)")
            }
            guard models[name] == nil else { throw Failure("'\(name)' has two policies") }
            models[name] = try VersionPolicy(parsing: part[part.index(after: equals)...])
        }
        self.standard = own ?? standard
    }
}
