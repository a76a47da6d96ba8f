import Testing

@testable import VigieDecisions

struct RecordRowTests {
    private func stored(_ record: String, _ side: String?) -> StoredRecord {
        StoredRecord(
            chain: "", sequence: 1, previous: "", hash: "", record: Array(record.utf8),
            side: side.map { Array($0.utf8) }, place: "")
    }

    @Test func a_row_is_its_part_of_every_tensor() throws {
        let record = stored(
            #"{"rows":2,"outputs":[{"name":"p","shape":[2,2],"data":[1,2,3,4]},{"name":"all","shape":[1],"data":[9]}]}"#,
            #"{"inputs":[{"name":"x","shape":[2,1],"data":["a","b"]}]}"#)
        let row = try #require(RecordRow(record, 1))
        #expect(row.json == #"{"row":1,"outputs":{"p":[3,4],"all":[9]},"inputs":{"x":["b"]}}"#)
        #expect(row.text == #"row 1: p=3,4 all=9  from x="b""#)
        #expect(RecordRow(record, 2) == nil && RecordRow(record, -1) == nil)
    }

    @Test func an_application_is_one_row() throws {
        let record = stored(
            #"{"rows":1,"score":-1.5,"points":540,"decision":"REFER"}"#, #"{"values":{"age":45}}"#)
        let row = try #require(RecordRow(record, 0))
        #expect(
            row.json
                == #"{"row":0,"outputs":{"score":[-1.5],"points":[540],"decision":["REFER"]},"inputs":{"age":[45]}}"#
        )
    }

    @Test func a_record_without_values_shows_its_outputs_alone() throws {
        let record = stored(#"{"rows":1,"score":2}"#, nil)
        #expect(
            try #require(RecordRow(record, 0)).json
                == #"{"row":0,"outputs":{"score":[2]},"inputs":{}}"#)
        #expect(RecordRow(stored("no JSON", nil), 0) == nil)
    }
}
