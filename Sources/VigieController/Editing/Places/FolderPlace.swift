import Glibc
import VigieEngine
import VigieKubernetes
import VigieRegistry
import VigieRollouts
import VigieRouting

/// The rollouts of a folder, whose files are replaced whole when they change.
package final class FolderPlace: RolloutPlace {
    private let folder: String
    private var files: RolloutFiles
    package private(set) var unreadable: [String] = []

    /// - Throws: when the folder cannot be read.
    package init(_ folder: String) throws(EditRefusal) {
        self.folder = folder
        files = RolloutFiles(folder)
        _ = try read()
    }

    package var place: String { "rollouts of \(folder)" }

    private func read() throws(EditRefusal) -> (
        rollouts: [RolloutDocument], problems: [SourceProblem]
    ) {
        do throws(FileError) {
            let found = try files.read()
            unreadable = found.problems.map { "\($0.place): \($0.problem)" }
            return found
        } catch { throw EditRefusal("--rollouts \(folder): \(error)") }
    }

    package func all() throws(EditRefusal) -> [StoredRollout] {
        try read().rollouts.sorted { $0.name < $1.name }.map { StoredRollout($0.content) }
    }

    package func one(_ name: String) throws(EditRefusal) -> StoredRollout {
        StoredRollout(try document(name).content)
    }

    private func document(_ name: String) throws(EditRefusal) -> RolloutDocument {
        let rollouts = try read().rollouts
        if let found = try only(name, of: rollouts) { return found }
        throw EditRefusal(
            .noRollout(name, in: place, names: rollouts.map(\.name))
                + unreadable.map { "; \($0)" }.joined())
    }

    /// The document of that name; nil when there is none.
    /// - Throws: when there are several: pods carry out one of them, and it might be another.
    private func only(_ name: String, of rollouts: [RolloutDocument]) throws(EditRefusal)
        -> RolloutDocument?
    {
        let found = rollouts.filter { $0.name == name }
        guard found.count <= 1 else {
            throw EditRefusal(
                "metadata.name '\(name)' is that of several: "
                    + found.map(\.origin).joined(separator: ", ") + "; remove all but one")
        }
        return found.first
    }

    package func change(
        _ name: String, _ edit: (EditedRollout) throws(EditRefusal) -> RolloutEdit
    ) throws(EditRefusal) -> EditOutcome {
        for _ in 0..<2 {
            let document = try document(name)
            let file = Self.file(document)
            let edited = try edit(EditedRollout(try StoredRollout(document.content).good(name)))
            let before = try bytes(file)
            var text = RolloutText(String(decoding: before, as: UTF8.self), rollout: name)
            do throws(EditRefusal) { try text.apply(edited.changes) } catch {
                throw EditRefusal("\(file): \(error)")
            }
            if try replace(file, before, with: text.text) {
                return EditOutcome(
                    edited, of: document.content, origin: file, isRewritten: text.isRewritten)
            }
        }
        throw .changedMeanwhile(name)
    }

    package func put(_ written: WrittenRollout) throws(EditRefusal) -> PutOutcome {
        let name = written.rollout.metadata.name
        guard let known = try only(name, of: try read().rollouts) else {
            let file = "\(name).yaml"
            guard access("\(folder)/\(file)", F_OK) != 0 else {
                throw EditRefusal("\(folder)/\(file) is there, and holds no rollout '\(name)'")
            }
            try write("\(folder)/\(file)", written.text + "\n", mode: 0o644)
            return .created
        }
        let file = Self.file(known)
        for _ in 0..<2 {
            let before = try bytes(file)
            var text = RolloutText(String(decoding: before, as: UTF8.self), rollout: name)
            try text.replace(with: written.text)
            if Array(text.text.utf8) == before { return .unchanged }
            if try replace(file, before, with: text.text) { return .changed }
        }
        throw .changedMeanwhile(file)
    }

    /// "fraud.yaml" of "fraud.yaml:12".
    private static func file(_ document: RolloutDocument) -> String {
        String(document.origin[..<(document.origin.lastIndex(of: ":") ?? document.origin.endIndex)])
    }

    private func bytes(_ file: String) throws(EditRefusal) -> [UInt8] {
        do throws(FileError) {
            return try OpenFolder(folder).read(file, bytesMax: RolloutLimits.bytesMax)
        } catch { throw EditRefusal("\(folder)/\(file): \(error)") }
    }

    /// False when the file is not as it was.
    private func replace(
        _ file: String, _ before: [UInt8], with text: String
    ) throws(EditRefusal) -> Bool {
        guard try bytes(file) == before else { return false }
        // Through links, so that they stay.
        let path = realPath("\(folder)/\(file)") ?? "\(folder)/\(file)"
        var status = stat()
        let mode = stat(path, &status) == 0 ? status.st_mode & 0o777 : 0o644
        try write(path, text, mode: mode)
        return true
    }

    private func realPath(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private func write(_ path: String, _ text: String, mode: mode_t) throws(EditRefusal) {
        do throws(KubernetesError) {
            try SmallFile.replace(path, Array(text.utf8), mode: mode)
        } catch { throw EditRefusal(error.message) }
    }
}

extension String {
    static func noRollout(_ name: String, in place: String, names: [String]) -> String {
        "there is no rollout '\(name)' among the \(place); "
            + (names.isEmpty
                ? "there is none at all" : "there are \(names.sorted().joined(separator: ", "))")
    }
}

extension StoredRollout {
    /// - Throws: why it is none, for people who would change it.
    package func good(_ name: String) throws(EditRefusal) -> Rollout {
        switch content {
        case .success(let rollout): return rollout
        case .failure(let refusal):
            throw EditRefusal("\(name) is no valid rollout: \(refusal)")
        }
    }
}
