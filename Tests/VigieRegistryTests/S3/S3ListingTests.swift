import Testing

@testable import VigieRegistry

@Suite struct S3ListingTests {
    private static func page(_ contents: String, next: String? = nil) -> [UInt8] {
        let token = next.map { "<NextContinuationToken>\($0)</NextContinuationToken>" } ?? ""
        return Array(
            """
            <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>b</Name>\
            <IsTruncated>\(next != nil)</IsTruncated>\(token)\(contents)</ListBucketResult>
            """.utf8)
    }

    @Test func a_page_has_objects_and_the_next_page() throws {
        let page = try S3ListPage(
            Self.page(
                """
                <Contents><Key>m/1/a&amp;b</Key><Size>12</Size><ETag>&quot;x&quot;</ETag>\
                <Owner><ID>Key</ID></Owner></Contents>
                """, next: "t=="))
        #expect(page.objects == [S3Object(key: "m/1/a&b", etag: "\"x\"", bytes: 12)])
        #expect(page.next == "t==")
        #expect(try S3ListPage(Self.page("")).next == nil)
    }

    @Test(arguments: [
        "<html/>", "", "not XML", "<Error><Code>X</Code></Error>",
        "<ListBucketResult><Contents><Key></Key><Size>1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>-1</Size></Contents></ListBucketResult>",
        "<ListBucketResult><Contents><Key>a</Key><Size>x</Size></Contents></ListBucketResult>",
    ])
    func what_is_no_list_is_refused(text: String) {
        #expect(throws: XMLPullParser.Failure.self) { try S3ListPage(Array(text.utf8)) }
    }

    @Test func objects_become_models_and_versions() throws {
        let keys = [
            "p/README", "p/credit/labels.json", "p/credit/1/manifest.json",
            "p/credit/1/data/a.bin", "p/credit/10/manifest.json", "p/credit/2.tmp/manifest.json",
            "p/credit/notes.txt", "p/credit/01/manifest.json", "p/Big Name/1/manifest.json",
            "p/empty/", "p/.hidden/1/manifest.json", "p/credit/3/.publishing", "q/other/1/x",
        ]
        let grouping = S3Grouping(
            prefix: "p/", keys.map { S3Object(key: $0, etag: "\"e\"", bytes: 1) })
        let models = grouping.listing.models
        #expect(models.map(\.name) == ["Big Name", "credit", "empty"])
        #expect(models[0].versions.isEmpty && models[0].problems[0].contains("no model's name"))
        #expect(models[1].versions.map(\.number) == [1, 3, 10])
        #expect(models[1].versions[0].files.map(\.path) == ["manifest.json", "data/a.bin"])
        #expect(models[1].versions[1].files.isEmpty)
        #expect(
            models[1].problems == ["'credit/01' is no version: name it by a whole number from 1 on"]
        )
        #expect(grouping.labelFiles.keys.sorted() == ["credit"])
    }

    @Test(arguments: ["../x", "a/../b", "a//b", "./a", "a\u{1}b"])
    func a_key_that_leads_elsewhere_refuses_its_version(path: String) {
        let objects = ["p/credit/1/manifest.json", "p/credit/1/\(path)"]
            .map { S3Object(key: $0, etag: "", bytes: 1) }
        let version = S3Grouping(prefix: "p/", objects).listing.models[0].versions[0]
        #expect(version.refusal?.cause == .path)
    }

    @Test func a_revision_changes_with_each_file() {
        func revision(_ etag: String, _ bytes: Int) -> String? {
            let object = S3Object(key: "m/1/manifest.json", etag: etag, bytes: bytes)
            return S3Grouping(prefix: "", [object]).listing.models[0].versions.first?.revision
        }
        #expect(revision("a", 1) == revision("a", 1))
        #expect(revision("a", 1) != revision("b", 1) && revision("a", 1) != revision("a", 2))
    }
}
