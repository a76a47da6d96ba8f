import VigieCrypto
import VigieEngine
import VigieHTTP

/// Writes to an MLflow server: a version is a run's artifacts, with our manifest last among them.
package struct MLflowWriter: RegistryWriter {
    private let client: MLflowClient
    private let cancellation = HTTPCancellation()
    /// The experiment of the runs that hold versions.
    static let experiment = "vigie"
    static let digestTag = "vigie.manifest.sha256"

    package init(_ client: MLflowClient) { self.client = client }

    package func publish(
        _ name: String, from first: Int, payload: [PayloadFile],
        texts: (_ version: Int) throws(RegistryError) -> VersionTexts
    ) throws(RegistryError) -> Int {
        do throws(RemoteError) {
            let known = try registeredName(name)
            let registered: String
            if let known { registered = known } else { registered = try register(name) }
            let (run, uri) = try startRun(name)
            let place = "\(uri)/model"
            let path = try MLflowRegistry.proxiedPath(place)
            for file in payload {
                try client.upload("\(path)/\(file.path)", file.body, cancellation)
            }
            let answer = try client.post(
                "mlflow/model-versions/create",
                Self.object([
                    ("name", .string(registered)), ("source", .string(place)),
                    ("run_id", .string(run)),
                ]), cancellation)
            guard
                let text = answer["model_version"]?.object?["version"]?.string,
                let version = ModelName.version(text)
            else { throw RemoteError(.unavailable, "MLflow gave the version no number") }
            do throws(RemoteError) {
                let written = try RemoteError.wrapping { () throws(RegistryError) in
                    try texts(version)
                }
                try upload(written, to: path, registered, version)
            } catch {
                let identity = Self.object([
                    ("name", .string(registered)), ("version", .string(text)),
                ])
                _ = try? client.post(
                    "mlflow/model-versions/delete", identity, method: "DELETE", cancellation)
                throw error
            }
            _ = try client.post(
                "mlflow/runs/update",
                Self.object([("run_id", .string(run)), ("status", .string("FINISHED"))]),
                cancellation)
            return version
        } catch { throw error.writingError }
    }

    package func replace(_ texts: VersionTexts, of name: String, _ version: Int)
        throws(RegistryError)
    {
        do throws(RemoteError) {
            let registered = try known(name)
            let query = [(name: "name", value: registered), (name: "version", value: "\(version)")]
            let answer = try client.get(
                "mlflow/model-versions/get-download-uri", query: query, cancellation)
            let path = try MLflowRegistry.proxiedPath(answer["artifact_uri"]?.string ?? "")
            try upload(texts, to: path, registered, version)
        } catch { throw error.writingError }
    }

    package func setLabel(_ label: String, of name: String, to version: Int?)
        throws(RegistryError)
    {
        do throws(RemoteError) {
            var members: [(key: String, value: JSONValue)] = [
                ("name", .string(try known(name))), ("alias", .string(label)),
            ]
            if let version { members.append(("version", .string(String(version)))) }
            _ = try client.post(
                "mlflow/registered-models/alias", Self.object(members),
                method: version == nil ? "DELETE" : "POST", cancellation)
        } catch { throw error.writingError }
    }

    // MARK: Requests

    /// Signature and manifest, and the tag that tells pods of the change.
    private func upload(
        _ texts: VersionTexts, to path: String, _ registered: String, _ version: Int
    ) throws(RemoteError) {
        if let signature = texts.signature {
            try client.upload(
                "\(path)/\(ManifestSignature.fileName)", .bytes(signature), cancellation)
        }
        try client.upload("\(path)/\(Manifest.fileName)", .bytes(texts.manifest), cancellation)
        // A changed signature is a change, too.
        let digest = SHA256.digest(of: texts.manifest + (texts.signature ?? [])).hex
        _ = try client.post(
            "mlflow/model-versions/set-tag",
            Self.object([
                ("name", .string(registered)), ("version", .string(String(version))),
                ("key", .string(Self.digestTag)), ("value", .string(digest)),
            ]), cancellation)
    }

    /// MLflow's name of a model; nil when there is none.
    private func registeredName(_ name: String) throws(RemoteError) -> String? {
        try MLflowRegistry(client).registeredNames(cancellation)[name]
    }

    private func known(_ name: String) throws(RemoteError) -> String {
        guard let registered = try registeredName(name) else {
            throw RemoteError(.notFound, "there is no model '\(name)' in \(client.place)")
        }
        return registered
    }

    private func register(_ name: String) throws(RemoteError) -> String {
        guard client.address.models?.contains(name) ?? true else {
            throw RemoteError(
                .refused(.other),
                "there is no model '\(name)' among those that the registry's URL names (models=)")
        }
        _ = try client.post(
            "mlflow/registered-models/create", Self.object([("name", .string(name))]),
            cancellation)
        return name
    }

    private func startRun(_ name: String) throws(RemoteError) -> (id: String, uri: String) {
        var experiment: String?
        do throws(RemoteError) {
            let answer = try client.get(
                "mlflow/experiments/get-by-name",
                query: [(name: "experiment_name", value: Self.experiment)], cancellation)
            experiment = answer["experiment"]?.object?["experiment_id"]?.string
        } catch { guard error.reason == .notFound else { throw error } }
        if experiment == nil {
            let made = try client.post(
                "mlflow/experiments/create", Self.object([("name", .string(Self.experiment))]),
                cancellation)
            experiment = made["experiment_id"]?.string
        }
        let answer = try client.post(
            "mlflow/runs/create",
            Self.object([
                ("experiment_id", .string(experiment ?? "0")), ("run_name", .string(name)),
            ]), cancellation)
        let info = answer["run"]?.object?["info"]?.object
        guard let id = info?["run_id"]?.string, let uri = info?["artifact_uri"]?.string else {
            throw RemoteError(.unavailable, "MLflow gave the run no id")
        }
        return (id, uri)
    }

    private static func object(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
        // The keys are written here, and differ.
        JSONObject(members).map { .object($0) } ?? .null
    }
}
