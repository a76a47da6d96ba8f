import VigieEngine
import VigieTelemetry

extension PodReport {
    /// Bytes of a pod's answer: 32 rollouts with full histograms and samples take some 2 MB.
    package static let bytesMax = 16 << 20
    /// Rollouts that a pod may tell of.
    package static let rolloutsMax = 1024

    /// Reads what a pod answered. What is wrong in it counts as not told.
    /// - Throws: when it is no JSON, or no report at all.
    package static func read(_ bytes: [UInt8]) throws(RolloutError) -> PodReport {
        guard bytes.count <= bytesMax else {
            throw RolloutError([SpecProblem("", "is longer than \(bytesMax) bytes")])
        }
        let json: JSONValue
        do { json = try JSONParser.parse(bytes, depthMax: RolloutLimits.depthMax) } catch {
            throw RolloutError([SpecProblem("", "is no valid JSON: \(error)")])
        }
        guard json["rollouts"]?.array != nil else {
            throw RolloutError([SpecProblem("rollouts", "must be an array")])
        }
        let fields = LenientReader(json)
        return PodReport(
            pod: fields.text("pod"),
            rollouts: fields.list("rollouts", max: rolloutsMax).compactMap(
                RolloutReport.init(reading:)))
    }
}

extension RolloutReport {
    /// Arms, shadows, trips and failures of one rollout.
    private static let partsMax = 64

    init?(reading fields: LenientReader) {
        self.init(
            name: fields.text("name"), model: fields.text("model"),
            generation: fields.count("generation"), canaryVersion: fields.version("canaryVersion"),
            epoch: fields.time("epoch"), stepIndex: fields.count("stepIndex"))
        guard !name.isEmpty else { return nil }
        pods = max(1, fields.count("pods"))
        for (key, count) in fields.value["loaded"]?.object?.members ?? [] {
            guard let version = Int(key), let count = count.integer, count > 0 else { continue }
            loaded[version] = count
        }
        failed = fields.list("failed", max: Self.partsMax).compactMap { fields in
            fields.version("version").map {
                LoadFailure(version: $0, message: fields.text("message"))
            }
        }
        trips = fields.list("trips", max: Self.partsMax).compactMap(GuardTrip.init(reading:))
        for (key, count) in (fields.value["routes"]?.object?.members ?? []).prefix(Self.partsMax) {
            routes[key] = count.integer.flatMap { UInt64(exactly: $0) }
        }
        for arm in fields.list("arms", max: Self.partsMax) {
            if let arm = ArmReport(reading: arm) { add(arm) }
        }
        for shadow in fields.list("shadows", max: Self.partsMax) {
            if let shadow = ShadowReport(reading: shadow) { add(shadow) }
        }
    }
}

extension LenientReader {
    func unsigned(_ key: String) -> UInt64 { UInt64(count(key)) }
}

extension GuardTrip {
    init?(reading fields: LenientReader) {
        guard let version = fields.version("version"),
            let reason: Reason = fields.choice("reason"), let time = fields.time("time")
        else { return nil }
        self.init(version: version, reason: reason, message: fields.text("message"), time: time)
    }
}

extension ArmReport {
    init?(reading fields: LenientReader) {
        let label = fields.text("arm")
        guard let arm = Arm.allCases.first(where: { $0.label == label }),
            let version = fields.version("version")
        else { return nil }
        self.init(arm, version: version)
        requests = fields.unsigned("requests")
        errors = fields.unsigned("errors")
        rejections = fields.unsigned("rejections")
        nonFinite = fields.unsigned("nonFinite")
        latency = SparseCounts(reading: fields.value["latency"])
        latencySum = fields.unsigned("latencySum")
        scores = SparseCounts(reading: fields.value["scores"])
        reference = fields.value["reference"].flatMap(ReferenceScores.init(reading:))
    }
}

extension ReferenceScores {
    init?(reading json: JSONValue) {
        if let edges = json["edges"]?.numbers, let counts = json["shares"]?.numbers {
            guard !edges.isEmpty, zip(edges, edges.dropFirst()).allSatisfy({ $0 < $1 }),
                counts.allSatisfy({ $0.isFinite && $0 >= 0 }),
                counts.count == edges.count - 1 || counts.count == edges.count + 1
            else { return nil }
            self = .histogram(edges: edges, counts: counts)
        } else {
            self = .sample(SparseCounts(reading: json))
        }
    }
}

extension ShadowReport {
    init?(reading fields: LenientReader) {
        guard let version = fields.version("version"), let against = fields.version("against")
        else { return nil }
        self.init(version: version, against: against)
        offered = fields.unsigned("offered")
        dropped = fields.unsigned("dropped")
        failed = fields.unsigned("failed")
        comparison = ComparisonReport(reading: LenientReader(fields.value["comparison"] ?? .null))
    }
}

extension ComparisonReport {
    init(reading fields: LenientReader) {
        let bands = fields.value["bands"]?.numbers ?? []
        self.init(bands: Array(bands.prefix(RolloutLimits.bandsMax)))
        compared = fields.unsigned("compared")
        flips = fields.unsigned("flips")
        mismatches = fields.unsigned("mismatches")
        nonFinite = fields.unsigned("nonFinite")
        let counts = (fields.value["confusion"]?.numbers ?? []).map { UInt64(exactly: $0) ?? 0 }
        if counts.count == confusion.count { confusion = counts }
        differences = SparseCounts(reading: fields.value["differences"])
        absoluteSum = fields.number("absoluteSum") ?? 0
        signedSum = fields.number("signedSum") ?? 0
        squareSum = fields.number("squareSum") ?? 0
        largest = fields.number("largest") ?? 0
        samples = fields.list("samples", max: Self.samplesMax)
            .compactMap(Disagreement.init(reading:))
    }
}

extension Disagreement {
    init?(reading fields: LenientReader) {
        guard let live = fields.number("live"), let shadow = fields.number("shadow"),
            let time = fields.time("time")
        else { return nil }
        let members = fields.value["features"]?.object?.members ?? []
        self.init(
            live: live, shadow: shadow, time: time, request: fields.text("request"),
            features: members.prefix(Self.featuresMax).compactMap { key, value in
                value.string.map { Feature(key, $0) }
            })
    }
}
