import VigieProtos
import VigieRPC
import VigieTransport

/// `vigie.v1.Diagnostics` on one loop.
enum Diagnostics {
    static func install(on handler: RPCHandler, _ services: VigieServices) {
        handler.unary(VigieV1.Diagnostics.Ping.self) { request, response, _ in
            // A view: request and response live in the same arena.
            response.payload = request.payload
        }
        handler.unary(VigieV1.Diagnostics.Version.self) { _, response, _ in
            response.setVersion(services.version)
            for (key, value) in BuildFacts.all { response.addBuild(key: key, value: value) }
            let uptime = services.uptime.clampedNanoseconds
            let message = response.mutableUptime()
            message.seconds = Int64(uptime / 1_000_000_000)
            message.nanos = Int32(uptime % 1_000_000_000)
        }
    }
}

/// What this build is made of.
package enum BuildFacts {
    /// Names and values: "swift", "openssl", …
    package static let all: [(String, String)] = [
        ("swift", swiftVersion), ("target", target), ("configuration", configuration),
        ("nghttp2", LibraryVersions.nghttp2), ("openssl", LibraryVersions.openSSL),
        ("protobuf-c", protobufCVersion),
    ]

    private static var configuration: String {
        #if DEBUG
            "debug"
        #else
            "release"
        #endif
    }

    private static var target: String {
        #if arch(x86_64)
            "x86_64-linux"
        #elseif arch(arm64)
            "aarch64-linux"
        #else
            "linux"
        #endif
    }

    /// The compiler's version as far as a program can tell.
    private static var swiftVersion: String {
        #if compiler(>=6.4)
            "6.4 or later"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2 or earlier"
        #endif
    }
}
