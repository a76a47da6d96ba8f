/// The methods that can be asked.
package enum LoadMethod: String, Sendable, CaseIterable {
    case ping
    case infer
    case stream
    case score

    /// The path in HTTP/2.
    package var path: String {
        switch self {
        case .ping: "/vigie.v1.Diagnostics/Ping"
        case .infer: "/inference.GRPCInferenceService/ModelInfer"
        case .stream: "/inference.GRPCInferenceService/ModelStreamInfer"
        case .score: "/vigie.v1.CreditScoring/ScoreApplication"
        }
    }

    /// The method's own name, as reports have it.
    package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    package var needsModel: Bool { self != .ping }
    /// Many requests, one after the other, over one long call.
    package var isStreaming: Bool { self == .stream }

    /// `infer` or `ModelInfer`, in any case.
    package init?(name: String) {
        let wanted = name.lowercased()
        guard
            let method = Self.allCases.first(where: {
                $0.rawValue == wanted || $0.name.lowercased() == wanted
            })
        else { return nil }
        self = method
    }
}
