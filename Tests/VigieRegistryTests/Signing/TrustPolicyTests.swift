import Testing
import VigieCrypto

@testable import VigieRegistry

@Suite struct TrustPolicyTests {
    private let secret = Ed25519.PrivateKey.generate()
    private let other = Ed25519.PrivateKey.generate()

    private func signed(_ bytes: [UInt8], by keys: Ed25519.PrivateKey?...) throws -> [UInt8] {
        var signature = ManifestSignature(entries: [])
        for key in keys { try signature.add(try #require(key), of: bytes) }
        return Array(signature.text.utf8)
    }

    @Test func a_manifest_signed_by_a_trusted_key_is_taken_to_the_byte() throws {
        let key = try #require(secret?.publicKey)
        let policy = TrustPolicy(keys: [key], isRequired: true)
        let manifest = Array("{\"flavor\": \"onnx\"}".utf8)
        let signature = try signed(manifest, by: other, secret)
        #expect(try policy.check(manifest, signature) == key.id)
        for index in manifest.indices {
            var changed = manifest
            changed[index] ^= 1
            do {
                _ = try policy.check(changed, signature)
                Issue.record("byte \(index)")
            } catch { #expect(error.cause == .signature) }
        }
    }

    @Test func what_is_unsigned_or_signed_by_others_is_refused_where_signatures_are_required()
        throws
    {
        let key = try #require(secret?.publicKey)
        let manifest = Array("{}".utf8)
        let required = TrustPolicy(keys: [key], isRequired: true)
        do {
            _ = try required.check(manifest, nil)
            Issue.record("unsigned")
        } catch { #expect(error.cause == .unsigned) }
        do {
            _ = try required.check(manifest, try signed(manifest, by: other))
            Issue.record("foreign")
        } catch {
            let error = try #require(error as? RegistryError)
            #expect(error.cause == .signature && error.message.contains(key.id))
        }
        let optional = TrustPolicy(keys: [key])
        #expect(try optional.check(manifest, nil) == nil)
        #expect(try optional.check(manifest, try signed(manifest, by: other)) == nil)
        // A known key that does not fit is never an oversight.
        #expect(throws: RegistryError.self) {
            try optional.check([1], try signed(manifest, by: secret))
        }
    }

    @Test func another_key_s_signature_under_a_trusted_id_does_not_hold() throws {
        let key = try #require(secret?.publicKey)
        let manifest = Array("{}".utf8)
        let forged = ManifestSignature(entries: [
            .init(keyID: key.id, value: try #require(other?.sign(manifest)))
        ])
        #expect(throws: RegistryError.self) {
            try TrustPolicy(keys: [key]).check(manifest, Array(forged.text.utf8))
        }
    }

    @Test(arguments: [
        ("[]", "must be an object"), ("{}", "signatures is missing"),
        (#"{"signatures": [{"algorithm": "rsa"}]}"#, #"algorithm must be "ed25519""#),
        (#"{"signatures": [{"algorithm": "ed25519", "keyId": "a", "value": "AA=="}]}"#, "64 bytes"),
        ("{", "no valid JSON"),
    ])
    func a_wrong_signature_file_says_what_is_wrong(text: String, problem: String) {
        do throws(RegistryError) {
            _ = try ManifestSignature.read(Array(text.utf8))
            Issue.record("accepted: \(text)")
        } catch {
            #expect(error.cause == .signature && error.message.contains(problem), "\(error)")
        }
    }

    @Test func signing_again_replaces_one_s_own_signature_and_keeps_others() throws {
        let first = Array("1".utf8)
        var signature = ManifestSignature(entries: [])
        try signature.add(try #require(secret), of: first)
        try signature.add(try #require(other), of: first)
        try signature.add(try #require(secret), of: first)
        #expect(signature.entries.count == 2)
        #expect(try ManifestSignature.read(Array(signature.text.utf8)) == signature)
    }

    @Test func a_store_refuses_what_is_unsigned_and_moved() throws {
        let registry = TestRegistry()
        let key = try #require(secret?.publicKey)
        registry.write("credit", 1)
        for version in [2, 3, 4] {
            let model = TestRegistry.scorecard(value: Double(version))
            let identity = version == 4 ? "" : ", \"name\": \"credit\", \"version\": 2"
            let manifest = TestRegistry.manifest(of: model, extra: identity)
            registry.put(model, "credit/\(version)/scorecard.json")
            registry.put(
                try signed(Array(manifest.utf8), by: secret), "credit/\(version)/manifest.sig")
            registry.put(manifest, "credit/\(version)/manifest.json")
        }
        let store = ModelStore(
            FolderSource(registry.path),
            trust: TrustHolder(TrustPolicy(keys: [key], isRequired: true)))
        try store.start()
        defer { store.stop() }
        #expect(store.table.find("credit")?.versions.map(\.version) == [2])
        let reasons = store.statuses().map(\.reason)
        #expect(reasons[0].contains("it is not signed"))
        #expect(reasons[2].contains("version is 2, but the folder is that of version 3"))
        #expect(reasons[3].contains("name is missing: what is signed must say"))
    }

    @Test func a_key_that_comes_lets_in_what_was_refused_and_one_that_goes_stops_nobody() throws {
        let registry = TestRegistry()
        let keys = [try #require(secret?.publicKey), try #require(other?.publicKey)]
        func publish(_ version: Int, by key: Ed25519.PrivateKey?) throws {
            let model = TestRegistry.scorecard(value: Double(version))
            let manifest = TestRegistry.manifest(
                of: model, extra: ", \"name\": \"credit\", \"version\": \(version)")
            registry.put(model, "credit/\(version)/scorecard.json")
            registry.put(
                try signed(Array(manifest.utf8), by: key), "credit/\(version)/manifest.sig")
            registry.put(manifest, "credit/\(version)/manifest.json")
        }
        try publish(1, by: secret)
        try publish(2, by: other)
        let test = try TestStore(
            registry, trust: TrustHolder(TrustPolicy(keys: [keys[0]], isRequired: true)))
        #expect(test.versions("credit") == [1])
        let change = TrustHolder.Change(added: [keys[1].id], removed: [keys[0].id])
        #expect(test.store.replaceTrust([keys[1]]) == change)
        #expect(test.eventually { test.versions("credit") == [1, 2] })
        #expect(test.store.replaceTrust([keys[1]]) == nil)
        try publish(3, by: secret)
        try publish(4, by: other)
        #expect(test.eventually { test.versions("credit") == [1, 2, 4] })
        #expect(test.status("credit", 3)?.reason.contains("signed by no trusted key") == true)
        #expect(test.status("credit", 1)?.state == .ready)
    }
}
