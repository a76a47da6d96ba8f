import Testing
import VigieCrypto

/// AWS's published vectors.
@Suite struct SigV4Tests {
    private static let empty = SHA256.digest(of: []).hex

    /// Of the AWS Signature Version 4 test suite: 30 August 2015, service "service".
    @Test(arguments: [
        ("GET", [], "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        ("POST", [], "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            "GET", ["Param2=value2", "Param1=value1"],
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"
        ),
    ])
    func the_test_suite_is_signed_as_published(
        method: String, query: [String], signature: String
    ) {
        let signer = SigV4(
            credentials: AWSCredentials(
                accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", service: "service")
        let time = AWSTime(secondsSince1970: 1_440_938_160)
        #expect(time.stamp == "20150830T123600Z" && time.day == "20150830")
        let request = SigV4.Request(
            method: method, path: "/",
            query: query.map {
                let sides = $0.split(separator: "=")
                return (String(sides[0]), String(sides[1]))
            },
            headers: [("Host", "example.amazonaws.com"), ("X-Amz-Date", time.stamp)],
            payload: Self.empty)
        #expect(
            signer.authorization(request, at: time)
                == "AWS4-HMAC-SHA256 "
                + "Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, Signature=\(signature)")
    }

    struct Example: Sendable, CustomTestStringConvertible {
        var name: String
        var method = "GET"
        var path = "/"
        var query: [(name: String, value: String)] = []
        var headers: [(name: String, value: String)] = []
        var payload = ""
        var signature: String
        var testDescription: String { name }
    }

    /// Amazon S3 API reference, "Signature Calculations for the Authorization Header: Transferring
    /// Payload in a Single Chunk".
    static let examples = [
        Example(
            name: "GET object", path: "/test.txt", headers: [("Range", "bytes=0-9")],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Example(
            name: "PUT object", method: "PUT", path: "/test%24file.text",
            headers: [
                ("Date", "Fri, 24 May 2013 00:00:00 GMT"),
                ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
            ], payload: "Welcome to Amazon S3.",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Example(
            name: "GET bucket lifecycle", query: [("lifecycle", "")],
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Example(
            name: "GET bucket (list objects)", query: [("max-keys", "2"), ("prefix", "J")],
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ]

    @Test(arguments: examples) func s3_examples_are_signed_as_published(example: Example) {
        let signer = SigV4(
            credentials: AWSCredentials(
                accessKey: "AKIAIOSFODNN7EXAMPLE",
                secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
            region: "us-east-1", service: "s3")
        let time = AWSTime(secondsSince1970: 1_369_353_600)
        #expect(time.stamp == "20130524T000000Z")
        let payload = SHA256.digest(of: Array(example.payload.utf8)).hex
        let request = SigV4.Request(
            method: example.method, path: example.path, query: example.query,
            headers: example.headers + [
                ("Host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", time.stamp),
                ("x-amz-content-sha256", payload),
            ], payload: payload)
        #expect(signer.authorization(request, at: time).hasSuffix("Signature=\(example.signature)"))
    }

    @Test func names_are_encoded_as_signatures_want_it() {
        #expect(PercentEncoding.encode("a b/c+ü~._-*") == "a%20b%2Fc%2B%C3%BC~._-%2A")
        #expect(PercentEncoding.encode("a/b c", keepsSlash: true) == "a/b%20c")
        #expect(PercentEncoding.decode("a%20b%2fc") == "a b/c")
        #expect(PercentEncoding.decode("%2") == nil && PercentEncoding.decode("%zz") == nil)
        #expect(PercentEncoding.decode("%ff") == nil)
    }
}
