import VigieProtos

/// A field of a request that is not as it should be (google.rpc.BadRequest.FieldViolation).
package struct FieldViolation: Sendable, Equatable {
    /// The field's path in the request: "features.age".
    package var field: String
    /// What is wrong with it, as a sentence for the caller's developer.
    package var description: String

    package init(_ field: String, _ description: String) {
        self.field = field
        self.description = description
    }
}

/// Rich error details: a google.rpc.Status in `grpc-status-details-bin`.
extension RPCStatus {
    /// INVALID_ARGUMENT that names every offending field at once: in the details for programs, and in
    /// the message for people.
    package static func invalidArgument(
        _ message: String? = nil, fieldViolations: [FieldViolation]
    ) -> RPCStatus {
        let text =
            message
            ?? fieldViolations.map { "\($0.field): \($0.description)" }.joined(separator: "; ")
        var status = RPCStatus(.invalidArgument, text)
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let detail = GoogleRpc.BadRequest(in: arena)
        for violation in fieldViolations {
            let entry = detail.addFieldViolations()
            entry.setField(violation.field)
            entry.setDescription(violation.description)
        }
        status.addDetail(detail)
        return status
    }

    /// Adds a message to the details, which programs read by its type.
    package mutating func addDetail<M: Message>(_ detail: M) {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        let whole = GoogleRpc.Status(in: arena)
        whole.code = Int32(code.rawValue)
        whole.setMessage(message)
        if !details.isEmpty,
            let earlier = try? GoogleRpc.Status(decoding: details.span.bytes, in: arena)
        {
            for entry in earlier.details { whole.appendDetails(entry) }
        }
        let entry = whole.addDetails()
        entry.setTypeUrl("type.googleapis.com/" + M.protoName)
        entry.setValue(detail.encodedBytes().span.bytes)
        details = whole.encodedBytes()
    }

    /// The first detail of a type, in `arena`; nil when there is none, or it cannot be read.
    package func detail<M: Message>(_ type: M.Type, in arena: Arena) -> M? {
        guard !details.isEmpty,
            let whole = try? GoogleRpc.Status(decoding: details.span.bytes, in: arena)
        else { return nil }
        let suffix = "/" + M.protoName
        for entry in whole.details where String(entry.typeUrl).hasSuffix(suffix) {
            return try? M(decoding: entry.value.rawSpan, in: arena)
        }
        return nil
    }

    /// The fields that a status made by ``invalidArgument(_:fieldViolations:)`` names.
    package var fieldViolations: [FieldViolation] {
        let arena = Arena()
        defer { withExtendedLifetime(arena) {} }
        return detail(GoogleRpc.BadRequest.self, in: arena)?.fieldViolations.map {
            FieldViolation(String($0.field), String($0.description))
        } ?? []
    }
}
