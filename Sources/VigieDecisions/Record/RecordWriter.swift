import VigieCrypto
import VigieEngine
import VigieTelemetry

/// From drafts to records: the canonical text that is chained, and beside it what may be erased.
struct RecordWriter {
    private var randoms = Randoms()

    /// Appends a record to `json`.
    /// - Returns: what databases have columns for.
    mutating func write(
        _ facts: DecisionFacts, _ draft: ArraySlice<UInt8>, _ version: DecisionVersion,
        to json: inout JSONBytes, side: inout JSONBytes
    ) -> RecordColumns {
        var parts = DraftReader(draft)
        let request = parts.part()
        let caller = parts.part()
        let peer = parts.part()
        let message = parts.part()
        let inputs = parts.part()
        let outputs = parts.part()
        let reasons = parts.part()
        let id = randoms.uuid(time: facts.time)
        json.open("{")
        json.key("type")
        json.string("decision")
        json.key("id")
        json.string(id)
        json.key("time")
        json.string(RecordTime.text(facts.time))
        json.key("requestId")
        json.text(request)
        json.key("caller")
        json.text(caller)
        json.key("peer")
        json.text(peer)
        json.key("model")
        json.string(version.name)
        json.key("version")
        json.integer(version.version)
        json.key("manifest")
        json.string(version.manifestDigest)
        json.key("payload")
        json.string(version.payloadDigest)
        json.key("arm")
        json.string(facts.arm.label)
        json.key("method")
        json.string(facts.method.name)
        json.key("rows")
        json.integer(facts.rows)
        json.key("status")
        json.integer(facts.status)
        if !message.isEmpty {
            json.key("message")
            json.text(message)
        }
        if facts.status == 0 {
            write(results: facts, outputs, reasons, version, to: &json)
        }
        json.key("latencyNs")
        json.integer(facts.latency)
        if facts.trace.isValid {
            json.key("trace")
            json.string(facts.trace.traceID)
        }
        write(features: facts, inputs, version, to: &json, side: &side)
        json.close("}")
        return RecordColumns(
            id: id, time: facts.time, requestID: String(decoding: request, as: UTF8.self),
            caller: String(decoding: caller, as: UTF8.self), model: version.name,
            version: version.version, decision: facts.outcome.name, status: Int(facts.status))
    }

    private func write(
        results facts: DecisionFacts, _ outputs: ArraySlice<UInt8>, _ reasons: ArraySlice<UInt8>,
        _ version: DecisionVersion, to json: inout JSONBytes
    ) {
        if facts.method.isRow {
            json.key("score")
            json.number(facts.score)
            json.key("probabilityOfDefault")
            json.number(facts.probability)
            json.key("points")
            json.number(facts.points)
            json.key("decision")
            json.string(facts.outcome.name ?? "")
            json.key("reasons")
            json.open("[")
            var reader = DraftReader(reasons)
            while !reader.isAtEnd {
                let reason = Int(reader.number(UInt32.self))
                let feature = Int(reader.number(UInt32.self))
                json.open("{")
                json.key("code")
                json.string(
                    version.reasonCodes.indices.contains(reason) ? version.reasonCodes[reason] : "")
                json.key("feature")
                json.string(
                    version.features.indices.contains(feature)
                        ? version.features[feature].name : "")
                json.key("contribution")
                json.number(reader.double())
                json.close("}")
            }
            json.close("]")
        } else {
            json.key("outputsSha256")
            json.string(
                SHA256.digest(of: CanonicalBytes.tensors(version.outputs, outputs)).hex)
            json.key("outputs")
            Self.write(version.outputs, outputs, to: &json)
        }
    }

    private mutating func write(
        features facts: DecisionFacts, _ inputs: ArraySlice<UInt8>, _ version: DecisionVersion,
        to json: inout JSONBytes, side: inout JSONBytes
    ) {
        guard facts.hasFeatures, version.policy.features != .none else { return side.null() }
        let salt = randoms.take(16)
        var row: [Double] = []
        let canonical: [UInt8]
        if facts.method.isRow {
            var reader = DraftReader(inputs)
            while !reader.isAtEnd { row.append(reader.double()) }
            canonical = CanonicalBytes.row(version.features, row)
        } else {
            canonical = CanonicalBytes.tensors(version.inputs, inputs)
        }
        json.key("featuresSha256")
        json.string(CanonicalBytes.digest(salt: salt, canonical).hex)
        side.open("{")
        side.key("salt")
        side.hex(salt)
        if version.policy.features == .values {
            if facts.method.isRow {
                side.key("values")
                Self.write(version, row, to: &side)
            } else if !version.hidesFeatures {
                side.key("inputs")
                Self.write(version.inputs, inputs, to: &side)
            }
        }
        side.close("}")
    }

    /// Values by name; a category by its own name.
    private static func write(
        _ version: DecisionVersion, _ row: [Double], to json: inout JSONBytes
    ) {
        json.open("{")
        for (feature, value) in zip(version.features, row) {
            guard !feature.isPersonal || version.policy.keepsPersonalValues else { continue }
            json.key(feature.name)
            if value.isNaN {
                json.null()
                continue
            }
            switch feature.kind {
            case .boolean: json.bool(value != 0)
            case .category:
                let code = Int(exactly: value) ?? -1
                if feature.categories.indices.contains(code) {
                    json.string(feature.categories[code])
                } else {
                    json.number(value)
                }
            case .number, .integer: json.number(value)
            }
        }
        json.close("}")
    }

    private static func write(
        _ specs: [TensorSpec], _ draft: ArraySlice<UInt8>, to json: inout JSONBytes
    ) {
        var reader = DraftReader(draft)
        json.open("[")
        for spec in specs {
            guard let tensor = DraftTensor(spec.type, &reader) else { continue }
            json.open("{")
            json.key("name")
            json.string(spec.name)
            json.key("datatype")
            json.string(spec.type.protocolName.description)
            json.key("shape")
            json.open("[")
            for extent in tensor.shape { json.integer(extent) }
            json.close("]")
            json.key("data")
            tensor.write(spec.type, to: &json)
            json.close("}")
        }
        json.close("]")
    }
}

/// Times in records.
enum RecordTime {
    /// RFC 3339 in UTC, to the nanosecond.
    static func text(_ nanoseconds: UInt64) -> String {
        let digits = String(nanoseconds % 1_000_000_000 + 1_000_000_000).dropFirst()
        return Timestamp.text(nanoseconds).prefix(20) + digits + "Z"
    }
}

/// What databases have columns for, besides the record itself.
struct RecordColumns: Sendable {
    let id: String
    let time: UInt64
    let requestID: String
    let caller: String
    let model: String
    let version: Int
    let decision: String?
    let status: Int
}
