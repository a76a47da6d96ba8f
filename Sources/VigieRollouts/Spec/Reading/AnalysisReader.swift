import VigieRegistry

/// Reads one of `spec.strategy.analysis`.
enum AnalysisReader {
    static func read(_ fields: FieldReader) -> AnalysisSpec? {
        let name = fields.required("name") { (node) throws(ManifestError) in try node.label() }
        let source = fields.required("source") { (node) throws(ManifestError) in
            try node.choice(AnalysisSource.self)
        }
        guard let name, let source else { return nil }
        var analysis = AnalysisSpec(name, source)
        readLimits(fields, &analysis)
        readQuery(fields, &analysis)
        readRange(fields, &analysis)
        return analysis
    }

    private static func readLimits(_ fields: FieldReader, _ analysis: inout AnalysisSpec) {
        func limit(_ key: String, _ fallback: Int) -> Int {
            fields.optional(key) { (node) throws(ManifestError) in try node.integer(0...1_000_000) }
                ?? fallback
        }
        analysis.failureLimit = limit("failureLimit", AnalysisSpec.failureLimitDefault)
        analysis.inconclusiveLimit = limit(
            "inconclusiveLimit", AnalysisSpec.inconclusiveLimitDefault)
        analysis.consecutiveErrorLimit = limit(
            "consecutiveErrorLimit", AnalysisSpec.consecutiveErrorLimitDefault)
        analysis.startingStep = limit("startingStep", 0)
        analysis.interval =
            fields.optional("interval") { (node) throws(ManifestError) in
                try node.duration(.seconds(1)...RolloutLimits.durationMax)
            } ?? AnalysisSpec.intervalDefault
    }

    private static func readQuery(_ fields: FieldReader, _ analysis: inout AnalysisSpec) {
        analysis.query = fields.optional("query") { (node) throws(ManifestError) in
            try node.string(bytesMax: RolloutLimits.queryBytesMax)
        }
        analysis.address = fields.optional("address") { (node) throws(ManifestError) in
            let address = try node.line(bytesMax: RolloutLimits.queryBytesMax)
            guard address.hasPrefix("http://") || address.hasPrefix("https://") else {
                throw node.error("must begin with http:// or https://")
            }
            return address
        }
        if analysis.source == .prometheus {
            if !fields.has("query") { fields.refuse("query", "is missing: 'prometheus' needs one") }
            if analysis.query == "" { fields.refuse("query", "must not be empty") }
        } else {
            for key in ["query", "address"] where fields.has(key) {
                fields.refuse(key, "goes with the source 'prometheus' only")
            }
        }
    }

    private static func readRange(_ fields: FieldReader, _ analysis: inout AnalysisSpec) {
        analysis.max = fields.optional("max") { (node) throws(ManifestError) in try node.number() }
        analysis.min = fields.optional("min") { (node) throws(ManifestError) in try node.number() }
        if let alpha = fields.optional(
            "alpha", { (node) throws(ManifestError) in try node.number() })
        {
            if alpha > 0, alpha < 1 {
                analysis.alpha = alpha
            } else {
                fields.refuse("alpha", "must be over 0 and below 1")
            }
            if !analysis.source.isTest {
                fields.refuse("alpha", "goes with the sources 'errorRateTest' and 'flipRateTest'")
            }
        }
        switch analysis.source {
        case .errorRateTest:
            for key in ["max", "min"] where fields.has(key) {
                fields.refuse(key, "goes with no 'errorRateTest': 'alpha' decides")
            }
        case .flipRateTest:
            if fields.has("min") {
                fields.refuse("min", "goes with no 'flipRateTest': 'alpha' decides")
            }
            if !fields.has("max") {
                fields.refuse("max", "is missing: the flip rate that is borne, 0 … 1")
            } else if let max = analysis.max, !(0...1).contains(max) {
                fields.refuse("max", "must be from 0 to 1")
            }
        default:
            if !fields.has("max"), !fields.has("min") {
                fields.refuse("max", "is missing: an analysis has 'max' or 'min', or both")
            }
            if let max = analysis.max, let min = analysis.min, min > max {
                fields.refuse("min", "must be at most 'max'")
            }
        }
    }
}
