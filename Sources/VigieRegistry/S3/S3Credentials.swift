import Glibc
import VigieCrypto

/// Credentials and region where AWS's own tools look for them: the variables `AWS_ACCESS_KEY_ID`,
/// `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`, then the profile `AWS_PROFILE` (or `default`) of the
/// file `AWS_SHARED_CREDENTIALS_FILE` (or `~/.aws/credentials`), which is read anew each time: what
/// rotates it need not restart pods.
package struct S3Credentials: Sendable {
    private let variable: @Sendable (String) -> String?

    /// - Parameter variable: the environment.
    package init(
        variable: @escaping @Sendable (String) -> String? = {
            getenv($0).map { String(cString: $0) }
        }
    ) {
        self.variable = variable
    }

    /// - Throws: `.denied` when there are none, with where they were looked for.
    package func find() throws(RemoteError) -> AWSCredentials {
        if let key = filled("AWS_ACCESS_KEY_ID") {
            guard let secret = filled("AWS_SECRET_ACCESS_KEY") else {
                throw RemoteError(
                    .denied, "AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is not")
            }
            return AWSCredentials(
                accessKey: key, secretKey: secret, sessionToken: filled("AWS_SESSION_TOKEN"))
        }
        let file = path("AWS_SHARED_CREDENTIALS_FILE", "credentials")
        let profile = filled("AWS_PROFILE") ?? "default"
        guard let values = file.flatMap({ Self.section(profile, of: $0) }) else {
            throw RemoteError(
                .denied,
                "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or write "
                    + "the profile [\(profile)] into \(file ?? "~/.aws/credentials")")
        }
        guard let key = values["aws_access_key_id"], let secret = values["aws_secret_access_key"]
        else {
            throw RemoteError(
                .denied,
                "the profile [\(profile)] in \(file ?? "") lacks aws_access_key_id or "
                    + "aws_secret_access_key")
        }
        return AWSCredentials(
            accessKey: key, secretKey: secret, sessionToken: values["aws_session_token"])
    }

    /// `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile in `AWS_CONFIG_FILE` (or
    /// `~/.aws/config`).
    package func region() -> String? {
        if let region = filled("AWS_REGION") ?? filled("AWS_DEFAULT_REGION") { return region }
        let profile = filled("AWS_PROFILE") ?? "default"
        return path("AWS_CONFIG_FILE", "config").flatMap {
            Self.section(profile == "default" ? profile : "profile \(profile)", of: $0)?["region"]
        }
    }

    private func filled(_ name: String) -> String? {
        variable(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    private func path(_ name: String, _ file: String) -> String? {
        filled(name) ?? filled("HOME").map { "\($0)/.aws/\(file)" }
    }

    /// The `name = value` lines under `[section]`; nil when there is no such file or section.
    private static func section(_ section: String, of path: String) -> [String: String]? {
        let parts = path.split(separator: "/")
        guard let name = parts.last else { return nil }
        let folder = String(path.dropLast(name.utf8.count))
        guard
            let bytes = try? OpenFolder(folder.isEmpty ? "." : folder)
                .read(String(name), bytesMax: 1 << 20)
        else { return nil }
        var values: [String: String]?
        for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline) {
            let line = line.trimmed
            if line.hasPrefix("["), line.hasSuffix("]") {
                if values != nil { break }
                if line.dropFirst().dropLast().trimmed == section { values = [:] }
            } else if values != nil, !line.hasPrefix("#"), !line.hasPrefix(";"),
                let equals = line.firstIndex(of: "=")
            {
                let value = String(line[line.index(after: equals)...].trimmed)
                values?[String(line[..<equals].trimmed)] = value
            }
        }
        return values
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        var text = drop(while: \.isWhitespace)
        while text.last?.isWhitespace == true { text.removeLast() }
        return text
    }
}
