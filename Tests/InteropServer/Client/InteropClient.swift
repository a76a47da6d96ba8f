import Glibc
import VigieProtos
import VigieRPC
import VigieTransport

/// gRPC's interop cases (grpc/grpc doc/interop-test-descriptions.md) from our client.
struct InteropClient {
    typealias Service = GrpcTesting.TestService

    let client: RPCClient

    init(_ options: Options) throws {
        var channel = ChannelOptions()
        if let authority = options.tlsClientAuthority {
            channel.tls = try TLSContext.client(
                TLSConfiguration(authorityFile: authority, serverName: options.serverName))
            channel.authority = options.serverName
        }
        let address = try SocketAddress.parse("\(options.host):\(options.port)")
        client = try RPCClient(to: address, options: channel)
    }

    static let cases: [(name: String, run: @Sendable (InteropClient) async throws -> Void)] = [
        ("empty_unary", { try await $0.emptyUnary() }),
        ("large_unary", { try await $0.largeUnary() }),
        ("client_compressed_unary", { try await $0.clientCompressedUnary() }),
        ("server_compressed_unary", { try await $0.serverCompressedUnary() }),
        ("client_streaming", { try await $0.clientStreaming() }),
        ("client_compressed_streaming", { try await $0.clientCompressedStreaming() }),
        ("server_streaming", { try await $0.serverStreaming() }),
        ("server_compressed_streaming", { try await $0.serverCompressedStreaming() }),
        ("ping_pong", { try await $0.pingPong() }),
        ("empty_stream", { try await $0.emptyStream() }),
        ("custom_metadata", { try await $0.customMetadata() }),
        ("trace_context", { try await $0.traceContext() }),
        ("status_code_and_message", { try await $0.statusCodeAndMessage() }),
        ("special_status_message", { try await $0.specialStatusMessage() }),
        ("unimplemented_method", { try await $0.unimplementedMethod() }),
        ("unimplemented_service", { try await $0.unimplementedService() }),
        ("cancel_after_begin", { try await $0.cancelAfterBegin() }),
        ("cancel_after_first_response", { try await $0.cancelAfterFirstResponse() }),
        ("timeout_on_sleeping_server", { try await $0.timeoutOnSleepingServer() }),
    ]

    /// Runs the named cases, prints "OK: name" for each, and gives the number that failed.
    static func run(_ options: Options, _ names: [String]) async throws -> Int32 {
        let known = Dictionary(
            uniqueKeysWithValues: (cases + failureCases).map { ($0.name, $0.run) })
        var failures: Int32 = 0
        for name in names == ["all"] ? cases.map(\.name) : names {
            guard let run = known[name] else {
                throw Options.Failure(message: "unknown case '\(name)'")
            }
            do {
                try await run(InteropClient(options))
                print("OK: \(name)")
            } catch {
                failures += 1
                print("FAILED: \(name): \(error)")
            }
        }
        return failures
    }
}

/// Something that should have been otherwise.
struct Mismatch: Error, CustomStringConvertible {
    let description: String
}

func expect<Value: Equatable>(_ found: Value, _ wanted: Value, _ what: String) throws {
    if found != wanted { throw Mismatch(description: "\(what) is \(found) instead of \(wanted)") }
}

/// Makes sure that a call ends with a status, and returns that.
func expectFailure(
    _ code: StatusCode, _ call: () async throws -> Void
) async throws -> RPCStatus {
    do { try await call() } catch let status as RPCStatus {
        try expect(status.code, code, "the status (\(status))")
        return status
    }
    throw Mismatch(description: "the call succeeded instead of ending with \(code.name)")
}
