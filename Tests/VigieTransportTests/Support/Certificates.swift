import Foundation

/// Certificates made by the openssl command line in a folder of their own, removed at the end.
final class Certificates: Sendable {
    let folder: URL

    init() throws {
        folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("vigie-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

    /// `name`.pem and `name`.key, an authority.
    func authority(_ name: String) throws {
        try openssl(
            ["req", "-x509", "-nodes", "-days", "2", "-subj", "/CN=\(name)"] + newKey
                + ["-keyout", path("\(name).key"), "-out", path("\(name).pem")])
    }

    /// `name`.pem and `name`.key, signed by `authority`, for `alternatives` such as "DNS:localhost".
    func leaf(_ name: String, by authority: String, alternatives: String) throws {
        try openssl(
            ["req", "-nodes", "-subj", "/CN=\(name)"] + newKey
                + ["-keyout", path("\(name).key"), "-out", path("\(name).csr")])
        try "subjectAltName=\(alternatives)\n".write(
            toFile: path("\(name).ext"), atomically: true, encoding: .utf8)
        try openssl([
            "x509", "-req", "-days", "2", "-in", path("\(name).csr"), "-CA",
            path("\(authority).pem"), "-CAkey", path("\(authority).key"), "-CAcreateserial",
            "-extfile", path("\(name).ext"), "-out", path("\(name).pem"),
        ])
    }

    private let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]

    private struct Failure: Error { let arguments: [String] }

    private func openssl(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        process.standardError = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
    }
}
