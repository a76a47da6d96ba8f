import Glibc
import Testing
import VigieEngine
import VigieRegistry

/// The registry that ships with Vigie, written by the Python pipelines.
@Suite struct DemoRegistryTests {
    static let path: String = {
        // This file is Tests/VigieRegistryTests/Store/DemoRegistryTests.swift.
        let parts = #filePath.split(separator: "/").dropLast(4)
        return "/" + parts.joined(separator: "/") + "/Sources/pipelines/demo-registry"
    }()

    /// Models of histories, sentences and names take tensors, and score no rows of features.
    private static let tensorModels: Set<String> = [
        "cash-arima", "cash-prophet", "cash-lstm", "intents", "watchlist-demo",
    ]
    private static let scoring: Set<String> = ["credit", "hr-candidate"]

    @Test func every_version_loads_and_answers() throws {
        let verify = try ModelsVerify(VersionLoader(FolderSource(Self.path)))
        #expect(verify.rows.count >= 4)
        for row in verify.rows {
            let model = try #require(
                row.model, "\(row.name)/\(row.version ?? 0): \(row.reason)")
            if Self.tensorModels.contains(row.name) {
                #expect(model.latency.tensors != nil && model.latency.score == nil)
            } else {
                #expect(model.latency.score != nil && model.latency.explain != nil)
            }
        }
    }

    @Test func every_manifest_is_complete_for_what_it_serves() throws {
        for row in try ModelsList(FolderSource(Self.path)).rows {
            let manifest = try #require(row.manifest, "\(row.name): \(row.reason)")
            #expect(row.state == .complete)
            #expect(!manifest.metrics.isEmpty)
            // What Python wrote goes through our writer and comes back the same.
            #expect(try Manifest.read(Array(manifest.text.utf8)) == manifest)
            guard !Self.tensorModels.contains(row.name) else { continue }
            let features = try #require(manifest.signature).features
            #expect(features.allSatisfy { manifest.reasons[$0.name] != nil })
            #expect(manifest.reference != nil)
            guard Self.scoring.contains(manifest.namespace) else { continue }
            #expect(manifest.decision != nil && manifest.scorecard != nil)
        }
    }

    @Test func a_store_serves_all_of_it() throws {
        let store = ModelStore(FolderSource(Self.path))
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit-default")?.current != nil)
        #expect(store.statuses().allSatisfy { $0.state == .ready })
    }
}
