import Testing

@testable import VigieRegistry

@Suite struct RegistryAddressTests {
    @Test func addresses_are_told_apart() throws {
        #expect(try RegistryAddress("/var/models") == .folder("/var/models"))
        let s3 = try S3Address(
            "s3://models/prod/eu/?endpoint=https%3A%2F%2Fminio%3A9000/&region=eu-west-1&ca=/a.pem")
        #expect(s3.bucket == "models" && s3.prefix == "prod/eu/")
        #expect(s3.endpoint == "https://minio:9000" && s3.region == "eu-west-1")
        #expect(s3.isPathStyle && s3.authorities == "/a.pem" && !s3.isAnonymous)
        let aws = try S3Address("s3://models")
        #expect(aws.prefix.isEmpty && aws.endpoint == nil && !aws.isPathStyle)
        #expect(try S3Address("s3://a.b.c").isPathStyle)
        #expect(try !S3Address("s3://models?endpoint=http://h:1&path-style=false").isPathStyle)
        let mlflow = try MLflowAddress("mlflow+http://tracking:5000/base/?models=a%20b,c")
        #expect(mlflow.server == "http://tracking:5000/base" && mlflow.models == ["a b", "c"])
    }

    @Test(arguments: [
        ("s3://", "no bucket's name"), ("s3://AB", "no bucket's name"),
        ("s3://models/../x", "must not contain '.' or '..'"),
        ("s3://models?endpoint=minio:9000", "is no http://host:port"),
        ("s3://models?endpoint=http://a/b", "is no http://host:port"),
        ("s3://models?endpoint=http://u:p@h", "is no http://host:port"),
        ("s3://models?style=path", "no parameter 'style'"), ("s3://models?x", "no name=value"),
        ("s3://models?path-style=yes", "true or false"),
        ("mlflow+ftp://h", "no MLflow server"), ("mlflow+http://", "no MLflow server"),
        ("mlflow+http://u:p@h", "credentials do not belong into the URL"),
        ("mlflow+http://h?x=1", "no parameter 'x'"), ("gs://models", "no registries by gs"),
    ])
    func a_wrong_address_says_what_is_wrong(text: String, problem: String) {
        do throws(RegistryError) {
            _ = try RegistryAddress(text)
            Issue.record("accepted: \(text)")
        } catch { #expect(error.message.contains(problem), "\(error)") }
    }

    @Test func retries_wait_longer_at_random_and_as_long_as_the_server_asks() {
        let policy = RetryPolicy()
        #expect(policy.wait(failures: 1, retryAfter: nil, random: 1) == .milliseconds(200))
        #expect(policy.wait(failures: 3, retryAfter: nil, random: 1) == .milliseconds(800))
        #expect(policy.wait(failures: 3, retryAfter: nil, random: 0.5) == .milliseconds(400))
        #expect(policy.wait(failures: 99, retryAfter: nil, random: 1) == .seconds(5))
        #expect(policy.wait(failures: 1, retryAfter: .seconds(9), random: 0) == .seconds(9))
        #expect(policy.wait(failures: 1, retryAfter: .seconds(900), random: 0) == .seconds(30))
    }
}
