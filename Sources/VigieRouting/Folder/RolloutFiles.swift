import VigieEngine
import VigieRegistry
import VigieRollouts

/// The ModelRollouts of a folder: `*.yaml` and `*.yml`, each of one document or several, and beside
/// them what a controller has written, `<name>.status.json`. What cannot be read is told, and what it
/// said before stays. Belongs to one thread.
package struct RolloutFiles {
    /// Files in the folder: far more than there are models.
    static let filesMax = 4096

    package let folder: String
    private var files: [String: Known] = [:]
    private var statuses: [String: JSONValue] = [:]

    /// What a file last said.
    private struct Known {
        var bytes: [UInt8]
        var documents: [RolloutDocument]
        var problems: [SourceProblem]
    }

    package init(_ folder: String) { self.folder = folder }

    /// Reads what has changed.
    /// - Throws: when the folder itself cannot be read.
    package mutating func read() throws(FileError) -> (
        rollouts: [RolloutDocument], problems: [SourceProblem]
    ) {
        let open = try OpenFolder(folder)
        let names = try FolderListing.names(in: folder).sorted()
        let wanted = names.filter(Self.isRollout).prefix(Self.filesMax)
        var problems: [SourceProblem] = []
        var next: [String: Known] = [:]
        for name in wanted {
            do throws(FileError) {
                let bytes = try open.read(name, bytesMax: RolloutLimits.bytesMax)
                next[name] = Self.read(name, bytes, files[name])
            } catch {
                problems.append(SourceProblem(name, error.description))
                next[name] = files[name]
            }
        }
        files = next
        readStatuses(open, Set(names), &problems)
        var rollouts: [RolloutDocument] = []
        for name in wanted {
            guard let known = next[name] else { continue }
            problems += known.problems
            rollouts += known.documents.map(withStatus)
        }
        return (rollouts, problems)
    }

    private static func isRollout(_ name: String) -> Bool {
        !name.hasPrefix(".") && (name.hasSuffix(".yaml") || name.hasSuffix(".yml"))
    }

    private static func read(_ name: String, _ bytes: [UInt8], _ known: Known?) -> Known {
        if let known, known.bytes == bytes { return known }
        do throws(YAMLProblem) {
            let documents = try YAMLDocuments.read(String(decoding: bytes, as: UTF8.self))
            var next = Known(bytes: bytes, documents: [], problems: [])
            if documents.isEmpty, let known, !known.documents.isEmpty {
                // Editors and `>` empty a file before they write it.
                next.problems.append(
                    SourceProblem(
                        name, "holds no ModelRollout; remove the file to end its rollouts"))
            }
            for document in documents {
                let place = "\(name):\(document.line)"
                guard let own = document.content["metadata"]?["name"]?.string else {
                    next.problems.append(
                        SourceProblem(place, "metadata.name is missing, or no text"))
                    continue
                }
                var rollout = RolloutDocument(
                    name: own, origin: place, content: document.content)
                rollout.places = document.lines.mapValues { "\(name):\($0)" }
                next.documents.append(rollout)
            }
            if !next.problems.isEmpty {
                // Who says nothing of a rollout by mistake does not mean to end it.
                let names = Set(next.documents.map(\.name))
                next.documents += (known?.documents ?? []).filter { !names.contains($0.name) }
            }
            return next
        } catch {
            let place = error.line.map { "\(name):\($0)" } ?? name
            return Known(
                bytes: bytes, documents: known?.documents ?? [],
                problems: [SourceProblem(place, error.problem)])
        }
    }

    private mutating func readStatuses(
        _ open: borrowing OpenFolder, _ names: Set<String>, _ problems: inout [SourceProblem]
    ) {
        var next: [String: JSONValue] = [:]
        for document in files.values.flatMap(\.documents) {
            let file = "\(document.name).status.json"
            guard names.contains(file) else { continue }
            do throws(FileError) {
                let bytes = try open.read(file, bytesMax: RolloutLimits.bytesMax)
                do throws(JSONError) {
                    next[document.name] = try JSONParser.parse(
                        bytes, depthMax: RolloutLimits.depthMax)
                } catch {
                    problems.append(SourceProblem(file, "is no valid JSON: \(error)"))
                    next[document.name] = statuses[document.name]
                }
            } catch {
                problems.append(SourceProblem(file, error.description))
                next[document.name] = statuses[document.name]
            }
        }
        statuses = next
    }

    /// The file beside a document holds its status; what the document itself says of it counts for
    /// nothing.
    private func withStatus(_ document: RolloutDocument) -> RolloutDocument {
        guard let object = document.content.object else { return document }
        var members = object.members.filter { $0.key != "status" }
        if let status = statuses[document.name] {
            members.append(("status", status["status"] ?? status))
        }
        var document = document
        // The keys differ as they did before.
        if let content = JSONObject(members) { document.content = .object(content) }
        return document
    }
}
