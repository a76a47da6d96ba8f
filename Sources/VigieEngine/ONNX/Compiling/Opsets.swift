import VigieProtos

/// The versions of the operator sets that a model asks for.
struct Opsets {
    private var versions: [String: Int] = [:]

    static let mlDomain = "ai.onnx.ml"
    /// ONNX Runtime's own operators, of which converters use a few.
    static let microsoftDomain = "com.microsoft"

    /// - Parameter imports: of a model, or of a function.
    init(_ imports: Repeated<Onnx.OperatorSetIdProto>) throws(LoadError) {
        for entry in imports {
            let domain = entry.domain == "ai.onnx" ? "" : String(entry.domain)
            let version = Int(entry.version)
            switch domain {
            case "":
                try check(version, "ai.onnx", 1...ONNXLimits.opsetMax)
            case Self.mlDomain:
                try check(version, domain, 1...ONNXLimits.mlOpsetMax)
            case Self.microsoftDomain:
                try check(version, domain, 1...1)
            default:
                // Refused when a node uses it.
                break
            }
            if let other = versions[domain], other != version {
                throw LoadError(.corrupt, "operator set '\(domain)' is imported twice")
            }
            versions[domain] = version
        }
    }

    private func check(
        _ version: Int, _ domain: String, _ supported: ClosedRange<Int>
    ) throws(LoadError) {
        guard supported.contains(version) else {
            throw LoadError(
                .unsupported,
                "operator set \(domain) version \(version); supported are"
                    + " \(domain == "ai.onnx" ? ONNXLimits.opsetMin : 1) to \(supported.upperBound)"
            )
        }
    }

    subscript(domain: String) -> Int? { versions[domain] }
}
