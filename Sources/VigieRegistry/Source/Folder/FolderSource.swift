import Glibc

/// A registry at rest: a folder of models, `<root>/<name>/<version>/manifest.json` and files.
package struct FolderSource: RegistrySource {
    package let root: String
    package var place: String { root }

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
    package func scan() throws(RegistryError) -> RegistrySnapshot {
        let stamp: FileStamp
        let names: [String]
        do throws(FileError) {
            stamp = try FileStamp(path: root)
            guard stamp.isFolder else {
                throw FileError("read", root, detail: "it is no folder")
            }
            names = try FolderListing.names(in: root)
        } catch { throw Self.unreadable(error) }
        var models: [ModelListing] = []
        for name in names.sorted() where !ModelName.isIgnored(name) {
            guard let model = scanModel(name) else { continue }
            models.append(model)
        }
        var snapshot = RegistrySnapshot(models: models)
        snapshot.device = stamp.device
        snapshot.inode = stamp.inode
        return snapshot
    }

    private func scanModel(_ name: String) -> ModelListing? {
        let path = modelPath(name)
        // Gone since it was listed, or a plain file: a README, say.
        guard let stamp = try? FileStamp(path: path), stamp.isFolder else { return nil }
        var model = ModelListing(name: name)
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
        do throws(RegistryError) { model.labels = try labels(name) } catch {
            model.problems.append(error.message)
            model.labels = nil
        }
        return model
    }

    /// The labels of a model; none when there is no file of them.
    package func labels(_ name: String) throws(RegistryError) -> [String: Int] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try OpenFolder(modelPath(name))
                .read(ModelLabels.fileName, bytesMax: ModelLabels.bytesMax)
        } catch {
            if error.isMissing { return [:] }
            throw RegistryError(.incomplete, "\(error)")
        }
        return try ModelLabels.read(bytes)
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

/// A folder is there already, and is watched from outside.
extension FolderSource {
    package func begin() {}
    package func provide(_ name: String, _ version: Int) {}
    package func mend(_ name: String, _ version: Int) -> Bool { false }
    package func follow(_ onChange: @escaping @Sendable () -> Void) {}
    package func stop() {}

    package func stamp(_ versions: [VersionKey]) -> VersionStamp {
        VersionStamp(paths: versions.map { versionPath($0.name, $0.version) })
    }

    package func hasModel(_ name: String) -> Bool {
        (try? FileStamp(path: modelPath(name)))?.isFolder ?? false
    }

    package func watchedFolders(_ models: [String: [Int]]) -> [String] {
        [root]
            + models.flatMap { name, versions in
                [modelPath(name)] + versions.map { versionPath(name, $0) }
            }
    }
}
