import VigieEngine

/// `vigie models list`: what a registry holds, from its manifests alone; nothing is loaded.
package struct ModelsList: Sendable {
    /// One version, or a folder that is none.
    package struct Row: Sendable {
        package enum State: String, Sendable {
            /// The manifest is sound and the files are there in their sizes.
            case complete
            /// Something is not there (yet).
            case incomplete
            /// The manifest is refused.
            case broken
        }

        package var name: String
        package var version: Int?
        package var state: State
        /// What is wrong; empty when complete.
        package var reason: String
        /// Nil when it could not be read.
        package var manifest: Manifest?
        /// Of all payload files.
        package var payloadBytes: Int
        /// Movable names that mean it.
        package var labels: [String] = []
    }

    package let rows: [Row]

    /// - Parameter name: only this model; nil lists all.
    /// - Throws: `.folder` when the registry cannot be read, `.notFound` for an unknown name.
    package init(_ source: any RegistrySource, name: String? = nil) throws(RegistryError) {
        var rows: [Row] = []
        for model in try source.scan().models where name == nil || model.name == name {
            for problem in model.problems {
                rows.append(
                    Row(
                        name: model.name, version: nil, state: .broken, reason: problem,
                        payloadBytes: 0))
            }
            for version in model.versions {
                var row = Self.row(source, model.name, version)
                row.labels = (model.labels ?? [:]).filter { $0.value == version }.keys.sorted()
                rows.append(row)
            }
        }
        if let name, rows.isEmpty {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.place)")
        }
        self.rows = rows
    }

    private static func row(_ source: any RegistrySource, _ name: String, _ version: Int) -> Row {
        var row = Row(name: name, version: version, state: .complete, reason: "", payloadBytes: 0)
        do throws(RegistryError) {
            let loader = VersionLoader(source)
            let (manifest, bytes) = try loader.inspect(name, version)
            row.manifest = manifest
            row.payloadBytes = bytes
        } catch {
            row.state = error.reason == .incomplete ? .incomplete : .broken
            row.reason = error.message
        }
        return row
    }

    /// Discrimination, classification and calibration, where they were measured; else the first few.
    private static func headline(_ metrics: [NamedMetric]) -> [NamedMetric] {
        let known = ["auc", "f1", "ece"].compactMap { name in metrics.first { $0.name == name } }
        return known.isEmpty ? Array(metrics.prefix(3)) : known
    }

    /// The table that the command prints.
    package var text: String {
        guard !rows.isEmpty else { return "The registry is empty: see `vigie models add`.\n" }
        var table = TextTable([
            .init(title: "MODEL"), .init(title: "VERSION", isNumber: true),
            .init(title: "FLAVOR"), .init(title: "STATE"),
            .init(title: "FEATURES", isNumber: true), .init(title: "SIZE", isNumber: true),
            .init(title: "LABELS"), .init(title: "METRICS"),
        ])
        for row in rows {
            let manifest = row.manifest
            let metrics = Self.headline(manifest?.metrics ?? [])
                .map { "\($0.name) \(Readable.figure($0.value))" }.joined(separator: ", ")
            table.add([
                row.name, row.version.map { String($0) } ?? "-",
                manifest?.flavor.rawValue ?? "-", row.state.rawValue,
                manifest?.signature.map { String($0.features.count) } ?? "-",
                manifest == nil ? "-" : Readable.bytes(row.payloadBytes),
                (row.labels.map { "@\($0)" } + (manifest?.labels ?? [])).joined(separator: ","),
                row.reason.isEmpty ? metrics : row.reason,
            ])
        }
        return table.text
    }

    /// For programs.
    package var json: JSONValue {
        .array(
            rows.map { row in
                .members([
                    ("model", .string(row.name)),
                    ("version", row.version.map { .number(Double($0)) } ?? .null),
                    ("state", .string(row.state.rawValue)), ("reason", .string(row.reason)),
                    ("flavor", row.manifest.map { .string($0.flavor.rawValue) } ?? .null),
                    (
                        "features",
                        row.manifest?.signature.map { .number(Double($0.features.count)) } ?? .null
                    ),
                    ("bytes", .number(Double(row.payloadBytes))),
                    ("labels", .array(row.labels.map { .string($0) })),
                    (
                        "metrics",
                        .members(
                            (row.manifest?.metrics ?? []).map { ($0.name, .number($0.value)) })
                    ),
                ])
            })
    }
}
