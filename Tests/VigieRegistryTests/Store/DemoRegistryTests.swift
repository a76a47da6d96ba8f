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

    /// Forecasters take tensors, and score no applications.
    private static let forecasters: Set<String> = ["cash-arima", "cash-prophet", "cash-lstm"]

    @Test func every_version_loads_and_answers() throws {
        let verify = try ModelsVerify(VersionLoader(FolderSource(Self.path)))
        #expect(verify.rows.count >= 4)
        for row in verify.rows {
            let model = try #require(
                row.model, "\(row.name)/\(row.version ?? 0): \(row.reason)")
            if Self.forecasters.contains(row.name) {
                #expect(model.latency.tensors != nil && model.latency.score == nil)
            } else {
                #expect(model.latency.score != nil && model.latency.explain != nil)
            }
        }
    }

    @Test func every_manifest_is_complete_enough_for_credit_scoring() throws {
        for row in try ModelsList(FolderSource(Self.path)).rows
        where !Self.forecasters.contains(row.name) {
            let manifest = try #require(row.manifest, "\(row.name): \(row.reason)")
            #expect(row.state == .complete)
            #expect(manifest.decision != nil && manifest.scorecard != nil)
            let features = try #require(manifest.signature).features
            #expect(features.allSatisfy { manifest.reasons[$0.name] != nil })
            #expect(!manifest.metrics.isEmpty && manifest.reference != nil)
            // What Python wrote goes through our writer and comes back the same.
            #expect(try Manifest.read(Array(manifest.text.utf8)) == manifest)
        }
    }

    @Test func a_store_serves_all_of_it() throws {
        let store = ModelStore(folder: Self.path)
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit-default")?.current != nil)
        #expect(store.statuses().allSatisfy { $0.state == .ready })
    }
}
