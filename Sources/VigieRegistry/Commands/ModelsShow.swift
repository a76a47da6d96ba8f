import VigieEngine

/// `vigie models show`: everything that a version's manifest says, for people.
package struct ModelsShow: Sendable {
    package let name: String
    package let version: Int
    package let manifest: Manifest
    package let payloadBytes: Int
    /// A pipeline's, and what the registry has of them: empty when all is as it is pinned.
    package let members: [(member: PipelineMember, problem: String)]

    /// - Parameter version: nil is the newest.
    /// - Throws: `.notFound`, or why the manifest cannot be read.
    package init(_ source: any RegistrySource, name: String, version: Int? = nil)
        throws(RegistryError)
    {
        guard let folder = try source.scan().models.first(where: { $0.name == name }),
            let newest = folder.versions.last
        else {
            throw RegistryError(.notFound, "there is no model '\(name)' in \(source.place)")
        }
        let number = version ?? newest
        guard folder.versions.contains(number) else {
            let known = folder.versions.map { String($0) }.joined(separator: ", ")
            throw RegistryError(
                .notFound, "there is no version \(number) of model '\(name)'; there are \(known)")
        }
        let loader = VersionLoader(source)
        (manifest, payloadBytes) = try loader.inspect(name, number)
        members = try loader.members(name, number).map { member in
            (member, Self.problem(member, loader))
        }
        self.name = name
        self.version = number
    }

    /// What the command prints.
    package var text: String {
        [head, files, memberTable, features, scoring, record].filter { !$0.isEmpty }.joined(
            separator: "\n")
    }

    /// For programs: the manifest as it is, with the version it is of.
    package var json: JSONValue {
        var whole = manifest
        whole.name = name
        whole.version = version
        return (try? JSONParser.parse(Array(whole.text.utf8))) ?? .null
    }

    private static func lines(_ facts: [(String, String)]) -> String {
        facts.filter { !$0.1.isEmpty }.map { title, value in
            let space = String(repeating: " ", count: max(1, 14 - title.count))
            return title + space + value + "\n"
        }.joined()
    }

    private var head: String {
        Self.lines([
            ("model", "\(name), version \(version)"), ("flavor", manifest.flavor.rawValue),
            ("namespace", manifest.namespace), ("description", manifest.description),
            ("created", manifest.created), ("author", manifest.author),
            ("labels", manifest.labels.joined(separator: ", ")),
        ])
    }

    private var files: String {
        var table = TextTable([
            .init(title: "FILE"), .init(title: "SIZE", isNumber: true), .init(title: "SHA-256"),
        ])
        for file in manifest.files {
            let size = file.bytes.map(Readable.bytes) ?? "-"
            table.add([file.path, size, file.sha256.hex])
        }
        return table.text
    }

    private static func problem(_ member: PipelineMember, _ loader: VersionLoader) -> String {
        do throws(RegistryError) {
            let (_, digest) = try loader.manifest(of: member)
            return digest.hex == member.manifestSHA256 ? "" : "has another manifest"
        } catch { return error.message }
    }

    private var memberTable: String {
        guard !members.isEmpty else { return "" }
        var table = TextTable([
            .init(title: "MEMBER"), .init(title: "MODEL"),
            .init(title: "VERSION", isNumber: true), .init(title: "MANIFEST"), .init(title: ""),
        ])
        for (member, problem) in members {
            table.add([
                member.name, member.model, String(member.version),
                member.manifestSHA256.map { String($0.prefix(12)) } ?? "not pinned",
                problem.isEmpty ? "as pinned" : problem,
            ])
        }
        return table.text
    }

    private var features: String {
        guard let signature = manifest.signature else { return "" }
        var table = TextTable([
            .init(title: "FEATURE"), .init(title: "KIND"), .init(title: "RANGE"),
            .init(title: "UNITS"), .init(title: "MISSING"), .init(title: "PII"),
            .init(title: "REASON"),
        ])
        for feature in signature.features {
            table.add([
                feature.name, feature.kind.rawValue, Self.range(feature), feature.unit,
                feature.missing.rawValue, feature.isPersonal ? "pii" : "",
                manifest.reasons[feature.name].map { "\($0.code) \($0.text)" } ?? "",
            ])
        }
        return table.text
    }

    private static func range(_ feature: Feature) -> String {
        guard feature.kind != .category else {
            let shown = feature.categories.prefix(4).joined(separator: " | ")
            return feature.categories.count > 4
                ? "\(shown) | … (\(feature.categories.count))" : shown
        }
        if feature.minimum == nil && feature.maximum == nil { return "" }
        let low = feature.minimum.map { JSONWriter.number($0) } ?? ""
        let high = feature.maximum.map { JSONWriter.number($0) } ?? ""
        return "\(low) … \(high)"
    }

    private var scoring: String {
        let calibration =
            switch manifest.calibration {
            case .none: ""
            case .platt(let slope, let intercept):
                "Platt, slope \(Readable.figure(slope)), intercept \(Readable.figure(intercept))"
            case .isotonic(let map): "isotonic, \(map.x.count) knots"
            }
        let scale = manifest.scorecard.map { scale in
            let bounds = [scale.minimum, scale.maximum].compactMap { $0 }
                .map { JSONWriter.number($0) }.joined(separator: " … ")
            return "\(JSONWriter.number(scale.points)) points at "
                + "\(JSONWriter.number(scale.odds)):1, \(JSONWriter.number(scale.pdo)) double the odds"
                + (bounds.isEmpty ? "" : ", \(bounds)")
        }
        let decision = manifest.decision.map {
            "approve below \(JSONWriter.number($0.approveBelow)), decline from "
                + "\(JSONWriter.number($0.declineFrom))"
        }
        return Self.lines([
            ("calibration", calibration), ("scorecard", scale ?? ""), ("decision", decision ?? ""),
            ("decision log", decisionLog),
        ])
    }

    private var decisionLog: String {
        let policy = manifest.decisionLog
        guard policy != DecisionLogPolicy() else { return "" }
        let features =
            switch policy.features {
            case .values:
                policy.keepsPersonalValues
                    ? "values of all features" : "values of features that are not personal"
            case .hash: "digests of features"
            case .none: "no features"
            }
        return features + (policy.mode.map { ", \($0.rawValue)" } ?? "")
    }

    private var record: String {
        let training = manifest.training
        let metrics = manifest.metrics.map { "\($0.name) \(Readable.figure($0.value))" }
        return Self.lines([
            ("metrics", metrics.joined(separator: ", ")),
            ("trained on", training.dataset + (training.rows.map { ", \($0) rows" } ?? "")),
            ("fingerprint", training.fingerprint), ("library", training.library),
            ("seed", training.seed.map { String($0) } ?? ""),
        ])
    }
}
