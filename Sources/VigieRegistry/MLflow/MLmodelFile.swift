import VigieEngine
import Yams

/// What Vigie reads of an `MLmodel` file, which MLflow writes beside a model.
struct MLmodelFile: Sendable {
    static let fileName = "MLmodel"
    static let bytesMax = 1 << 20

    /// A column of the model's input.
    struct Column: Sendable, Equatable {
        var name: String
        /// MLflow's type: "double", "long", "string", …
        var type: String
        var isRequired: Bool
    }

    /// By name: the file of the model ("data", "pickled_model"), and other settings that are texts.
    private(set) var flavors: [String: [String: String]] = [:]
    /// Nil when the input is no table of named columns, or MLflow was not told.
    private(set) var columns: [Column]?
    private(set) var created = ""
    private(set) var version = ""

    /// - Throws: `.refused` with what is wrong with the file.
    init(_ bytes: [UInt8]) throws(RemoteError) {
        func wrong(_ problem: String) -> RemoteError {
            RemoteError(.refused(.other), "MLmodel: \(problem)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw wrong("is no UTF-8")
        }
        let root: Node.Mapping
        do {
            guard let mapping = try compose(yaml: text)?.mapping else {
                throw wrong("must be a mapping")
            }
            root = mapping
        } catch let error as RemoteError { throw error } catch {
            throw wrong("is no valid YAML: \(error)")
        }
        for (key, value) in root["flavors"]?.mapping ?? [:] {
            guard let name = key.string else { continue }
            var settings: [String: String] = [:]
            for (key, value) in value.mapping ?? [:] {
                if let key = key.string, let text = value.scalar?.string { settings[key] = text }
            }
            flavors[name] = settings
        }
        created = root["utc_time_created"]?.scalar?.string ?? ""
        version = root["mlflow_version"]?.scalar?.string ?? ""
        if let inputs = root["signature"]?.mapping?["inputs"]?.scalar?.string {
            columns = try Self.columns(inputs)
        }
    }

    /// Of the JSON text in `signature.inputs`; nil for tensors.
    private static func columns(_ text: String) throws(RemoteError) -> [Column]? {
        guard let list = (try? JSONParser.parse(Array(text.utf8), depthMax: 16))?.array else {
            throw RemoteError(
                .refused(.other), "MLmodel: signature.inputs must be an array in JSON")
        }
        var columns: [Column] = []
        for value in list {
            guard let object = value.object, let name = object["name"]?.string,
                let type = object["type"]?.string, type != "tensor"
            else { return nil }
            columns.append(
                Column(
                    name: name, type: type, isRequired: object["required"]?.bool ?? true))
        }
        return columns.isEmpty ? nil : columns
    }
}
