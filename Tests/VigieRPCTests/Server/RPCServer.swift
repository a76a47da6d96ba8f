import VigieProtos
import VigieRPC
import VigieTransport

/// A server and a client in this process, for tests.
final class RPCServer: Sendable {
    let server: HTTPServer
    let client: RPCClient
    private let thread: LoopThread

    init(
        limits: RPCLimits = RPCLimits(), options: ChannelOptions = ChannelOptions(),
        _ register: @escaping (RPCHandler) -> Void
    ) throws {
        let loop = try EventLoop()
        server = try HTTPServer(
            listen: .parse("127.0.0.1:0"), loops: [loop], limits: ServerLimits(), tls: nil
        ) { loop in
            let handler = RPCHandler(loop: loop, limits: limits)
            register(handler)
            return handler
        }
        thread = try LoopThread(loop: loop, name: "test-server")
        server.start()
        client = try RPCClient(to: server.address, options: options)
    }

    deinit {
        thread.loop.stop()
        thread.join()
    }

    typealias Ping = VigieV1.Diagnostics.Ping

    /// Pings with bytes and gives the answer's.
    func ping(_ bytes: [UInt8] = [], options: CallOptions = CallOptions()) async throws(RPCStatus)
        -> [UInt8]
    {
        try await client.unary(Ping.self, options: options) {
            $0.setPayload(bytes.span.bytes)
        } response: {
            Array($0.payload)
        }
    }

    /// The status that a ping ends with.
    func pingStatus(_ bytes: [UInt8] = [], options: CallOptions = CallOptions()) async -> RPCStatus
    {
        do throws(RPCStatus) {
            _ = try await ping(bytes, options: options)
            return .ok
        } catch { return error }
    }
}
