import VigieEngine
import VigieProtos

extension FeatureFault {
    /// What the caller is told after the feature's name: "is 17, below the minimum of 18 years".
    /// - Parameters:
    ///   - value: nil when there is none.
    ///   - feature: nil for one that the model does not have.
    func explanation(
        _ value: VigieV1.FeatureValue?, _ feature: Feature?, categoriesListed: Int
    ) -> String {
        // Messages go into logs and traces, ours and the caller's: what is personal stays out of them.
        let shown = feature?.isPersonal == true ? "a value (personal)" : Self.shown(value)
        switch self {
        case .unknownFeature: return "is no feature of this model"
        case .duplicate: return "is there more than once"
        case .missing: return "is missing"
        case .wrongKind:
            return "is \(Self.kind(of: value)), but \(Self.wanted(feature)) is expected"
        case .notFinite: return "is \(shown), which is no finite number"
        case .fraction: return "is \(shown), but a whole number is expected"
        case .outOfRange:
            // Personal or not, a caller needs to know which bound it is.
            return "is \(shown), \(Self.bound(value, feature))"
        case .unknownCategory:
            let all = feature?.categories ?? []
            let listed = all.prefix(categoriesListed).map { "'\($0)'" }.joined(separator: ", ")
            let more = all.count > categoriesListed ? ", … (\(all.count) in all)" : ""
            return "is \(shown), but must be one of \(listed)\(more)"
        }
    }

    private static func kind(of value: VigieV1.FeatureValue?) -> String {
        switch value?.value {
        case .number: "a number"
        case .integer: "a whole number"
        case .text: "text"
        case .flag: "a flag"
        case nil: "nothing"
        }
    }

    private static func wanted(_ feature: Feature?) -> String {
        switch feature?.kind {
        case .number, nil: "a number"
        case .integer: "a whole number"
        case .category: "text that names a category"
        case .boolean: "a flag"
        }
    }

    private static func shown(_ value: VigieV1.FeatureValue?) -> String {
        switch value?.value {
        case .number(let number): plain(number)
        case .integer(let whole): String(whole)
        case .text(let text): text.quoted
        case .flag(let flag): String(flag)
        case nil: "nothing"
        }
    }

    private static func bound(_ value: VigieV1.FeatureValue?, _ feature: Feature?) -> String {
        let number: Double =
            switch value?.value {
            case .number(let number): number
            case .integer(let whole): Double(whole)
            default: .nan
            }
        let unit = feature.map { $0.unit.isEmpty ? "" : " \($0.unit)" } ?? ""
        if let minimum = feature?.minimum, number < minimum {
            return "below the minimum of \(plain(minimum))\(unit)"
        }
        return "above the maximum of \(plain(feature?.maximum ?? .infinity))\(unit)"
    }

    /// "18" rather than "18.0".
    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
