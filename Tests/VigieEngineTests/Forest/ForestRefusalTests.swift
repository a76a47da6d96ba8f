import Testing
import VigieEngine

/// What is wrong with a vigie-forest file is said with its place.
@Suite struct ForestRefusalTests {
    static let model = """
        {"format": "vigie-forest", "formatVersion": 1, "library": "by hand", "featureCount": 2,
         "featureNames": ["a", "b"], "precision": "float32", "outputCount": 1, "base": [1],
         "divisor": 2, "link": "identity", "categories": [{"feature": 1, "values": [10, 20, 30]}],
         "trees": [{"output": 0, "feature": [0, 0, 1, 0, 0], "threshold": [0.5, 0, 0, 0, 0],
           "left": [1, -1, 3, -1, -1], "right": [2, -1, 4, -1, -1], "missingLeft": [1, 0, 0, 0, 0],
           "cover": [100, 50, 50, 20, 30], "value": [-1, 2, 4], "setNodes": [2],
           "sets": [[0, 2]]}]}
        """

    private func load(_ text: String) throws -> Artifact {
        try ArtifactSource(flavor: .forest, fileName: "f.json", bytes: [UInt8](text.utf8)).load()
    }

    @Test func the_model_itself_is_read() throws {
        let artifact = try load(Self.model)
        #expect(artifact.inputs[0].type == .float32 && artifact.outputs[0].type == .float64)
        // Just above 0.5 is 0.5 as a float, which goes left.
        for (row, score) in [
            ([0.5, 10], 0), ([0.500_000_001, 10], 0), ([.nan, 10], 0), ([0.6, 10], 1.5),
            ([0.6, 30], 1.5), ([0.6, 20], 2.5), ([0.6, 11], 2.5), ([0.6, .nan], 2.5),
        ] as [([Double], Double)] {
            #expect(try artifact.answer(row) == [score], "\(row)")
        }
        #expect(artifact.signature.features[1].categories == ["10", "20", "30"])
        #expect(artifact.explainsRows)
        let without = Self.model.replacing(#""cover": [100, 50, 50, 20, 30], "#, with: "")
        #expect(try !load(without).explainsRows)
    }

    @Test(arguments: [
        ("\"vigie-forest\"", "\"pine\"", "format: 'pine' is not vigie-forest"),
        ("\"formatVersion\": 1", "\"formatVersion\": 2", "formatVersion: 2, but only 1 is known"),
        ("\"featureCount\": 2", "\"featureCount\": 0", "featureCount: 0 is out of range"),
        ("\"featureCount\": 2", "\"featureCount\": 3", "2 names for 3 features"),
        ("[\"a\", \"b\"]", "[\"a\", \"a\"]", "featureNames: a name appears twice"),
        ("\"float32\"", "\"float16\"", "precision: 'float16' is none of float32, float64"),
        ("\"identity\"", "\"cubic\"", "link: 'cubic' is none of identity, logit"),
        ("\"base\": [1]", "\"base\": [1, 2]", "base: 2 elements where 1 are expected"),
        ("\"base\": [1]", "\"base\": [NaN]", "base: is not finite"),
        ("\"divisor\": 2", "\"divisor\": 0", "divisor: is 0"),
        ("\"divisor\": 2", "\"divisor\": 2, \"offset\": 1", "offset: goes with the link exp2"),
        ("\"feature\": 1, \"values\"", "\"feature\": 2, \"values\"", "categories[0].feature: 2"),
        ("[10, 20, 30]", "[10, 20, 10]", "categories[0].values: a category appears twice"),
        ("\"output\": 0", "\"output\": 1", "trees[0].output: 1, more than 0"),
        ("[-1, 2, 4]", "[-1, 2]", "trees[0].value: 2 elements where 3 are expected"),
        ("[-1, 2, 4]", "[-1, 2, Infinity]", "a leaf's weight is not finite"),
        ("\"feature\": [0, 0, 1", "\"feature\": [0, 0, 0", "node 2: feature 0 has no categories"),
        ("\"feature\": [0", "\"feature\": [5", "tree 0, node 0: the feature is out of range"),
        ("\"left\": [1", "\"left\": [9", "tree 0, node 0: a child is out of range"),
        ("\"left\": [1", "\"left\": [2", "reached twice"),
        ("[[0, 2]]", "[[0, 3]]", "node 2: a category is out of range"),
        ("[[0, 2]]", "[[0, 2], []]", "trees[0].setNodes: 1 nodes for 2 sets"),
        ("\"setNodes\": [2]", "\"setNodes\": [7]", "trees[0].setNodes: no node 7"),
        ("\"threshold\": [0.5", "\"threshold\": [NaN", "the threshold is not a number"),
        ("{\"format\"", "[{\"format\"", "neither JSON nor UBJSON"),
    ])
    func what_is_wrong_is_said(_ change: (old: String, new: String, message: String)) throws {
        let text = Self.model.replacing(change.old, with: change.new)
        #expect(text != Self.model)
        #expect {
            try load(text)
        } throws: {
            let message = ($0 as? LoadError)?.message ?? ""
            return message.hasPrefix("f.json: ") && message.contains(change.message)
        }
    }
}
