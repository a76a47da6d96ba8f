import Testing
import VigieEngine
import VigieProtos

@testable import VigieServices

/// Bytes of an arena that the test keeps.
private func bytes(_ content: [UInt8], _ arena: Arena) -> Bytes {
    Bytes(copying: content.span.bytes, in: arena)
}

private func problem(_ body: () throws(TensorProblem) -> Void) -> String {
    do throws(TensorProblem) { try body() } catch { return error.description }
    return ""
}

@Suite struct RawTensorTests {
    let arena = Arena()

    @Test(arguments: ElementType.allCases.filter { $0 != .string })
    func numbers_come_back_byte_for_byte(type: ElementType) throws {
        let tensor = Tensor(type: type)
        let count = 6 * type.byteCount
        // Bool elements are 0 or 1; all others may be anything.
        let sent = (0..<count).map { UInt8(type == .bool ? $0 % 2 : ($0 * 37 + 11) % 256) }
        try RawTensors.read(bytes(sent, arena), TensorShape([2, 3]), into: tensor)
        #expect(tensor.shape == TensorShape([2, 3]))
        let response = Inference.ModelInferResponse(in: arena)
        RawTensors.write(tensor, to: response)
        #expect(Array(response.rawOutputContents[0]) == sent)
    }

    @Test func numbers_are_little_endian_and_row_major() throws {
        let tensor = Tensor(type: .int32)
        let sent: [UInt8] = [1, 0, 0, 0, 0, 1, 0, 0, 0xFF, 0xFF, 0xFF, 0xFF, 2, 0, 0, 0x80]
        try RawTensors.read(bytes(sent, arena), TensorShape([2, 2]), into: tensor)
        tensor.withElements(of: Int32.self) { elements in
            #expect(Array(elements) == [1, 256, -1, Int32.min + 2])
        }
    }

    @Test func any_byte_but_0_is_true() throws {
        let tensor = Tensor(type: .bool)
        try RawTensors.read(bytes([0, 1, 2, 255], arena), TensorShape([4]), into: tensor)
        tensor.withElements(of: UInt8.self) { #expect(Array($0) == [0, 1, 1, 1]) }
    }

    @Test func strings_have_their_lengths_before_them() throws {
        let tensor = Tensor(type: .string)
        let sent: [UInt8] = [2, 0, 0, 0, 104, 105, 0, 0, 0, 0, 3, 0, 0, 0, 0xE2, 0x82, 0xAC]
        try RawTensors.read(bytes(sent, arena), TensorShape([3]), into: tensor)
        #expect((0..<3).map { tensor.string(at: $0) } == ["hi", "", "€"])
        let response = Inference.ModelInferResponse(in: arena)
        RawTensors.write(tensor, to: response)
        #expect(Array(response.rawOutputContents[0]) == sent)
    }

    @Test func a_wrong_size_is_refused_with_both_numbers() {
        let tensor = Tensor(type: .float32)
        let message = problem { () throws(TensorProblem) in
            try RawTensors.read(
                bytes(Array(repeating: 0, count: 12), arena), TensorShape([2, 2]), into: tensor)
        }
        #expect(message == "has 12 raw bytes, but FP32 [2, 2] takes 16")
    }

    @Test(arguments: [
        ([5, 0, 0, 0, 104, 105], "says that element 0 of BYTES has 5 bytes, but only 2 are left"),
        (
            [0xFF, 0xFF, 0xFF, 0xFF, 104],
            "says that element 0 of BYTES has 4294967295 bytes, but only 1 are left"
        ),
        ([1, 0, 0, 0, 104, 105], "has 1 raw bytes after its 1 elements of BYTES"),
        ([1, 0, 0], "has 3 raw bytes, too few for the lengths of 1 elements of BYTES"),
    ])
    func strings_that_do_not_add_up_are_refused(sent: [UInt8], expected: String) {
        let tensor = Tensor(type: .string)
        let message = problem { () throws(TensorProblem) in
            try RawTensors.read(bytes(sent, arena), TensorShape([1]), into: tensor)
        }
        #expect(message == expected)
    }

    @Test func a_second_string_without_a_length_is_refused() {
        let tensor = Tensor(type: .string)
        let message = problem { () throws(TensorProblem) in
            try RawTensors.read(
                bytes([4, 0, 0, 0, 1, 2, 3, 4], arena), TensorShape([2]), into: tensor)
        }
        #expect(message == "ends after 1 of 2 elements of BYTES")
    }

    @Test func a_huge_shape_with_few_bytes_takes_no_memory() {
        for type in [ElementType.float64, .string] {
            let tensor = Tensor(type: type)
            let message = problem { () throws(TensorProblem) in
                try RawTensors.read(bytes([1, 2], arena), TensorShape([1 << 39]), into: tensor)
            }
            #expect(!message.isEmpty)
            #expect(tensor.count == 0)
        }
    }

    @Test func a_shape_that_cannot_be_is_refused() {
        let tensor = Tensor(type: .uint8)
        for shape in [TensorShape([-1]), TensorShape([Int.max, 3])] {
            let message = problem { () throws(TensorProblem) in
                try RawTensors.read(bytes([], arena), shape, into: tensor)
            }
            #expect(message.hasSuffix("which no tensor can have"))
        }
    }
}
