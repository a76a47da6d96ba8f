import VigieEngine

/// `vigie models verify`: loads every version as a pod would, with all digests, and says what came
/// of it.
package struct ModelsVerify: Sendable {
    package struct Row: Sendable {
        package var name: String
        package var version: Int?
        /// Nil when it does not load.
        package var model: Summary?
        /// Why it does not; empty when it does.
        package var reason: String
    }

    /// What is kept of a model that loaded; the model itself is let go.
    package struct Summary: Sendable {
        package var load: Duration
        package var latency: WarmUpLatency
        package var features: Int
        /// Members of a pipeline are counted.
        package var memoryBytes: Int
        /// What is odd about it.
        package var warnings: [String]
    }

    package let rows: [Row]

    /// Whether everything loads.
    package var isSound: Bool { rows.allSatisfy { $0.model != nil } }

    /// - Parameters:
    ///   - name: only this model; nil verifies all.
    ///   - version: only this version of it.
    /// - Throws: `.folder` when the registry cannot be read, `.notFound` for what is not in it.
    package init(_ loader: VersionLoader, name: String? = nil, version: Int? = nil)
        throws(RegistryError)
    {
        var rows: [Row] = []
        for model in try loader.source.scan().models where name == nil || model.name == name {
            for problem in model.problems where version == nil {
                rows.append(Row(name: model.name, version: nil, model: nil, reason: problem))
            }
            for number in model.versions where version == nil || number == version {
                rows.append(Self.row(loader, model.name, number))
            }
        }
        if rows.isEmpty, let name {
            let what = version.map { "version \($0) of model '\(name)'" } ?? "model '\(name)'"
            throw RegistryError(.notFound, "there is no \(what) in \(loader.source.place)")
        }
        self.rows = rows
    }

    private static func row(_ loader: VersionLoader, _ name: String, _ version: Int) -> Row {
        do throws(RegistryError) {
            let model = try loader.load(name, version)
            let summary = Summary(
                load: model.loadDuration, latency: model.warmUpLatency,
                features: model.artifact.signature.features.count,
                memoryBytes: Artifact.memoryBytes(of: [model.artifact]),
                warnings: try model.artifact.warnings + uncalibrated(loader, name, version))
            return Row(name: name, version: version, model: summary, reason: "")
        } catch { return Row(name: name, version: version, model: nil, reason: error.message) }
    }

    /// Warnings about members of a pipeline whose probability it takes as if it were calibrated.
    private static func uncalibrated(
        _ loader: VersionLoader, _ name: String, _ version: Int
    ) throws(RegistryError) -> [String] {
        var warnings: [String] = []
        for member in try loader.members(name, version) where member.isTakenAsResponse {
            guard try loader.manifest(of: member).0.calibration != .none else { continue }
            warnings.append(
                "members.\(member.name): the calibration in the manifest of \(member.model) version "
                    + "\(member.version) is not part of its 'response': take its score, and "
                    + "calibrate it in a step")
        }
        return warnings
    }

    /// The table that the command prints, and a last line that sums up.
    package var text: String {
        guard !rows.isEmpty else { return "The registry is empty: see `vigie models add`.\n" }
        var table = TextTable([
            .init(title: "MODEL"), .init(title: "VERSION", isNumber: true),
            .init(title: "VERDICT"), .init(title: "FEATURES", isNumber: true),
            .init(title: "MEMORY", isNumber: true), .init(title: "LOAD", isNumber: true),
            .init(title: "SCORE", isNumber: true), .init(title: "EXPLAIN", isNumber: true),
            .init(title: "TENSORS", isNumber: true), .init(title: ""),
        ])
        for row in rows {
            let model = row.model
            func time(_ duration: Duration?) -> String { duration.map(Readable.duration) ?? "-" }
            table.add([
                row.name, row.version.map { String($0) } ?? "-", model == nil ? "BROKEN" : "sound",
                model.map { String($0.features) } ?? "-",
                model.map { Readable.bytes($0.memoryBytes) } ?? "-", time(model?.load),
                time(model?.latency.score), time(model?.latency.explain),
                time(model?.latency.tensors), row.reason,
            ])
        }
        let broken = rows.filter { $0.model == nil }.count
        let verdict =
            broken == 0
            ? "All \(rows.count) load." : "\(broken) of \(rows.count) would not be served."
        return table.text + warnings + verdict + "\n"
    }

    private var warnings: String {
        rows.flatMap { row in
            (row.model?.warnings ?? []).map { warning in
                "warning: \(row.name) \(row.version.map { String($0) } ?? "-"): \(warning)\n"
            }
        }.joined()
    }

    /// For programs; durations in seconds.
    package var json: JSONValue {
        func seconds(_ duration: Duration?) -> JSONValue {
            duration.map { .number($0 / .seconds(1)) } ?? .null
        }
        return .array(
            rows.map { row in
                .members([
                    ("model", .string(row.name)),
                    ("version", row.version.map { .number(Double($0)) } ?? .null),
                    ("sound", .bool(row.model != nil)), ("reason", .string(row.reason)),
                    ("features", row.model.map { .number(Double($0.features)) } ?? .null),
                    ("memoryBytes", row.model.map { .number(Double($0.memoryBytes)) } ?? .null),
                    ("loadSeconds", seconds(row.model?.load)),
                    ("scoreSeconds", seconds(row.model?.latency.score)),
                    ("explainSeconds", seconds(row.model?.latency.explain)),
                    ("tensorsSeconds", seconds(row.model?.latency.tensors)),
                    ("warnings", .array((row.model?.warnings ?? []).map { .string($0) })),
                ])
            })
    }
}
