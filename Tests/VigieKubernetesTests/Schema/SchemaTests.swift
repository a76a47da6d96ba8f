import Testing
import VigieEngine
import VigieRollouts

@testable import VigieKubernetes
@testable import VigieRouting

/// The custom resource's schema and the reader that pods and the controller have: they know the same
/// fields, and judge alike.
@Suite struct SchemaTests {
    static let root = #filePath.components(dropping: 4)

    /// The schema of the whole object.
    private func schema() throws -> JSONValue {
        let text = try SmallFile.text("\(Self.root)/k8s/crd/modelrollout.yaml", bytesMax: 1 << 20)
        let definition = try #require(try YAMLDocuments.read(text).first?.content)
        let version = try #require(definition["spec"]?["versions"]?.array?.first)
        return try #require(version["schema"]?["openAPIV3Schema"])
    }

    /// What the schema has at "spec.routing.rules[].match[]".
    private func node(_ path: String, of schema: JSONValue) -> JSONValue? {
        var node: JSONValue? = schema
        for part in path.split(separator: ".") {
            let isList = part.hasSuffix("[]")
            node = node?["properties"]?[String(isList ? part.dropLast(2) : part)]
            if isList { node = node?["items"] }
        }
        return node
    }

    @Test func it_knows_the_fields_that_the_reader_knows() throws {
        let schema = try schema()
        for object in RolloutSchema.objects {
            for path in object.path.split(separator: ", ") {
                let node = node(String(path), of: schema)
                let known = try #require(node?["properties"]?.object, "no \(path)")
                #expect(Set(known.keys) == Set(object.fields.map(\.name)), "\(path)")
            }
        }
    }

    @Test func every_object_of_it_is_one_that_the_reader_knows() throws {
        let paths = Set(
            RolloutSchema.objects.flatMap { $0.path.split(separator: ", ").map(String.init) })
        func visit(_ node: JSONValue, _ path: String) {
            if let items = node["items"] { return visit(items, path + "[]") }
            guard let properties = node["properties"]?.object else { return }
            #expect(paths.contains(path), "\(path) is unknown to the reader")
            for member in properties.members { visit(member.value, "\(path).\(member.key)") }
        }
        visit(try #require(try schema()["properties"]?["spec"]), "spec")
    }

    @Test func every_field_is_described() throws {
        func visit(_ node: JSONValue, _ path: String) {
            for member in node["properties"]?.object?.members ?? [] {
                let inner = "\(path).\(member.key)"
                if inner != ".metadata" {
                    #expect(member.value["description"]?.string?.isEmpty == false, "\(inner)")
                }
                visit(member.value, inner)
                if let items = member.value["items"] { visit(items, inner + "[]") }
            }
        }
        visit(try schema(), "")
    }

    /// What the schema puts where nothing stands is what the reader takes it for.
    @Test func its_defaults_are_the_readers() throws {
        let schema = try schema()
        let bare = """
            spec: {model: m, stable: {version: 1}, canary: {version: 2}, shadows: [{version: 3, compare: {}}],
              routing: {}, strategy: {steps: [{}], guard: {}, analysis: [{name: a, source: errorRate, max: 1}]},
              approvals: {}}
            """
        let spec = try #require(try YAMLDocuments.read(bare).first?.content["spec"])
        let filled = Self.filled(spec, try #require(schema["properties"]?["spec"]))
        #expect(filled != spec)
        #expect(try read(filled).spec == read(spec).spec)
    }

    private static func filled(_ value: JSONValue, _ schema: JSONValue) -> JSONValue {
        if let items = schema["items"], let elements = value.array {
            return .array(elements.map { filled($0, items) })
        }
        guard value.object != nil else { return value }
        var value = value
        for member in schema["properties"]?.object?.members ?? [] {
            if let inner = value[member.key] {
                value = value.setting(member.key, filled(inner, member.value))
            } else if let fallback = member.value["default"] {
                value = value.setting(member.key, fallback)
            }
        }
        return value
    }

    private func read(_ spec: JSONValue) throws(RolloutError) -> Rollout {
        try Rollout.read(
            .object([
                "apiVersion": .string(Rollout.apiVersion), "kind": .string(Rollout.kind),
                "metadata": .object(["name": .string("test")]), "spec": spec,
            ]))
    }

    @Test func the_reader_judges_every_example_as_it_says() throws {
        let text = try SmallFile.text(
            "\(Self.root)/Tests/Fixtures/rollouts/examples.yaml", bytesMax: 1 << 20)
        let examples = try #require(try YAMLDocuments.read(text).first?.content.array)
        #expect(examples.count > 50)
        for example in examples {
            let name = example["name"]?.string ?? ""
            let spec = try #require(example["spec"])
            do throws(RolloutError) {
                _ = try read(spec)
                #expect(example["refused"] == nil, "'\(name)' is taken")
            } catch {
                let paths = error.problems.map(\.path)
                let refused = example["refused"]?.string
                #expect(refused.map(paths.contains) == true, "'\(name)': \(error)")
            }
        }
    }

    @Test func the_status_that_a_controller_writes_is_all_in_it() throws {
        let schema = try #require(try schema()["properties"]?["status"])
        let now = WallTime(milliseconds: 1_800_000_000_000)
        var status = RolloutStatus()
        status.reason = "a"
        status.message = "b"
        status.stableVersion = 1
        status.canaryVersion = 2
        (status.startedAt, status.stepStartedAt, status.progressedAt) = (now, now, now)
        status.promoteIgnored = true
        (status.staleResume, status.restart, status.resumedStep) = ("0", "1", 2)
        status.staleApprovals = ["x"]
        status.approvedBy = ["y"]
        var analysis = AnalysisStatus("errors")
        analysis.value = 0.5
        analysis.evaluatedAt = now
        status.analysis = [analysis]
        status.lastFailure = RolloutFailure(reason: "a", message: "b", pod: "c", time: now)
        status.history = [
            RolloutRecord(
                stableVersion: 1, canaryVersion: 2, outcome: .failed, reason: "a", startedAt: now,
                finishedAt: now)
        ]
        status.conditions = RolloutCondition.Kind.allCases.map {
            RolloutCondition(
                $0, .unknown, reason: "a", message: "b", lastTransitionTime: now,
                observedGeneration: 3)
        }
        func visit(_ value: JSONValue, _ schema: JSONValue, _ path: String) {
            if let elements = value.array, let items = schema["items"] {
                for element in elements { visit(element, items, path + "[]") }
            }
            for member in value.object?.members ?? [] {
                guard let inner = schema["properties"]?[member.key] else {
                    Issue.record("\(path).\(member.key) is not in the schema, and would be lost")
                    continue
                }
                visit(member.value, inner, "\(path).\(member.key)")
            }
        }
        visit(status.json, schema, "status")
        let phases = schema["properties"]?["phase"]?["enum"]?.strings
        #expect(phases == RolloutPhase.allCases.map(\.rawValue))
        let sources = node("spec.strategy.analysis[].source", of: try self.schema())
        #expect(sources?["enum"]?.strings == AnalysisSource.allCases.map(\.rawValue))
    }
}

extension String {
    /// The folder that is `count` levels up.
    fileprivate func components(dropping count: Int) -> String {
        split(separator: "/", omittingEmptySubsequences: false).dropLast(count)
            .joined(separator: "/")
    }
}
