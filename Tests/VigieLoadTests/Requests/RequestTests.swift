import Testing
import VigieProtos

@testable import VigieLoad

@Suite struct RequestTests {
    private let signature = ModelSignature(
        inputs: [.init(name: "input", datatype: .float32, shape: [-1, 3])],
        outputs: [.init(name: "output", datatype: .float32, shape: [-1, 1])],
        features: ["a", "b", "c"])

    private func message(_ request: PreparedRequest, _ body: (Inference.ModelInferRequest) -> Void)
        throws
    {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let bytes = Array(request.message)
        #expect(request.framed.prefix(5) == [0, 0, 0, 0, UInt8(bytes.count)])
        body(try Inference.ModelInferRequest(decoding: bytes.span.bytes, in: arena))
    }

    @Test func a_row_with_names_goes_into_the_models_order() throws {
        let encoder = RequestEncoder(MixEntry(method: .infer, model: "m", version: "4"), signature)
        let row = Row(names: ["c", "a", "b"], cells: [.number(3), .number(1), .missing])
        try message(try encoder.infer([row], index: 9)) { request in
            #expect(String(request.modelName) == "m" && String(request.modelVersion) == "4")
            #expect(String(request.id) == "row 9")
            #expect(request.inputs[0].shape.elementsEqual([1, 3]))
            let floats = request.rawInputContents[0].withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            #expect(floats[0] == 1 && floats[1].isNaN && floats[2] == 3)
        }
    }

    @Test func a_batch_holds_its_rows_one_after_the_other() throws {
        let encoder = RequestEncoder(MixEntry(method: .infer, model: "m"), signature)
        let rows = [1.0, 4].map { Row(names: [], cells: [.numbers([$0, $0 + 1, $0 + 2])]) }
        try message(try encoder.infer(rows, index: 0)) { request in
            #expect(request.inputs[0].shape.elementsEqual([2, 3]))
            let floats = request.rawInputContents[0].withUnsafeBytes {
                Array($0.bindMemory(to: Float.self))
            }
            #expect(floats == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test func a_row_that_does_not_fit_is_refused_by_its_number_and_input() {
        let encoder = RequestEncoder(MixEntry(method: .infer, model: "m"), signature)
        for (row, part) in [
            (Row(names: [], cells: [.numbers([1, 2])]), "takes 3 values a row, not 2"),
            (Row(names: ["a", "b"], cells: [.number(1), .number(2)]), "feature 'c' is missing"),
            (Row(names: [], cells: [.text("x"), .number(1), .number(1)]), "takes numbers"),
        ] {
            do {
                _ = try encoder.infer([row], index: 7)
                Issue.record("\(row) was taken")
            } catch {
                #expect(error.description.contains("row 7") && error.description.contains(part))
            }
        }
    }

    @Test func made_up_rows_are_the_same_for_the_same_seed() throws {
        let some = try SyntheticRows.tensors(signature, count: 50, range: -1...2, seed: 5)
        #expect(some == (try SyntheticRows.tensors(signature, count: 50, range: -1...2, seed: 5)))
        #expect(some != (try SyntheticRows.tensors(signature, count: 50, range: -1...2, seed: 6)))
        let values = some.flatMap { $0.cells.flatMap { $0.numbers ?? [] } }
        #expect(values.count == 150 && values.allSatisfy { (-1...2).contains($0) })
    }

    @Test func lines_end_where_files_have_it_and_nowhere_else() throws {
        let rows = try RowFile.read("[\"a\u{2028}b\u{85}\"]\r\n\n[1]\r[2]", name: "r.jsonl")
        #expect(rows.map(\.cells) == [[.text("a\u{2028}b\u{85}")], [.number(1)], [.number(2)]])
        let table = try RowFile.read("a\rx\u{2028}y\r", name: "r.csv")
        #expect(table.map(\.cells) == [[.text("x\u{2028}y")]])
    }

    @Test func rows_are_read_from_json_lines_and_csv() throws {
        let json = """
            {"a": 1, "b": null, "c": "x"}
            [1, 2, true]
            {"features": {"a": 5}, "expected": {"1": [0.5], "*": [0.25]}}

            """
        let rows = try RowFile.read(json, name: "rows.jsonl")
        #expect(rows[0] == Row(names: ["a", "b", "c"], cells: [.number(1), .missing, .text("x")]))
        #expect(rows[1] == Row(names: [], cells: [.number(1), .number(2), .flag(true)]))
        #expect(rows[2].expected == ["1": [0.5], "*": [0.25]])
        let csv = "a,b,expected,expected@2\r\n1,\"x, \"\"y\"\"\",0.5,0.6\r\n"
        let table = try RowFile.read(csv, name: "rows.csv")
        #expect(table[0].names == ["a", "b"])
        #expect(table[0].cells == [.number(1), .text("x, \"y\"")])
        #expect(table[0].expected == ["*": [0.5], "2": [0.6]])
    }

    @Test(arguments: [
        ("r.jsonl", "{\"a\": [\"x\"]}", "r.jsonl:1: 'a'"), ("r.jsonl", "[1]\n5", "r.jsonl:2"),
        ("r.jsonl", "{", "r.jsonl:1: not JSON"), ("r.csv", "a,b\n1", "r.csv:2: 1 fields"),
        ("r.csv", "expected\nx", "column 'expected'"), ("r.csv", "a\n", "no rows"),
        ("r.csv", "a,b,a\n1,2,3\n", "r.csv:1: column 'a' comes twice"),
    ])
    func a_bad_file_is_refused_with_its_line(name: String, text: String, part: String) {
        do {
            _ = try RowFile.read(text, name: name)
            Issue.record("it was taken")
        } catch { #expect(error.description.contains(part), "\(error)") }
    }

    @Test func a_mix_is_exact_in_every_round_whatever_its_order() {
        let order = MixOrder(weights: [70, 20, 10], seed: 3)
        var counts = [0, 0, 0]
        for index in 0..<MixOrder.roundLength { counts[order.part(index)] += 1 }
        #expect(
            abs(counts[0] - 2867) <= 1 && abs(counts[1] - 819) <= 1 && abs(counts[2] - 410) <= 1)
    }

    @Test func parts_of_a_mix_are_read() throws {
        #expect(
            try MixEntry("infer:fraud@2=30")
                == MixEntry(method: .infer, model: "fraud", version: "2", weight: 30))
        #expect(try MixEntry("ScoreApplication:c") == MixEntry(method: .score, model: "c"))
        #expect(try MixEntry("ping=0.5") == MixEntry(method: .ping, weight: 0.5))
        for bad in ["pong", "infer", "ping:m", "ping=0", "ping=x", "infer:@2"] {
            #expect(throws: LoadError.self) { try MixEntry(bad) }
        }
    }

    @Test func a_recording_comes_back_as_it_was_written() throws {
        let encoder = RequestEncoder(MixEntry(method: .infer, model: "m"), signature)
        let request = try encoder.infer(
            [Row(names: [], cells: [.numbers([1, 2, 3])])], index: 4)
        let text =
            Recording.line(offset: 2_000_000, entry: encoder.entry, message: request.message)
            + "{\"at\": 0.001, \"method\": \"infer\", \"model\": \"m\", \"features\": [4, 5, 6]}\n"
        let script = try Script(try Recording(text, name: "r.jsonl", speed: 2)) { _ in signature }
        #expect(script.offsets == [500_000, 1_000_000])
        #expect(script.targets.count == 1)
        #expect(script.targets[0].requests[1].framed == request.framed)
        #expect(script.targets[0].requests[1].id == "row 4")
    }

    @Test func decisions_of_a_log_are_asked_for_at_their_times() throws {
        func line(_ time: String, _ fields: String, _ features: String) -> String {
            """
            {"seq":1,"hash":"","record":{"type":"decision","time":"2026-11-26T\(time)Z",\(fields)},\
            "features":\(features)}

            """
        }
        let infer = #""method":"ModelInfer","model":"m","version":3,"rows":2"#
        let text =
            line(
                "09:00:01.500000000", infer + #","arm":"pinned""#,
                #"{"salt":"","inputs":[{"name":"x","shape":[2,3],"data":[1,2,3,4,5,null]}]}"#)
            + line(
                "09:00:01.000000000", #""method":"ScoreApplications","model":"c","rows":1"#,
                #"{"salt":"","values":{"age":45,"owner":true,"purpose":"car","income":null}}"#)
            + line("09:00:02.000000000", infer, #"{"salt":""}"#)
            + #"{"record":{"type":"erasure"}}"#
        let recording = try Recording(text, name: "d.jsonl", speed: 2)
        #expect(recording.entries.map(\.offset) == [0, 250_000_000])
        #expect(recording.entries[0].entry == MixEntry(method: .score, model: "c"))
        #expect(
            recording.entries[1].entry == MixEntry(method: .infer, model: "m", version: "3"))
        #expect(recording.withoutValues == 1)
        guard case .row(let row) = recording.entries[0].payload,
            case .rows(let rows) = recording.entries[1].payload
        else {
            Issue.record("not rows")
            return
        }
        #expect(row["age"] == .number(45) && row["owner"] == .flag(true))
        #expect(row["purpose"] == .text("car") && row["income"] == .missing)
        #expect(rows.count == 2 && rows[0]["x"] == .numbers([1, 2, 3]))
    }

    @Test(arguments: [
        ("{\"record\":{\"type\":\"decision\"}}", "record.time"),
        (
            "{\"record\":{\"type\":\"decision\",\"time\":\"2026-11-26T09:00:00.000000000Z\"}}",
            "a method and a model"
        ),
        ("{\"method\": \"ping\"}", "'at'"), ("{\"at\": 0, \"method\": \"x\"}", "'method'"),
        ("{\"at\": 0, \"method\": \"infer\"}", "'model'"),
        ("{\"at\": 0, \"method\": \"ping\"}", "'message'"),
        ("{\"at\": 0, \"method\": \"ping\", \"message\": \"*\"}", "base 64"), ("", "no requests"),
    ])
    func a_bad_recording_is_refused_by_field(text: String, part: String) {
        do {
            _ = try Recording(text, name: "r.jsonl")
            Issue.record("it was taken")
        } catch { #expect(error.description.contains(part), "\(error)") }
    }
}
