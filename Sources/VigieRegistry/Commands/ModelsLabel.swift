import VigieEngine

/// `vigie models label`: movable names of versions.
package enum ModelsLabel {
    /// Labels of a model, or of all, with the versions that they name.
    package static func list(_ source: any RegistrySource, name: String? = nil)
        throws(RegistryError) -> [(model: String, label: String, version: Int)]
    {
        let models = try source.scan().models.filter { name == nil || $0.name == name }
        if let name, models.isEmpty {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.place)")
        }
        return models.flatMap { model in
            (model.labels ?? [:]).sorted { $0.key < $1.key }.map { (model.name, $0.key, $0.value) }
        }
    }

    package static func text(_ labels: [(model: String, label: String, version: Int)]) -> String {
        guard !labels.isEmpty else { return "There are no labels: see `vigie models label set`.\n" }
        var table = TextTable([
            .init(title: "MODEL"), .init(title: "LABEL"), .init(title: "VERSION", isNumber: true),
        ])
        for row in labels { table.add([row.model, row.label, String(row.version)]) }
        return table.text
    }

    package static func json(_ labels: [(model: String, label: String, version: Int)]) -> JSONValue
    {
        .array(
            labels.map {
                .members([
                    ("model", .string($0.model)), ("label", .string($0.label)),
                    ("version", .number(Double($0.version))),
                ])
            })
    }

    /// - Parameter version: nil removes the label.
    /// - Throws: `.notFound` for a version or label that there is not.
    package static func set(
        _ source: any RegistrySource, _ writer: any RegistryWriter, label: String, of name: String,
        to version: Int?
    ) throws(RegistryError) {
        guard ModelLabels.isValid(label) else {
            throw RegistryError(.refused, "'\(label)' is no label: it must be \(ModelLabels.rule)")
        }
        guard let model = try source.scan().models.first(where: { $0.name == name }) else {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.place)")
        }
        if let version, !model.versions.contains(version) {
            let known = model.versions.map(String.init).joined(separator: ", ")
            throw RegistryError(
                .notFound, "there is no version \(version) of model '\(name)'; there are \(known)")
        }
        if version == nil, model.labels?[label] == nil {
            throw RegistryError(.notFound, "model '\(name)' has no label '\(label)'")
        }
        try writer.setLabel(label, of: name, to: version)
    }
}
