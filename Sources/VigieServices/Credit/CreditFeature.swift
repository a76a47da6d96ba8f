import VigieEngine
import VigieProtos

/// One feature of a model's signature, ready to read a caller's value.
struct CreditFeature {
    let kind: Feature.Kind
    /// Without bounds: the infinities.
    let minimum: Double
    let maximum: Double
    let allowsMissing: Bool
    /// For kind category.
    let categories: NameTable

    init(_ feature: Feature, _ arena: Arena) {
        kind = feature.kind
        minimum = feature.minimum ?? -.infinity
        maximum = feature.maximum ?? .infinity
        allowsMissing = feature.missing == .allow
        categories = NameTable(feature.categories.map { Text(copying: $0, in: arena) })
    }

    /// The value for the model's row. A missing one is NaN.
    @inline(__always)
    func read(_ value: VigieV1.FeatureValue) throws(FeatureFault) -> Double {
        switch value.value {
        case .number(let number):
            switch kind {
            case .number: return try checked(number)
            case .integer:
                guard number.isFinite else { throw .notFinite }
                guard number == number.rounded(.towardZero) else { throw .fraction }
                return try checked(number)
            case .category, .boolean: throw .wrongKind
            }
        case .integer(let whole):
            guard kind == .number || kind == .integer else { throw .wrongKind }
            return try checked(Double(whole))
        case .text(let text):
            guard kind == .category else { throw .wrongKind }
            guard let code = categories.find(text) else { throw .unknownCategory }
            return Double(code)
        case .flag(let flag):
            guard kind == .boolean else { throw .wrongKind }
            return flag ? 1 : 0
        case nil:
            guard allowsMissing else { throw .missing }
            return .nan
        }
    }

    @inline(__always)
    private func checked(_ number: Double) throws(FeatureFault) -> Double {
        guard number.isFinite else { throw .notFinite }
        guard number >= minimum, number <= maximum else { throw .outOfRange }
        return number
    }
}

/// What can be wrong with a feature of an application.
enum FeatureFault: Error {
    /// The signature has no feature of that name.
    case unknownFeature
    /// The feature is there more than once.
    case duplicate
    /// The feature, or its value, is not there, and the model insists on it.
    case missing
    /// Text for a number, and so on.
    case wrongKind
    /// NaN or an infinity.
    case notFinite
    /// A fraction for a whole number.
    case fraction
    case outOfRange
    case unknownCategory
}
