/// A binned, weight-of-evidence logistic regression, read from `scorecard.json`:
///
///     {"format": "vigie-scorecard", "formatVersion": 1, "intercept": -2.1, "features": [
///        {"name": "age", "coefficient": -0.83, "edges": [30, 40, 55],
///         "woe": [0.4, 0.1, -0.2, -0.6], "missingWoe": 0.0, "meanWoe": 0.01},
///        {"name": "purpose", "coefficient": -0.5, "categories": {"car": 0.2, "tv": -0.1},
///         "otherWoe": 0.0, "missingWoe": null, "meanWoe": 0.0}]}
///
/// A number x is in bin i when edges[i-1] ≤ x < edges[i]. log-odds = intercept + Σ coefficient ·
/// woe(x). `missingWoe` null or absent: a missing value is not accepted; the same for `otherWoe` and
/// a category that is not listed. `meanWoe` (default 0) is the mean over the training data.
struct Scorecard: Sendable {
    enum Bins: Sendable {
        /// Ascending edges, and a weight for each bin: one more than edges.
        case numeric(edges: [Double], woe: [Double])
        /// Categories in the file's order, and a weight for each.
        case categories(names: [String], woe: [Double], otherWoe: Double?)
    }

    struct Feature: Sendable {
        var name: String
        var coefficient: Double
        var bins: Bins
        var missingWoe: Double?
        var meanWoe: Double
    }

    let intercept: Double
    let features: [Feature]

    /// Far beyond any scorecard; bounds what a hostile file can make the engine do.
    static let featureCountMax = 10_000

    init(_ bytes: [UInt8]) throws(LoadError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        let root = ModelField(path: "", value: value)
        let format = try root["format"]
        guard try format.string == "vigie-scorecard" else {
            throw format.fail("expected 'vigie-scorecard'")
        }
        let version = try root["formatVersion"]
        guard try version.integer == 1 else {
            throw version.fail("\(try version.integer); this engine reads 1", .unsupported)
        }
        intercept = try root["intercept"].double
        let list = try root["features"]
        var features: [Feature] = []
        var names: Set<String> = []
        guard try list.elements.count <= Self.featureCountMax else {
            throw list.fail("more than \(Self.featureCountMax)", .limit)
        }
        for field in try list.elements {
            let feature = try Self.feature(field)
            guard names.insert(feature.name).inserted else {
                throw field.fail("'\(feature.name)' appears twice")
            }
            features.append(feature)
        }
        self.features = features
    }

    private static func feature(_ field: ModelField) throws(LoadError) -> Feature {
        let missing = try field.optional("missingWoe")
        let mean = try field.optional("meanWoe")
        return Feature(
            name: try field["name"].string, coefficient: try field["coefficient"].double,
            bins: try bins(field), missingWoe: try missing?.double, meanWoe: try mean?.double ?? 0)
    }

    private static func bins(_ field: ModelField) throws(LoadError) -> Bins {
        if let categories = try field.optional("categories") {
            guard try field.optional("edges") == nil else {
                throw field.fail("has both edges and categories")
            }
            guard let object = categories.value.object else {
                throw categories.fail("expected an object")
            }
            var woe: [Double] = []
            for key in object.keys { woe.append(try categories[key].double) }
            let other = try field.optional("otherWoe")
            return .categories(names: object.keys, woe: woe, otherWoe: try other?.double)
        }
        let edgesField = try field["edges"]
        let edges = try edgesField.numbers()
        guard edges.allSatisfy(\.isFinite), zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 })
        else { throw edgesField.fail("must be finite and ascend") }
        let woeField = try field["woe"]
        let woe = try woeField.numbers(count: edges.count + 1)
        guard woe.allSatisfy(\.isFinite) else { throw woeField.fail("must be finite") }
        return .numeric(edges: edges, woe: woe)
    }
}
