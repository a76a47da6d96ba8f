import VigieEngine
import VigieProtos
import VigieRPC
import VigieRegistry

/// All that is wrong with an application, as a status: for people in its message, for programs in a
/// google.rpc.BadRequest.
///
/// A status travels in headers, and gRPC's C core begins to refuse responses at 8 KiB of them. So
/// its parts have budgets, which hold the faults of some 80 features; of more, the first are told
/// and the others counted.
struct FaultList {
    /// Bytes of the message, which stands in the headers twice: as text, and in the details.
    static let messageBytesMax = 1000
    /// Bytes of the violations, which base 64 makes a third longer.
    static let violationBytesMax = 3300

    private let limits: ServiceLimits
    private var violations: [FieldViolation] = []
    private var violationBytes = 0
    private var sentences: [String] = []
    private var sentenceBytes = 0
    private var count = 0

    init(_ limits: ServiceLimits) { self.limits = limits }

    mutating func add(
        _ fault: FeatureFault, _ name: Text, _ value: VigieV1.FeatureValue?, _ feature: Feature?
    ) {
        count += 1
        let quoted = name.quoted
        let text = fault.explanation(
            value, feature, categoriesListed: limits.maxListedCategories)
        let field = "features." + quoted.dropFirst().dropLast()
        // Tags and lengths of the two fields and the message take 6 bytes.
        violationBytes += field.utf8.count + text.utf8.count + 6
        if violationBytes <= Self.violationBytesMax {
            violations.append(FieldViolation(field, text))
        }
        sentenceBytes += quoted.utf8.count + text.utf8.count + 3
        if sentenceBytes <= Self.messageBytesMax { sentences.append("\(quoted) \(text)") }
    }

    /// INVALID_ARGUMENT with everything.
    func status(model: LoadedModel) -> RPCStatus {
        var message = "the application does not fit '\(model.name)' \(model.version): "
        message += sentences.joined(separator: "; ")
        if count > sentences.count { message += "; and \(count - sentences.count) more" }
        var told = violations
        if count > violations.count {
            told.append(
                FieldViolation("features", "and \(count - violations.count) more are wrong"))
        }
        return .invalidArgument(message, fieldViolations: told)
    }
}
