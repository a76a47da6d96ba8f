import TestArtifacts
import Testing
import VigieProtos
import VigieRPC
import VigieRegistry
import VigieServices
import VigieTransport

/// All services over a catalog, with workers, and a client of them, in this process.
final class ServiceServer: Sendable {
    let services: VigieServices
    let pool: WorkerPool
    let client: RPCClient
    let catalog: FixedCatalog
    private let server: HTTPServer
    private let thread: LoopThread

    init(_ models: [LoadedModel], _ options: WorkerOptions = WorkerOptions()) throws {
        let loop = try EventLoop()
        catalog = FixedCatalog(models)
        pool = try WorkerPool(options)
        let services = VigieServices(store: catalog, version: "1.2.3", pool: pool)
        self.services = services
        server = try HTTPServer(
            listen: .parse("127.0.0.1:0"), loops: [loop], limits: ServerLimits(), tls: nil
        ) { loop in
            let handler = RPCHandler(loop: loop)
            services.install(on: handler)
            return handler
        }
        thread = try LoopThread(loop: loop, name: "test-server")
        server.start()
        client = try RPCClient(to: server.address)
    }

    deinit {
        pool.stop()
        thread.loop.stop()
        thread.join()
    }

    typealias ModelInfer = Inference.GRPCInferenceService.ModelInfer

    /// What a request for rows of two FP64 features is answered with.
    struct Answer: Equatable {
        var output: [Double]
        var contributions: [Double] = []
        var baseValues: [Double] = []
        var shapes: [[Int64]] = []
        var version = ""
    }

    /// Asks for rows of two features.
    func infer(
        _ model: String, _ rows: [Double], timeout: Duration? = nil, explain: Bool = false,
        version: String = ""
    ) async throws(RPCStatus) -> Answer {
        try await client.unary(ModelInfer.self, options: CallOptions(timeout: timeout)) {
            $0.setModelName(model)
            $0.setModelVersion(version)
            $0.addRaw("input", "FP64", [Int64(rows.count / 2), 2], littleEndian(rows))
            if explain { $0.addParameters(key: "explain").boolParam = true }
        } response: { response in
            var answer = Answer(output: [], version: String(response.modelVersion))
            for (output, raw) in zip(response.outputs, response.rawOutputContents) {
                answer.shapes.append(Array(output.shape))
                let values = doubles(raw)
                switch String(output.name) {
                case "explanation.contributions": answer.contributions = values
                case "explanation.base_value": answer.baseValues = values
                default: answer.output = values
                }
            }
            return answer
        }
    }

    /// The status that a request ends with.
    func status(
        _ model: String, _ rows: [Double], timeout: Duration? = nil, version: String = ""
    ) async -> RPCStatus {
        do throws(RPCStatus) {
            _ = try await infer(model, rows, timeout: timeout, version: version)
            return .ok
        } catch { return error }
    }

    /// What has been counted for a model's only version.
    func statistics(_ model: String) -> VersionStatistics? {
        services.statistics().first { $0.model.name == model }
    }

    /// Waits until so many requests wait for a worker.
    func waitFor(waiting: Int, location: SourceLocation = #_sourceLocation) async {
        await wait(location: location) { pool.load.waiting == waiting }
    }

    /// Waits until so many workers run something.
    func waitFor(running: Int, location: SourceLocation = #_sourceLocation) async {
        await wait(location: location) { pool.load.running == running }
    }
}

/// Waits until something is so, or the test's time is over: a test that hangs ends as one that failed.
///
/// It sleeps in between: hundreds of tests that ask without a pause leave no time for what they wait for.
func wait(location: SourceLocation = #_sourceLocation, _ isSo: () async -> Bool) async {
    let end = ContinuousClock.now + .seconds(120)
    while !Task.isCancelled, await !isSo() {
        guard ContinuousClock.now < end else {
            Issue.record("waited for two minutes in vain", sourceLocation: location)
            return
        }
        try? await Task.sleep(for: .milliseconds(1))
    }
}

/// The numbers of little-endian bytes.
func doubles(_ bytes: Bytes) -> [Double] {
    stride(from: 0, to: bytes.count, by: 8).map {
        bytes.rawSpan.unsafeLoadUnaligned(fromByteOffset: $0, as: Double.self)
    }
}
