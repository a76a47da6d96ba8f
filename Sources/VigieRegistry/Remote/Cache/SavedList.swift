import VigieEngine

/// A remote registry's list on disk, for a start without the registry: models, versions, revisions and
/// labels.
enum SavedList {
    static func text(_ listing: RemoteListing) -> String {
        let models = listing.models.map { model in
            object([
                ("name", .string(model.name)),
                (
                    "versions",
                    .array(
                        model.versions.map { version in
                            object([
                                ("number", .number(Double(version.number))),
                                ("revision", .string(version.revision)),
                            ])
                        })
                ),
                (
                    "labels",
                    object(
                        (model.labels ?? [:]).sorted { $0.key < $1.key }.map {
                            ($0.key, .number(Double($0.value)))
                        })
                ),
            ])
        }
        return JSONWriter.text(object([("models", .array(models))]))
    }

    /// Nil for anything but what ``text(_:)`` writes.
    static func read(_ bytes: [UInt8]) -> RemoteListing? {
        guard let root = try? JSONParser.parse(bytes, depthMax: 8),
            let models = root.object?["models"]?.array
        else { return nil }
        var listing = RemoteListing()
        for value in models {
            guard let name = value.object?["name"]?.string, ModelName.isValid(name) else {
                return nil
            }
            var model = RemoteModel(name: name)
            for version in value.object?["versions"]?.array ?? [] {
                guard let number = version.object?["number"]?.integer, number > 0,
                    let revision = version.object?["revision"]?.string,
                    revision.utf8.allSatisfy({ ModelName.isValid(String(UnicodeScalar($0))) })
                else { return nil }
                model.versions.append(RemoteVersion(number: number, revision: revision))
            }
            for (label, number) in value.object?["labels"]?.object?.members ?? [] {
                model.labels?[label] = number.integer
            }
            listing.models.append(model)
        }
        return listing
    }

    private static func object(_ members: [(key: String, value: JSONValue)]) -> JSONValue {
        // The keys are ours, or those of a dictionary: distinct.
        JSONObject(members).map { .object($0) } ?? .null
    }
}
