import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Glibc
import NIOPosix

/// Serves `vigie.v1.Diagnostics/Ping` on a loopback port of the system's choice, with as many NIO
/// event loops as the first argument says (default 1), and prints one line when it is ready.
///
/// With three more arguments (a libpredictor-ENGINE.so and the library and model that it is given, see
/// ../predictor/predictor.h) it serves ModelInfer and ModelMetadata, too.
@main
struct Server {
    static func main() async throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let loops = words.first.flatMap { Int($0) } ?? 1
        var services: [any RegistrableRPCService] = [PingService()]
        if words.count == 4 {
            let predictor = try Predictor(engine: words[1], library: words[2], model: words[3])
            services.append(InferenceService(predictor: predictor))
        }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let transport = HTTP2ServerTransport.Posix(
            address: .ipv4(host: "127.0.0.1", port: 0),
            transportSecurity: .plaintext,
            eventLoopGroup: group
        )
        let server = GRPCServer(transport: transport, services: services)
        try await withThrowingDiscardingTaskGroup { tasks in
            tasks.addTask { try await server.serve() }
            if let address = try await server.listeningAddress?.ipv4 {
                // Not print: it buffers when its output is a pipe, and the harness waits for this.
                let line = "peer ready: grpc \(address.host):\(address.port) (h2c)\n"
                _ = line.withCString { write(1, $0, strlen($0)) }
            }
        }
    }
}

/// What the generated code asks a service to be: the payload back, nothing else.
struct PingService: Vigie_V1_Diagnostics.SimpleServiceProtocol {
    func ping(
        request: Vigie_V1_PingRequest, context: ServerContext
    ) async throws -> Vigie_V1_PingResponse {
        var response = Vigie_V1_PingResponse()
        response.payload = request.payload
        return response
    }
}
