import Testing
import VigieCrypto

@Suite struct Ed25519Tests {
    struct Vector: Sendable {
        let secret: String
        let key: String
        let message: String
        let signature: String
    }

    /// RFC 8032 §7.1, tests 1 to 3.
    static let vectors = [
        Vector(
            secret: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            key: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: "",
            signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
                + "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
        Vector(
            secret: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            key: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: "72",
            signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
        Vector(
            secret: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            key: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: "af82",
            signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
                + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test(arguments: vectors) func the_rfc_s_messages_are_signed_as_published(vector: Vector) throws
    {
        let seed = try #require(Hex.decode(vector.secret))
        let secret = try #require(Ed25519.PrivateKey(bytes: seed))
        let key = try #require(secret.publicKey)
        #expect(Hex.encode(key.bytes) == vector.key)
        var message = try #require(Hex.decode(vector.message))
        let signature = try #require(secret.sign(message))
        #expect(Hex.encode(signature) == vector.signature)
        #expect(key.verifies(signature, of: message))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 1
            #expect(!key.verifies(changed, of: message))
        }
        message.append(0)
        #expect(!key.verifies(signature, of: message))
        #expect(!key.verifies([], of: message) && !key.verifies(signature + [0], of: message))
    }

    @Test func keys_are_written_and_read_as_pem() throws {
        let secret = try #require(Ed25519.PrivateKey.generate())
        let key = try #require(secret.publicKey)
        #expect(try Ed25519.privateKey(inPEM: secret.pem).bytes == secret.bytes)
        let other = try #require(Ed25519.PrivateKey.generate()?.publicKey)
        #expect(other != key && other.id != key.id && key.id.count == 16)
        #expect(
            try Ed25519.publicKeys(inPEM: "the team's keys\n\(key.pem)\n\(other.pem)")
                == [key, other])
    }

    @Test func other_texts_are_refused_with_what_is_wrong() throws {
        let secret = try #require(Ed25519.PrivateKey.generate())
        let cases: [(text: String, reason: String)] = [
            ("", "no PEM block"),
            (secret.pem, "a private key belongs nowhere"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n", "no end"),
            ("-----BEGIN PUBLIC KEY-----\n*\n-----END PUBLIC KEY-----", "not in Base64"),
            ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "not Ed25519"),
            ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "a CERTIFICATE"),
        ]
        for (text, reason) in cases {
            do {
                _ = try Ed25519.publicKeys(inPEM: text)
                Issue.record("accepted: \(text)")
            } catch { #expect("\(error)".contains(reason)) }
        }
        #expect(throws: Ed25519.KeyError.self) { try Ed25519.privateKey(inPEM: "") }
        let key = try #require(secret.publicKey)
        #expect(throws: Ed25519.KeyError.self) { try Ed25519.privateKey(inPEM: key.pem) }
    }

    /// RFC 4648 §10.
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func base64_is_that_of_the_rfc(plain: String, text: String) {
        #expect(Base64.encode(Array(plain.utf8)) == text)
        #expect(Base64.decode(text) == Array(plain.utf8))
    }

    @Test(arguments: ["Z", "Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Z=g=", "====", "Zm9v\n", "Zm-v"])
    func wrong_base64_is_refused(text: String) { #expect(Base64.decode(text) == nil) }
}
