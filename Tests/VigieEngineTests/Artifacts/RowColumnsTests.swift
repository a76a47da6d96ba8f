import Testing
import VigieEngine

@Suite struct RowColumnsTests {
    private func tensor(_ values: [Float], _ shape: [Int]) -> Tensor {
        let tensor = Tensor(type: .float32)
        tensor.reshape(TensorShape(shape))
        tensor.withElements(of: Float.self) { target in
            for index in values.indices { target[index] = values[index] }
        }
        return tensor
    }

    private func text(_ values: [String]) -> Tensor {
        let tensor = Tensor(type: .string)
        tensor.reshape(TensorShape([values.count, 1]))
        for value in values { tensor.appendString(value) }
        return tensor
    }

    private let mixed = Signature(features: [
        Feature(name: "colour", kind: .category, missing: .allow, categories: ["red", "blue"]),
        Feature(name: "a", input: "numbers"), Feature(name: "b", input: "numbers"),
    ])
    private let mixedInputs = [
        TensorSpec(name: "numbers", type: .float32, shape: [-1, 2]),
        TensorSpec(name: "colour", type: .string, shape: [-1, 1]),
    ]

    @Test func features_are_found_by_their_inputs() throws {
        let columns = try #require(RowColumns(mixed, mixedInputs))
        let inputs = [tensor([1, 2, 3, .nan], [2, 2]), text(["blue", ""])]
        var row = [0.0, 0, 0]
        try columns.read(0, of: inputs, into: &row)
        #expect(row == [1, 1, 2])
        try columns.read(1, of: inputs, into: &row)
        #expect(row[0].isNaN && row[1] == 3 && row[2].isNaN)
    }

    @Test func columns_and_codes_may_be_in_another_order() throws {
        let signature = Signature(features: [
            Feature(name: "a"), Feature(name: "b", kind: .category, categories: ["x", "y", "z"]),
        ])
        let columns = RowColumns(signature, columns: [1, 0], codes: [[], [2, 0, 1]])
        var row = [0.0, 0]
        try columns.read(1, of: [tensor([0, 5, 2, 6], [2, 2])], into: &row)
        #expect(row == [6, 0])
        try columns.read(0, of: [tensor([0, 5, 2, 6], [2, 2])], into: &row)
        #expect(row == [5, 1])
        #expect(throws: InferenceError.self) {
            try columns.read(0, of: [tensor([7, 5], [1, 2])], into: &row)
        }
    }

    @Test func a_category_that_the_signature_does_not_have_is_named() throws {
        let columns = try #require(RowColumns(mixed, mixedInputs))
        var row = [0.0, 0, 0]
        let error = #expect(throws: InferenceError.self) {
            try columns.read(0, of: [tensor([1, 2], [1, 2]), text(["green"])], into: &row)
        }
        #expect(error?.message == "feature 'colour': the signature has no category 'green'")
    }

    @Test func inputs_that_are_no_rows_of_the_features_have_no_columns() {
        #expect(
            RowColumns(mixed, [TensorSpec(name: "x", type: .float32, shape: [-1, 3])]) == nil)
        let one = Signature(features: [Feature(name: "a")])
        for shape in [[-1, 2], [1, 1], [-1, 1, 1]] {
            #expect(
                RowColumns(one, [TensorSpec(name: "x", type: .float32, shape: shape)]) == nil,
                "\(shape)")
        }
    }

    /// A graph whose width is open takes any request; the signature does not.
    @Test func a_request_of_another_width_is_refused() throws {
        let two = Signature(features: [Feature(name: "a"), Feature(name: "b")])
        let columns = try #require(
            RowColumns(two, [TensorSpec(name: "x", type: .float32, shape: [-1, -1])]))
        var row = [0.0, 0]
        try columns.read(0, of: [tensor([1, 2], [1, 2])], into: &row)
        for (shape, row) in [([1, 3], 0), ([2, 1], 1), ([1, 2], 1), ([0, 2], 0)] {
            let values = [Float](repeating: 0, count: shape[0] * shape[1])
            var target = [0.0, 0]
            #expect(throws: InferenceError.self, "\(shape)") {
                try columns.read(row, of: [tensor(values, shape)], into: &target)
            }
        }
    }
}
