import Testing
import VigieEngine
import VigieProtos

@testable import VigieServices

@Suite struct TypedTensorTests {
    let arena = Arena()

    /// Contents with three elements of `type`, at the edges of what it holds.
    private func contents(_ type: ElementType) -> Inference.InferTensorContents {
        let contents = Inference.InferTensorContents(in: arena)
        switch type {
        case .bool: for value in [true, false, true] { contents.appendBoolContents(value) }
        case .int8: contents.setIntContents([-128, 0, 127])
        case .int16: contents.setIntContents([-32768, 0, 32767])
        case .int32: contents.setIntContents([.min, 0, .max])
        case .int64: contents.setInt64Contents([.min, 0, .max])
        case .uint8: contents.setUintContents([0, 1, 255])
        case .uint16: contents.setUintContents([0, 1, 65535])
        case .uint32: contents.setUintContents([0, 1, .max])
        case .uint64: contents.setUint64Contents([0, 1, .max])
        case .float32: contents.setFp32Contents([-0.0, .infinity, 1.5])
        case .float64: contents.setFp64Contents([-0.0, .infinity, 1e300])
        case .string:
            for text in ["", "a\0b", "€"] { contents.appendBytesContents(text.utf8Span.span.bytes) }
        case .float16, .bfloat16: break
        }
        return contents
    }

    @Test(arguments: ElementType.allCases.filter(TypedTensors.carries))
    func elements_come_back_as_they_were(type: ElementType) throws {
        let sent = contents(type)
        let tensor = Tensor(type: type)
        try TypedTensors.read(sent, TensorShape([3, 1]), into: tensor)
        let back = Inference.InferTensorContents(in: arena)
        TypedTensors.write(tensor, to: back)
        #expect(back.encodedBytes() == sent.encodedBytes())
    }

    @Test(arguments: ElementType.allCases.filter(TypedTensors.carries))
    func typed_and_raw_contents_make_the_same_tensor(type: ElementType) throws {
        let typed = Tensor(type: type)
        try TypedTensors.read(contents(type), TensorShape([3]), into: typed)
        let response = Inference.ModelInferResponse(in: arena)
        RawTensors.write(typed, to: response)
        let raw = Tensor(type: type)
        try RawTensors.read(response.rawOutputContents[0], TensorShape([3]), into: raw)
        let again = Inference.ModelInferResponse(in: arena)
        RawTensors.write(raw, to: again)
        #expect(again.rawOutputContents[0] == response.rawOutputContents[0])
    }

    @Test func half_precision_has_no_typed_contents() {
        for type in [ElementType.float16, .bfloat16] {
            let tensor = Tensor(type: type)
            #expect(
                throws: TensorProblem(
                    "is \(type.protocolName), which only raw_input_contents can carry")
            ) {
                try TypedTensors.read(contents(type), TensorShape([3]), into: tensor)
            }
        }
    }

    @Test func a_number_that_the_type_cannot_hold_is_refused() {
        let contents = Inference.InferTensorContents(in: arena)
        contents.setIntContents([1, 300])
        contents.setUintContents([1, 70000])
        #expect(throws: TensorProblem("has a number as element 1 that INT8 cannot hold")) {
            try TypedTensors.read(contents, TensorShape([2]), into: Tensor(type: .int8))
        }
        #expect(throws: TensorProblem("has a number as element 1 that UINT16 cannot hold")) {
            try TypedTensors.read(contents, TensorShape([2]), into: Tensor(type: .uint16))
        }
    }

    @Test func elements_in_the_field_of_another_type_do_not_count() {
        let tensor = Tensor(type: .float32)
        let expected = TensorProblem(
            "has 0 elements in fp32_contents, but FP32 [3] takes 3")
        #expect(throws: expected) {
            try TypedTensors.read(contents(.float64), TensorShape([3]), into: tensor)
        }
    }

    @Test func a_huge_shape_with_few_elements_takes_no_memory() {
        let tensor = Tensor(type: .int64)
        #expect(throws: TensorProblem.self) {
            try TypedTensors.read(contents(.int64), TensorShape([1 << 39]), into: tensor)
        }
        #expect(tensor.count == 0)
    }
}
