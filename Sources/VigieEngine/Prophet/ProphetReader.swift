/// Reads what `prophet.serialize.model_to_json` writes (1.1 to 1.5): a JSON object, some of whose
/// members are JSON texts of pandas' own.
///
/// One member may stand beside Prophet's, which Prophet ignores: the dates of the country's holidays,
/// which its file does not have,
///
///     "vigie_country_holidays": {"from": "2020-01-01", "to": "2035-12-31",
///                                "days": [["2024-12-25", "Christmas Day"], …]}
///
/// and `"vigie_history_rows"`, the number of training rows when `history` has been cut.
struct ProphetReader {
    let root: ModelField
    var model = ProphetModel()

    static func read(_ bytes: [UInt8]) throws(LoadError) -> ProphetModel {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        var reader = ProphetReader(root: ModelField(path: "", value: value))
        try reader.readScales()
        try reader.readTrend()
        try reader.readUncertainty()
        let names = try reader.readSeasonalities()
        try reader.readFeatures(named: names)
        return reader.model
    }

    private init(root: ModelField) { self.root = root }

    // MARK: Scales and trend

    private mutating func readScales() throws(LoadError) {
        let growth = try root["growth"]
        guard let kind = ProphetModel.Growth(rawValue: try growth.string) else {
            throw growth.fail(
                "'\(try growth.string)' is no growth that this engine knows", .unsupported)
        }
        model.growth = kind
        model.hasFloor = try root.optional("logistic_floor")?.value.bool ?? false
        model.scale = try Self.positive(root["y_scale"])
        // Before 1.1.5 there was one scaling only.
        if let scaling = try root.optional("scaling") {
            switch try scaling.string {
            case "absmax": break
            case "minmax": model.floor = try Self.bounded(root["y_min"])
            default: throw scaling.fail("expected 'absmax' or 'minmax'", .unsupported)
            }
        }
        let start = try root["start"]
        model.start = try start.double
        guard abs(model.start) <= Double(ProphetLimits.secondsMax) else {
            throw start.fail("\(model.start) is no time in seconds from 1677 to 2262")
        }
        let length = try root["t_scale"]
        model.timeScale = try length.double
        guard model.timeScale >= 1, model.timeScale <= 2 * Double(ProphetLimits.secondsMax) else {
            throw length.fail("\(model.timeScale) seconds are no training data's length")
        }
    }

    private mutating func readTrend() throws(LoadError) {
        let params = try root["params"]
        model.rate = try Self.single(params["k"])
        model.offset = try Self.single(params["m"])
        model.noise = try Self.single(params["sigma_obs"])
        guard model.noise >= 0 else { throw try params["sigma_obs"].fail("is negative") }
        let times = try root["changepoints_t"]
        model.changepoints = try times.numbers()
        guard model.changepoints.count <= ProphetLimits.changepointsMax else {
            throw times.fail("more than \(ProphetLimits.changepointsMax)", .limit)
        }
        guard model.changepoints.allSatisfy(\.isFinite),
            zip(model.changepoints, model.changepoints.dropFirst()).allSatisfy({ $0 <= $1 })
        else { throw times.fail("must be finite and ascend") }
        model.changes = try Self.row(params["delta"], count: model.changepoints.count)
    }

    private mutating func readUncertainty() throws(LoadError) {
        if let width = try root.optional("interval_width") {
            model.intervalWidth = try width.double
            guard (0...1).contains(model.intervalWidth) else { throw width.fail("expected 0 … 1") }
        }
        if let samples = try root.optional("uncertainty_samples") {
            // False turns intervals off.
            model.samples = samples.value.bool == false ? 0 : try samples.integer
            guard (0...ProphetLimits.samplesMax).contains(model.samples) else {
                throw samples.fail("expected 0 … \(ProphetLimits.samplesMax)", .limit)
            }
        }
        let rows: Int
        if let own = try root.optional("vigie_history_rows") {
            rows = try own.integer
        } else {
            rows = try Self.table(root["history"]).elements.count
        }
        model.meanStep = rows > 1 ? 1 / Double(rows - 1) : 1
    }

    // MARK: Values

    /// pandas' table in a JSON text: its rows.
    static func table(_ field: ModelField) throws(LoadError) -> ModelField {
        try text(field)["data"]
    }

    /// The JSON value in a JSON text.
    static func text(_ field: ModelField) throws(LoadError) -> ModelField {
        let string = try field.string
        let value: JSONValue
        do { value = try JSONParser.parse(string) } catch {
            throw field.fail("not JSON: \(error)")
        }
        return ModelField(path: field.path, value: value)
    }

    /// A number that neither overflows when scaled nor is NaN.
    static func bounded(_ field: ModelField) throws(LoadError) -> Double {
        let value = try field.double
        guard abs(value) <= 1e100 else { throw field.fail("\(value) is beyond any scale") }
        return value
    }

    private static func positive(_ field: ModelField) throws(LoadError) -> Double {
        let value = try field.double
        guard (1e-100...1e100).contains(value) else {
            throw field.fail("\(value), where a positive number is expected")
        }
        return value
    }

    /// A parameter [draw][…] of one draw.
    static func row(_ field: ModelField, count: Int) throws(LoadError) -> [Double] {
        let draws = try field.elements
        guard draws.count == 1 else {
            throw field.fail(
                "has \(draws.count) draws; a model fitted with mcmc_samples is not supported",
                .unsupported)
        }
        let numbers = try draws[0].numbers(count: count)
        guard numbers.allSatisfy({ abs($0) <= 1e100 }) else {
            throw draws[0].fail("expected finite numbers")
        }
        return numbers
    }

    /// A parameter of one value a draw: [draw][1] or, in old files, [draw].
    private static func single(_ field: ModelField) throws(LoadError) -> Double {
        if let numbers = field.value.numbers, numbers.count == 1 { return numbers[0] }
        return try row(field, count: 1)[0]
    }
}
