import Foundation
import Testing
import VigieCrypto
import VigieEngine
import VigieRegistry

@Suite struct ModelsCommandsTests {
    private static func loader(_ registry: TestRegistry) -> VersionLoader {
        VersionLoader(FolderSource(registry.path))
    }

    @Test func list_shows_sound_incomplete_and_broken_versions() throws {
        let registry = TestRegistry()
        registry.write("credit", 1, extra: ", \"metrics\": {\"auc\": 0.86712, \"f1\": 0.5}")
        registry.put("{}", "credit/2/manifest.json")
        registry.put("{", "credit/3/manifest.json")
        registry.write("hr", 1, extra: ", \"labels\": [\"stable\"]")
        let list = try ModelsList(FolderSource(registry.path))
        #expect(list.rows.map(\.state) == [.complete, .broken, .incomplete, .complete])
        let lines = list.text.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("MODEL   VERSION  FLAVOR     STATE       FEATURES"))
        #expect(lines[1].hasPrefix("credit        1  scorecard  complete           1"))
        #expect(lines[1].hasSuffix("auc 0.8671, f1 0.5"))
        #expect(lines[2].hasSuffix("manifest.json: flavor is missing"))
        #expect(lines[4].contains("stable"))
        #expect(try ModelsList(FolderSource(registry.path), name: "hr").rows.count == 1)
        #expect(throws: RegistryError.self) {
            try ModelsList(FolderSource(registry.path), name: "nobody")
        }
    }

    @Test func show_tells_what_the_manifest_says() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write(
            "credit", 2,
            extra: """
                , "reasons": {"age": {"code": "R01", "text": "Too young"}}, "namespace": "credit",
                "scorecard": {"points": 600, "odds": 50, "pdo": 20, "min": 300, "max": 850},
                "decision": {"approveBelow": 0.05, "declineFrom": 0.15}
                """)
        let text = try ModelsShow(FolderSource(registry.path), name: "credit").text
        for part in [
            "model         credit, version 2", "namespace     credit", "R01 Too young", "18 … 120",
            "600 points at 50:1, 20 double the odds, 300 … 850",
            "approve below 0.05, decline from 0.15",
        ] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(
            try ModelsShow(FolderSource(registry.path), name: "credit", version: 1).version == 1)
        let error = #expect(throws: RegistryError.self) {
            try ModelsShow(FolderSource(registry.path), name: "credit", version: 7)
        }
        #expect(error?.message == "there is no version 7 of model 'credit'; there are 1, 2")
    }

    @Test func verify_finds_a_flipped_bit_that_list_does_not() throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        registry.write("credit", 2)
        var model = Array(TestRegistry.scorecard(value: 2).utf8)
        model[10] ^= 1
        registry.put(model, "credit/2/scorecard.json")
        #expect(
            try ModelsList(FolderSource(registry.path)).rows.map(\.state) == [.complete, .complete])
        let verify = try ModelsVerify(Self.loader(registry))
        #expect(!verify.isSound)
        #expect(verify.rows.map { $0.model != nil } == [true, false])
        #expect(verify.rows[1].reason.contains("SHA-256"))
        #expect(verify.text.hasSuffix("1 of 2 would not be served.\n"))
        #expect(try ModelsVerify(Self.loader(registry), name: "credit", version: 1).isSound)
        #expect(throws: RegistryError.self) {
            try ModelsVerify(Self.loader(registry), name: "credit", version: 9)
        }
    }

    @Test(arguments: [
        ("none", "members.m: none version 1 cannot be had"),
        ("../credit", "members.m: model must be"),
    ])
    func a_member_to_pin_that_cannot_be_had_is_named(model: String, reason: String) throws {
        let registry = TestRegistry()
        registry.write("credit", 1)
        let inbox = TestRegistry()
        inbox.put(
            """
            {"format": "vigie-pipeline", "formatVersion": 1, "inputs": [{"name": "age"}],
             "members": {"m": {"model": "\(model)", "version": 1}},
             "steps": [{"name": "p", "member": "m"}], "outputs": [{"name": "p"}]}
            """, "pipeline.json")
        let request = ModelsAdd.Request(
            file: "\(inbox.path)/pipeline.json", name: "whole", created: "2026-11-25T18:00:00Z")
        do throws(RegistryError) {
            _ = try ModelsAdd(Self.loader(registry), request)
            Issue.record("it was added")
        } catch { #expect(error.message.hasPrefix(reason), "\(error.message)") }
    }

    @Test(arguments: [("response", "platt", 1), ("score", "platt", 0), ("response", "none", 0)])
    func a_response_that_a_manifest_calibrates_elsewhere_is_warned_of(
        take: String, method: String, count: Int
    ) throws {
        let registry = TestRegistry()
        let numbers = method == "platt" ? ", \"slope\": 2, \"intercept\": 1" : ""
        registry.write(
            "credit", 1, extra: ", \"calibration\": {\"method\": \"\(method)\"\(numbers)}")
        let inbox = TestRegistry()
        inbox.put(
            """
            {"format": "vigie-pipeline", "formatVersion": 1,
             "inputs": [{"name": "age", "missing": "allow"}],
             "members": {"m": {"model": "credit", "version": 1}},
             "steps": [{"name": "p", "member": "m", "take": "\(take)"}], "outputs": [{"name": "p"}]}
            """, "pipeline.json")
        let request = ModelsAdd.Request(
            file: "\(inbox.path)/pipeline.json", name: "whole", created: "2026-11-25T18:00:00Z")
        _ = try ModelsAdd(Self.loader(registry), request)
        let verify = try ModelsVerify(Self.loader(registry), name: "whole")
        #expect(verify.isSound)
        #expect(verify.rows[0].model?.warnings.count == count)
        #expect(
            verify.text.contains("the calibration in the manifest of credit version 1")
                == (count > 0)
        )
    }

    @Test func an_added_model_is_the_next_version_and_loads() throws {
        let registry = TestRegistry()
        let inbox = TestRegistry()
        inbox.put(TestRegistry.scorecard(value: 5), "new.json")
        registry.write(
            "credit", 4,
            extra: """
                , "decision": {"approveBelow": 0.05, "declineFrom": 0.15},
                "calibration": {"method": "platt", "slope": 2, "intercept": 0},
                "reasons": {"age": {"code": "R01", "text": "Too young"}}
                """)
        let test = try TestStore(registry)
        var request = ModelsAdd.Request(
            file: "\(inbox.path)/new.json", name: "credit", created: "2026-11-25T18:00:00Z")
        request.inherits = true
        request.author = "risk"
        let added = try ModelsAdd(Self.loader(registry), request)
        #expect(added.version == 5 && added.manifest.flavor == .scorecard)
        #expect(added.text.hasPrefix("Added credit version 5: scorecard, 1 features"))
        #expect(test.eventually { test.versions("credit") == [4, 5] })
        #expect(try test.score("credit") == 5)
        let model = try #require(test.store.table.find("credit")?.current)
        #expect(model.manifest.decision?.declineFrom == 0.15)
        #expect(model.manifest.reasons["age"]?.code == "R01")
        #expect(model.manifest.calibration == .none)
        #expect(model.manifest.author == "risk")
        // Nothing else is left in the model's folder.
        #expect(try FolderListing.names(in: "\(registry.path)/credit").sorted() == ["4", "5"])
    }

    @Test func a_new_model_begins_with_version_1() throws {
        let registry = TestRegistry()
        let inbox = TestRegistry()
        inbox.put(TestRegistry.scorecard(value: 1), "new.json")
        let request = ModelsAdd.Request(
            file: "\(inbox.path)/new.json", name: "fresh", created: "2026-11-25T18:00:00Z")
        #expect(try ModelsAdd(Self.loader(registry), request).version == 1)
        #expect(try ModelsVerify(Self.loader(registry)).isSound)
    }

    @Test func what_cannot_be_added_leaves_nothing_behind() throws {
        let registry = TestRegistry()
        let inbox = TestRegistry()
        inbox.put("{\"format\": \"vigie-scorecard\"}", "broken.json")
        inbox.put("x", "model.pkl")
        inbox.put(
            TestRegistry.scorecard(value: 1).replacingOccurrences(
                of: "\"age\"", with: "\"a\\tge\""),
            "names.json")
        for (file, name, inherits, part) in [
            ("broken.json", "credit", false, "scorecard"),
            ("model.pkl", "credit", false, "--flavor"),
            ("names.json", "credit", false, "features[0].name must not contain control"),
            ("none.onnx", "credit", false, "No such file"),
            ("broken.json", "Credit", false, "no model's name"),
            ("broken.json", "credit", true, "no earlier version"),
        ] {
            var request = ModelsAdd.Request(file: "\(inbox.path)/\(file)", name: name, created: "")
            request.inherits = inherits
            let error = #expect(throws: RegistryError.self) {
                try ModelsAdd(Self.loader(registry), request)
            }
            #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
        }
        #expect(try FolderListing.names(in: registry.path) == [])
    }

    @Test func figures_are_readable() {
        #expect(Readable.bytes(999) == "999 B" && Readable.bytes(1_234) == "1.2 kB")
        #expect(Readable.bytes(12_345_678) == "12 MB" && Readable.bytes(999_999) == "1 MB")
        #expect(Readable.duration(.nanoseconds(850)) == "850 ns")
        #expect(Readable.duration(.nanoseconds(4_140)) == "4.1 µs")
        #expect(Readable.duration(.milliseconds(12)) == "12 ms")
        #expect(Readable.duration(.seconds(3)) == "3 s")
        #expect(Readable.now().count == 20)
    }
}
