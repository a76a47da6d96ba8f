import Glibc

/// A registry at rest: a folder of models, `<root>/<name>/<version>/manifest.json` and files.
package struct FolderSource: Sendable {
    package let root: String

    package init(_ root: String) {
        var root = root
        while root.count > 1 && root.hasSuffix("/") { root.removeLast() }
        self.root = root
    }

    package func modelPath(_ name: String) -> String { "\(root)/\(name)" }
    package func versionPath(_ name: String, _ version: Int) -> String {
        "\(root)/\(name)/\(version)"
    }

    /// All models and versions that are there, unread. Hidden names and those that end in `.tmp`
    /// or `.partial` are left out, plain files too.
    /// - Throws: `.folder` when the root cannot be read, with what to do.
    package func scan() throws(RegistryError) -> FolderSnapshot {
        let stamp: FileStamp
        let names: [String]
        do throws(FileError) {
            stamp = try FileStamp(path: root)
            guard stamp.isFolder else {
                throw FileError("read", root, detail: "it is no folder")
            }
            names = try FolderListing.names(in: root)
        } catch { throw Self.unreadable(error) }
        var models: [ModelFolder] = []
        for name in names.sorted() where !ModelName.isIgnored(name) {
            guard let model = scanModel(name) else { continue }
            models.append(model)
        }
        return FolderSnapshot(device: stamp.device, inode: stamp.inode, models: models)
    }

    private func scanModel(_ name: String) -> ModelFolder? {
        let path = modelPath(name)
        // Gone since it was listed, or a plain file: a README, say.
        guard let stamp = try? FileStamp(path: path), stamp.isFolder else { return nil }
        var model = ModelFolder(name: name)
        guard ModelName.isValid(name) else {
            model.problems.append("'\(name)' is no model's name: it must be \(ModelName.rule)")
            return model
        }
        do {
            for folder in try FolderListing.names(in: path).sorted()
            where !ModelName.isIgnored(folder) {
                guard let stamp = try? FileStamp(path: "\(path)/\(folder)"), stamp.isFolder else {
                    continue
                }
                if let version = ModelName.version(folder) {
                    model.versions.append(version)
                } else {
                    model.problems.append(
                        "folder '\(name)/\(folder)' is no version: name it by a whole number from 1 on"
                    )
                }
            }
        } catch {
            model.problems.append("\(error)")
            model.isUnreadable = true
        }
        model.versions.sort()
        return model
    }

    private static func unreadable(_ error: FileError) -> RegistryError {
        let advice =
            switch error.code {
            case ENOENT: "create it, or point --registry at the folder that holds the models"
            case EACCES, EPERM:
                "let this process's user read and enter it (chmod o+rx, or run as its owner)"
            case ENOTDIR: "point --registry at a folder"
            default: "point --registry at a folder of models: <name>/<version>/manifest.json"
            }
        return RegistryError(.folder, "\(error); \(advice)")
    }
}

/// What a registry's folder held at one moment.
package struct FolderSnapshot: Sendable, Equatable {
    /// Of the root: another one with the same path is another folder, as when a mount comes or goes.
    package var device: UInt64
    package var inode: UInt64
    /// By name, ascending.
    package var models: [ModelFolder]
}

/// One model's folder.
package struct ModelFolder: Sendable, Equatable {
    package var name: String
    /// Ascending.
    package var versions: [Int] = []
    /// What in it is not as it should be, for people.
    package var problems: [String] = []
    /// Whether the folder could not be listed, so that ``versions`` says nothing.
    package var isUnreadable = false

    package init(name: String, versions: [Int] = []) {
        self.name = name
        self.versions = versions
    }
}
