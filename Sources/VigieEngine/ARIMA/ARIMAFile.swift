/// What `arima.json` holds: one model for each series, by key, and a default for others.
///
///     {"format": "vigie-arima", "formatVersion": 1, "library": "statsmodels 0.15.0",
///      "horizon": 14, "exog": ["payday", "holiday"],
///      "default": {MODEL}, "models": {"ATM-0001": {MODEL}, …}}
///
/// `default` may be absent: then a request must name its series. `horizon` (7) is what a request
/// gets that asks for none. A MODEL is
///
///     {"order": [p, d, q], "seasonalOrder": [P, D, Q, s],
///      "ar": […p], "ma": […q], "seasonalAr": […P], "seasonalMa": […Q],
///      "trend": [c0, c1, …], "mean": [m0, m1, …], "timeOffset": 1, "exog": […],
///      "variance": σ², "measurementVariance": 0, "simpleDifferencing": false,
///      "start": "stationary" | "diffuse", "diffuseVariance": 1e6,
///      "stateSpace": "harvey" | "r", "burn": n}
///
/// of which only `order` must be there, and the coefficients that the orders call for. See
/// ``ARIMAParameters`` for what each means. Without `variance` it is estimated from each history.
struct ARIMAFile: Sendable {
    /// The regressors' names, in the order of their columns.
    let regressors: [String]
    let horizon: Int
    /// The series' keys, in the file's order.
    let keys: [String]
    /// A model for each key, then the default if there is one.
    let models: [ARIMAParameters]

    var hasDefault: Bool { models.count > keys.count }

    init(_ bytes: [UInt8]) throws(LoadError) {
        let value: JSONValue
        do { value = try JSONParser.parse(bytes) } catch {
            throw LoadError(.corrupt, "not JSON: \(error)")
        }
        let root = ModelField(path: "", value: value)
        let format = try root["format"]
        guard try format.string == "vigie-arima" else {
            throw format.fail("expected 'vigie-arima'")
        }
        let version = try root["formatVersion"]
        guard try version.integer == 1 else {
            throw version.fail("\(try version.integer); this engine reads 1", .unsupported)
        }
        regressors = try Self.names(root)
        horizon = try Self.horizon(root)
        (keys, models) = try Self.models(root, regressors: regressors.count)
    }

    private static func names(_ root: ModelField) throws(LoadError) -> [String] {
        guard let field = try root.optional("exog") else { return [] }
        let names = try field.strings
        guard names.count <= ARIMALimits.regressorsMax else {
            throw field.fail("more than \(ARIMALimits.regressorsMax)", .limit)
        }
        guard Set(names).count == names.count else { throw field.fail("a name is there twice") }
        return names
    }

    private static func horizon(_ root: ModelField) throws(LoadError) -> Int {
        guard let field = try root.optional("horizon") else { return 7 }
        guard (1...ARIMALimits.horizonMax).contains(try field.integer) else {
            throw field.fail("expected 1 … \(ARIMALimits.horizonMax)", .limit)
        }
        return try field.integer
    }

    private static func models(_ root: ModelField, regressors: Int) throws(LoadError) -> (
        [String], [ARIMAParameters]
    ) {
        var keys: [String] = []
        var models: [ARIMAParameters] = []
        var work = 0.0
        func add(_ field: ModelField) throws(LoadError) {
            let model = try ARIMAParameters(field, regressors: regressors)
            let order = Double(model.armaStates)
            work += order * order * order
            guard work <= ARIMALimits.loadWorkMax else {
                throw field.fail("the models have too many states together", .limit)
            }
            models.append(model)
        }
        if let field = try root.optional("models") {
            guard let object = field.value.object else { throw field.fail("expected an object") }
            guard object.count <= ARIMALimits.modelsMax else {
                throw field.fail("more than \(ARIMALimits.modelsMax)", .limit)
            }
            for member in object.members {
                guard member.key.utf8.count <= ARIMALimits.keyBytesMax else {
                    throw field.fail(
                        "a key is longer than \(ARIMALimits.keyBytesMax) bytes", .limit)
                }
                try add(ModelField(path: "models['\(member.key)']", value: member.value))
                keys.append(member.key)
            }
        }
        if let field = try root.optional("default") { try add(field) }
        guard !models.isEmpty else { throw root.fail("holds neither 'models' nor 'default'") }
        return (keys, models)
    }
}
