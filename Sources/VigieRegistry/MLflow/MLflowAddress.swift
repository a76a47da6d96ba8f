import VigieCrypto

/// Where an MLflow registry is: `mlflow+https://host:port/path?models=fraud,credit&ca=/etc/ca.pem`.
package struct MLflowAddress: Sendable, Equatable {
    /// Scheme, host, port and path, without a `/` at its end.
    package var server: String
    /// The registered models that are looked at, by MLflow's names; nil for all.
    package var models: Set<String>?
    /// A PEM file of authorities that the server's certificate is checked against.
    package var authorities: String?

    /// - Throws: `.folder` with what is wrong with `text`.
    package init(_ text: String) throws(RegistryError) {
        func wrong(_ problem: String) -> RegistryError {
            RegistryError(
                .folder,
                "\(problem); expected mlflow+http://host:port or mlflow+https://host:port, and "
                    + "after a '?' models=a,b or ca=file")
        }
        let parts = text.dropFirst("mlflow+".count).split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var server = String(parts[0])
        while server.hasSuffix("/") { server.removeLast() }
        guard let scheme = ["http://", "https://"].first(where: { server.hasPrefix($0) }) else {
            throw wrong("'\(text)' is no MLflow server")
        }
        let rest = server.dropFirst(scheme.count)
        guard !rest.isEmpty, rest.first != "/",
            rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw wrong("there is no host in '\(server)'") }
        guard !rest.contains("@") else {
            throw wrong(
                "credentials do not belong into the URL: set MLFLOW_TRACKING_USERNAME and "
                    + "MLFLOW_TRACKING_PASSWORD")
        }
        self.server = server
        for parameter in parts.count > 1 ? parts[1].split(separator: "&") : [] {
            let sides = parameter.split(
                separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, let value = PercentEncoding.decode(sides[1]) else {
                throw wrong("'\(parameter)' is no name=value")
            }
            switch sides[0] {
            case "models": models = Set(value.split(separator: ",").map(String.init))
            case "ca": authorities = value
            default: throw wrong("there is no parameter '\(sides[0])'")
            }
        }
    }
}
