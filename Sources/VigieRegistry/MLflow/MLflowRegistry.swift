import VigieEngine
import VigieHTTP

/// An MLflow server as a registry: registered models, their versions, and aliases as labels.
///
/// A version whose artifacts hold a `manifest.json` is what that says. One without is described by its
/// `MLmodel` file and its tags: see ``MLflowDerivation``. The tag `vigie.name` of a registered model
/// is its name here, where MLflow's would not do.
package struct MLflowRegistry: RemoteRegistry {
    let client: MLflowClient

    /// Pages of a list, of up to 1,000 entries (200 models).
    static let pagesMax = 1_000
    /// Folders within folders of a version's artifacts.
    static let depthMax = 8
    static let tagPrefix = "vigie."

    package init(_ client: MLflowClient) { self.client = client }

    package var place: String { client.place }

    // MARK: The list

    package func list(_ cancellation: HTTPCancellation) throws(RemoteError) -> RemoteListing {
        var models: [String: RemoteModel] = [:]
        let registered = try pages(
            "registered-models/search", "registered_models", size: 200, cancellation)
        for entry in registered {
            guard let name = entry["name"]?.string, isWanted(name) else { continue }
            models[name] = Self.model(entry, name)
        }
        for entry in try pages("model-versions/search", "model_versions", size: 1000, cancellation)
        {
            guard let name = entry["name"]?.string, isWanted(name),
                let text = entry["version"]?.string, let number = ModelName.version(text)
            else { continue }
            models[name]?.versions.append(Self.version(entry, number, name))
        }
        var listing = RemoteListing()
        var taken: Set<String> = []
        for (name, model) in models.sorted(by: { $0.key < $1.key }) {
            var model = model
            if !taken.insert(model.name).inserted {
                model.problems.append(
                    "MLflow's '\(name)' has the vigie.name '\(model.name)' of another model")
                model.name = "\(name) (\(model.name))"
                model.versions = []
            }
            model.versions.sort { $0.number < $1.number }
            listing.models.append(model)
        }
        listing.models.sort { $0.name < $1.name }
        return listing
    }

    /// MLflow's names of models, by those that they have here.
    func registeredNames(_ cancellation: HTTPCancellation) throws(RemoteError) -> [String: String] {
        var names: [String: String] = [:]
        for entry in try pages(
            "registered-models/search", "registered_models", size: 200, cancellation)
        {
            guard let name = entry["name"]?.string, isWanted(name) else { continue }
            names[Self.model(entry, name).name] = name
        }
        return names
    }

    private func isWanted(_ name: String) -> Bool { client.address.models?.contains(name) ?? true }

    private static func model(_ entry: JSONObject, _ name: String) -> RemoteModel {
        var model = RemoteModel(name: tags(entry)["vigie.name"] ?? name)
        if !ModelName.isValid(model.name) {
            model.problems.append(
                "'\(model.name)' is no model's name here: set the tag vigie.name of the registered "
                    + "model to \(ModelName.rule)")
        }
        for alias in entry["aliases"]?.array ?? [] {
            guard let label = alias.object?["alias"]?.string,
                let text = alias.object?["version"]?.string,
                let number = ModelName.version(text)
            else { continue }
            guard ModelLabels.isValid(label) else {
                model.problems.append(
                    "alias '\(label)' is no label: it must be \(ModelLabels.rule)")
                continue
            }
            model.labels?[label] = number
        }
        return model
    }

    private static func version(_ entry: JSONObject, _ number: Int, _ name: String)
        -> RemoteVersion
    {
        let tags = tags(entry).filter { $0.key.hasPrefix(tagPrefix) }
        let source = entry["source"]?.string ?? ""
        let created = entry["creation_timestamp"]?.integer.map { String($0) } ?? ""
        let identity =
            [name, source, created]
            + tags.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
        var version = RemoteVersion(number: number, revision: RemoteVersion.revision(of: identity))
        version.attributes = tags
        version.attributes["name"] = name
        version.attributes["run"] = entry["run_id"]?.string
        version.attributes["description"] = entry["description"]?.string
        version.attributes["user"] = entry["user_id"]?.string
        let status = entry["status"]?.string ?? "READY"
        if status != "READY" {
            version.refusal = RegistryError(
                .incomplete, "MLflow says that its registration is \(status)")
        }
        return version
    }

    private static func tags(_ entry: JSONObject) -> [String: String] {
        var tags: [String: String] = [:]
        for tag in entry["tags"]?.array ?? [] {
            guard let key = tag.object?["key"]?.string else { continue }
            tags[key] = tag.object?["value"]?.string ?? ""
        }
        return tags
    }

    private func pages(
        _ path: String, _ member: String, size: Int, _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> [JSONObject] {
        var all: [JSONObject] = []
        var token = ""
        for _ in 0..<Self.pagesMax {
            var query = [(name: "max_results", value: String(size))]
            if !token.isEmpty { query.append((name: "page_token", value: token)) }
            let answer = try client.get("mlflow/\(path)", query: query, cancellation)
            all += (answer[member]?.array ?? []).compactMap(\.object)
            guard let next = answer["next_page_token"]?.string, !next.isEmpty, next != token else {
                return all
            }
            token = next
        }
        throw RemoteError(.refused(.size), "\(path) of \(place) has too many pages")
    }

    // MARK: Files

    package func contents(
        _ name: String, _ version: RemoteVersion, _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> RemoteContents {
        let query = [
            (name: "name", value: version.attributes["name"] ?? name),
            (name: "version", value: String(version.number)),
        ]
        let answer = try client.get(
            "mlflow/model-versions/get-download-uri", query: query, cancellation)
        let uri = answer["artifact_uri"]?.string ?? ""
        let root = try Self.proxiedPath(uri)
        var contents = RemoteContents(files: [])
        try addFiles(root, below: "", to: &contents.files, depth: 0, cancellation)
        if !contents.files.contains(where: { $0.path == Manifest.fileName }) {
            contents.derivation = try derivation(version, contents.files, cancellation)
        }
        return contents
    }

    /// The path under the server's own artifacts of `mlflow-artifacts:/path`.
    static func proxiedPath(_ uri: String) throws(RemoteError) -> String {
        guard uri.hasPrefix("mlflow-artifacts:/") else {
            throw RemoteError(
                .refused(.other),
                "its artifacts are in '\(uri)', which the tracking server does not pass on: run it "
                    + "with --serve-artifacts (the default) and --artifacts-destination")
        }
        var path = uri.dropFirst("mlflow-artifacts:/".count)
        if path.hasPrefix("/") {
            // mlflow-artifacts://host:port/path
            path = path.dropFirst().drop { $0 != "/" }
        }
        let plain = String(path.drop { $0 == "/" })
        if let problem = RelativePath.problem(with: plain) {
            throw RemoteError(.refused(.path), "its artifacts' path '\(plain)' \(problem)")
        }
        return plain
    }

    private func addFiles(
        _ root: String, below folder: String, to files: inout [RemoteFile], depth: Int,
        _ cancellation: HTTPCancellation
    ) throws(RemoteError) {
        guard depth <= Self.depthMax else {
            throw RemoteError(.refused(.path), "its artifacts are in folders nested too deep")
        }
        let path = folder.isEmpty ? root : "\(root)/\(folder)"
        let answer = try client.get(
            "mlflow-artifacts/artifacts", query: [(name: "path", value: path)], cancellation)
        for entry in answer["files"]?.array ?? [] {
            guard let name = entry.object?["path"]?.string else { continue }
            let relative = folder.isEmpty ? name : "\(folder)/\(name)"
            if relative != Manifest.fileName, let problem = RelativePath.problem(with: relative) {
                throw RemoteError(.refused(.path), "the artifact '\(relative)' \(problem)")
            }
            if entry.object?["is_dir"]?.bool == true {
                try addFiles(root, below: relative, to: &files, depth: depth + 1, cancellation)
                continue
            }
            guard files.count < ManifestLimits.filesMax else {
                throw RemoteError(
                    .refused(.size), "it has more than \(ManifestLimits.filesMax) artifacts")
            }
            files.append(
                RemoteFile(
                    path: relative, locator: "\(root)/\(relative)",
                    bytes: entry.object?["file_size"]?.integer))
        }
    }

    package func download(
        _ file: RemoteFile, _ sink: any DownloadSink, _ cancellation: HTTPCancellation
    ) throws(RemoteError) { try client.download(file.locator, sink, cancellation) }

    private func derivation(
        _ version: RemoteVersion, _ files: [RemoteFile], _ cancellation: HTTPCancellation
    ) throws(RemoteError) -> RemoteContents.Derivation? {
        guard let file = files.first(where: { $0.path == MLmodelFile.fileName }) else { return nil }
        let sink = MemorySink(bytesMax: MLmodelFile.bytesMax)
        try download(file, sink, cancellation)
        let model = try MLmodelFile(sink.bytes)
        let derivation = try MLflowDerivation(model, version)
        guard let entry = files.first(where: { $0.path == derivation.entry }) else {
            throw RemoteError(
                .refused(.other),
                "MLmodel names '\(derivation.entry)', which is not among its "
                    + "artifacts")
        }
        return RemoteContents.Derivation(needs: [entry]) { _, files throws(RemoteError) in
            try derivation.manifest(files)
        }
    }
}
