import Glibc

/// Writes to a registry in a folder, by renames: a pod that watches sees whole versions.
package struct FolderWriter: RegistryWriter {
    private let source: FolderSource

    package init(_ source: FolderSource) { self.source = source }

    package func publish(
        _ name: String, from first: Int, payload: [PayloadFile],
        texts: (_ version: Int) throws(RegistryError) -> VersionTexts
    ) throws(RegistryError) -> Int {
        let model = source.modelPath(name)
        let temporary = "\(model)/.add-\(getpid()).tmp"
        defer { FolderTree.remove(temporary) }
        do throws(FileError) {
            try FolderTree.make(temporary)
            for file in payload {
                let path = "\(temporary)/\(file.path)"
                try FolderTree.make(FolderTree.parent(of: path))
                try AtomicFile.write(to: path) { write throws(FileError) in
                    try file.forEachPiece(wrap: { $0 }, write)
                }
            }
        } catch { throw RegistryError(.folder, "\(error)") }
        for version in first..<first + 100 {
            let texts = try texts(version)
            do throws(FileError) {
                try Self.write(texts, into: temporary)
            } catch { throw RegistryError(.folder, "\(error)") }
            if rename(temporary, source.versionPath(name, version)) == 0 { return version }
            guard errno == ENOTEMPTY || errno == EEXIST else {
                throw RegistryError(.folder, "\(FileError("rename", temporary))")
            }
        }
        throw RegistryError(
            .folder, "there is no free version in \(model): somebody else is adding many")
    }

    package func replace(_ texts: VersionTexts, of name: String, _ version: Int)
        throws(RegistryError)
    {
        do throws(FileError) {
            try Self.write(texts, into: source.versionPath(name, version))
        } catch { throw RegistryError(.folder, "\(error)") }
    }

    /// The signature first: what it signs is there only then.
    private static func write(_ texts: VersionTexts, into folder: String) throws(FileError) {
        if let signature = texts.signature {
            try AtomicFile.write(signature, to: "\(folder)/\(ManifestSignature.fileName)")
        }
        let path = "\(folder)/\(Manifest.fileName)"
        if let old = try? PlainFile.read(path, bytesMax: ManifestLimits.bytesMax),
            old == texts.manifest
        {
            return
        }
        try AtomicFile.write(texts.manifest, to: path)
    }

    package func setLabel(_ label: String, of name: String, to version: Int?)
        throws(RegistryError)
    {
        var labels = try source.labels(name)
        labels[label] = version
        try ModelLabels.checkCount(labels)
        do throws(FileError) {
            let path = "\(source.modelPath(name))/\(ModelLabels.fileName)"
            try AtomicFile.write(Array(ModelLabels.text(labels).utf8), to: path)
        } catch { throw RegistryError(.folder, "\(error)") }
    }
}
