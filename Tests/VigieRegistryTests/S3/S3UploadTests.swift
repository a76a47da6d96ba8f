import Testing
import VigieHTTP

@testable import VigieRegistry

@Suite struct S3UploadTests {
    @Test(arguments: ["InitiateMultipartUploadResult", "InitiateMultipartUpload"])
    func the_id_of_an_upload_is_read_by_either_name(root: String) {
        let body = """
            <?xml version="1.0"?><\(root)><Bucket>b</Bucket><Key>k</Key><UploadId>a&amp;b</UploadId></\(root)>
            """
        #expect(S3UploadText.id(Array(body.utf8)) == "a&b")
    }

    @Test(arguments: ["", "<a>", "<a><UploadId/></a>", "<a><b><UploadId>x</UploadId></b></a>"])
    func what_has_no_id_gives_none(body: String) {
        #expect(S3UploadText.id(Array(body.utf8)) == nil)
    }

    @Test func parts_are_numbered_from_one_and_tags_escaped() {
        let text = S3UploadText.completion(["\"a\"", "<&>"])
        #expect(text.contains("<PartNumber>1</PartNumber><ETag>\"a\"</ETag>"))
        #expect(text.contains("<PartNumber>2</PartNumber><ETag>&lt;&amp;&gt;</ETag>"))
    }

    @Test func a_completion_that_fails_after_its_status_is_a_failure() throws {
        let address = try S3Address("s3://bucket/x?endpoint=http://localhost:1")
        let request = HTTPRequest("POST", "http://localhost:1/bucket/x?uploadId=1")
        func error(_ body: String) -> RemoteError? {
            S3Failure.error(
                request, HTTPResponse(status: 200, body: Array(body.utf8)), address)
        }
        let failure = "<Error><Code>InternalError</Code><Message>try again</Message></Error>"
        #expect(error(failure)?.reason == .unavailable)
        #expect(error(failure)?.message.contains("InternalError: try again") == true)
        #expect(
            error("<CompleteMultipartUploadResult><ETag>1</ETag></CompleteMultipartUploadResult>")
                == nil)
    }
}
