import Testing

@testable import VigieEngine

@Suite struct UBJSONReaderTests {
    private func parse(_ bytes: [UInt8]) throws -> JSONValue { try UBJSONReader.parse(bytes) }

    /// Letters as they are, numbers as bytes.
    private func bytes(_ parts: Any...) -> [UInt8] {
        parts.flatMap { part -> [UInt8] in
            switch part {
            case let text as String: [UInt8](text.utf8)
            case let number as Int: [UInt8(truncatingIfNeeded: number)]
            default: []
            }
        }
    }

    @Test func every_number_type_is_read_big_endian() throws {
        #expect(try parse(bytes("i", -2)) == .number(-2))
        #expect(try parse(bytes("U", 254)) == .number(254))
        #expect(try parse(bytes("I", 0xFF, 0xFE)) == .number(-2))
        #expect(try parse(bytes("l", 0, 1, 0, 2)) == .number(65538))
        #expect(
            try parse(bytes("L", 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFD)) == .number(-3))
        #expect(try parse(bytes("d", 0x3F, 0xC0, 0, 0)) == .number(1.5))
        #expect(try parse(bytes("D", 0x3F, 0xF8, 0, 0, 0, 0, 0, 0)) == .number(1.5))
        #expect(try parse(bytes("H", "i", 4, "1.25")) == .number(1.25))
    }

    @Test func other_values_are_read() throws {
        #expect(try parse(bytes("Z")) == .null)
        #expect(try parse(bytes("NNT")) == .bool(true))
        #expect(try parse(bytes("F")) == .bool(false))
        #expect(try parse(bytes("C", "x")) == .string("x"))
        #expect(try parse(bytes("S", "U", 3, "é!")) == .string("é!"))
        #expect(try parse(bytes("[", "]")) == .array([]))
        #expect(try parse(bytes("[", "i", 1, "N", "Z", "]")) == .array([.number(1), .null]))
        #expect(try parse(bytes("[", "i", 1, "U", 2, "]")) == .numbers([1, 2]))
    }

    @Test func containers_with_counts_and_types_are_read() throws {
        #expect(try parse(bytes("[#", "i", 2, "i", 1, "T")) == .array([.number(1), .bool(true)]))
        #expect(try parse(bytes("[$I#", "U", 2, 0, 1, 0xFF, 0xFF)) == .numbers([1, -1]))
        #expect(try parse(bytes("[$d#", "l", 0, 0, 0, 1, 0x3F, 0xC0, 0, 0)) == .numbers([1.5]))
        #expect(try parse(bytes("[$U#", "i", 0)) == .array([]))
        #expect(
            try parse(bytes("[$S#", "i", 2, "i", 1, "a", "i", 1, "b"))
                == .array([.string("a"), .string("b")]))
        #expect(
            try parse(bytes("[$[#", "i", 2, "]", "$U#", "i", 1, 7))
                == .array([.array([]), .numbers([7])]))
        let object = try parse(bytes("{$i#", "i", 2, "i", 1, "a", 5, "i", 1, "b", 6))
        #expect(object["a"] == .number(5) && object["b"] == .number(6))
        #expect(try parse(bytes("{", "i", 1, "k", "S", "i", 1, "v", "}"))["k"] == .string("v"))
        #expect(try parse(bytes("{#", "i", 1, "i", 1, "k", "Z"))["k"] == .null)
    }

    @Test func keys_are_told_apart_in_whatever_order_objects_have_them() throws {
        // The reader guesses each key from what came after the one before.
        let orders = ["abcd", "abcd", "dcba", "acbd", "bd", "abxd", "abcd", "y"]
        var file = bytes("[")
        for order in orders {
            file += bytes("{")
            for key in order { file += bytes("i", 1, String(key), "C", String(key)) }
            file += bytes("}")
        }
        let objects = try #require(try parse(file + bytes("]")).array)
        #expect(objects.map { $0.object?.keys.joined() } == orders)
        for object in objects {
            #expect(object.object?.members.allSatisfy { .string($0.key) == $0.value } == true)
        }
    }

    @Test func a_member_is_found_wherever_it_was_expected() throws {
        let keys = (0..<40).map { "k\($0)" }
        for count in [0, 1, 3, 40] {
            let object = try #require(
                JSONObject(keys.prefix(count).map { ($0, JSONValue.string($0)) }))
            for guess in [0, 1, 39, 40, 1_000] {
                for (place, key) in keys.enumerated() {
                    var near = guess
                    let found = object.value(of: key, near: &near)
                    #expect(found == (place < count ? .string(key) : nil))
                    #expect(near == (place < count ? place : guess))
                }
            }
        }
    }

    @Test(
        arguments: [
            [], [0x7B], [0x5B], [0x78], [0x69], [0x4C, 0, 0, 0], [0x5A, 0x5A],
        ] as [[UInt8]])
    func cut_and_unknown_bytes_are_refused(bytes: [UInt8]) {
        #expect(throws: JSONError.self) { try parse(bytes) }
    }

    @Test func counts_that_the_file_cannot_bear_out_are_refused_at_once() {
        let huge = [0x4C, 0x10, 0, 0, 0, 0, 0, 0, 0] as [UInt8]  // L 2^60
        let most = [0x4C, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] as [UInt8]
        for count in [huge, most] {
            for head in [
                "[#", "{#", "[$U#", "[$D#", "[$T#", "[$Z#", "[$N#", "{$Z#", "[$[#", "S", "H",
            ] {
                #expect(throws: JSONError.self) { try parse(bytes(head) + count) }
                #expect(throws: JSONError.self) { try parse(bytes(head) + count + [1, 2, 3, 4]) }
            }
        }
        for head in ["[#", "{#", "[$U#", "S"] {
            #expect(throws: JSONError.self) { try parse(bytes(head, "i", -1)) }
            #expect(throws: JSONError.self) { try parse(bytes(head, "d", 0, 0, 0, 0)) }
        }
        #expect(throws: JSONError.self) { try parse(bytes("[$U", 1)) }
    }

    @Test func nesting_is_bounded_in_every_form() {
        for opening in [bytes("["), bytes("[#", "i", 1), bytes("[$[#", "i", 1), bytes("{", "i", 0)]
        {
            let bomb = (0..<100_000).flatMap { _ in opening }
            #expect(throws: JSONError.self) { try parse(bomb) }
        }
    }

    @Test func a_key_twice_is_found_however_many_keys_the_file_has() throws {
        /// An object with these keys, each of them null.
        func object(_ keys: [String]) -> [UInt8] {
            bytes("{") + keys.flatMap { bytes("i", $0.utf8.count, $0, "Z") } + bytes("}")
        }
        // More keys than are remembered, and one that is longer than those.
        let keys = (0..<100).map { "key \($0)" } + [String(repeating: "k", count: 90)]
        let value = try parse(object(keys))
        #expect(value.object?.keys == keys)
        #expect(value["key 99"] == .null)
        for twice in [keys[0], keys[63], keys[64], keys[99], keys[100]] {
            #expect(throws: JSONError.self) { try parse(object(keys + [twice])) }
        }
        // The same keys in the next object are no repetition.
        let two = bytes("[") + object(keys) + object(keys) + bytes("]")
        #expect(try parse(two).array?.count == 2)
    }

    @Test func packed_numbers_are_those_that_are_read_at_once() throws {
        for (type, size) in [
            ("i", 1), ("U", 1), ("I", 2), ("l", 4), ("L", 8), ("d", 4), ("D", 8),
        ] {
            let content = (0..<3 * size).map { UInt8(truncatingIfNeeded: 0x41 + 37 * $0) }
            let file = bytes("[$", type, "#", "U", 3) + content
            let packed = try UBJSONReader.parse(file, keepsPacked: true)
            #expect(packed.numbers == (try parse(file)).numbers)
            #expect(packed.numbers?.count == 3 && packed.array?.count == 3)
            guard case .packed(let numbers) = packed else {
                Issue.record("\(type) is not packed")
                continue
            }
            var doubles = [9.0, 9, 9, 9, 9]
            numbers.copy(toFrontOf: &doubles)
            #expect(Array(doubles.prefix(3)) == packed.numbers)
            #expect(Array(doubles.dropFirst(3)) == [9, 9])
            doubles.removeLast(2)
            var integers = [9]
            let areWhole = doubles.allSatisfy { Int(exactly: $0) != nil }
            #expect(numbers.copy(toFrontOf: &integers) == areWhole)
            if areWhole, type != "L" { #expect(integers.map { Double($0) } == doubles) }
        }
        #expect(throws: JSONError.self) {
            try UBJSONReader.parse(bytes("[$d#", "U", 3, 0, 0), keepsPacked: true)
        }
    }

    @Test func keys_are_unique_and_text_is_UTF8() {
        #expect(throws: JSONError.self) {
            try parse(bytes("{", "i", 1, "k", "Z", "i", 1, "k", "Z", "}"))
        }
        #expect(throws: JSONError.self) { try parse(bytes("S", "i", 1, 0xFF)) }
        #expect(throws: JSONError.self) { try parse(bytes("C", 0xFF)) }
        #expect(throws: JSONError.self) { try parse(bytes("H", "i", 1, "x")) }
    }
}
