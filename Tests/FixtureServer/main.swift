// The services over models made for tests: `vigie-fixtures [PORT]`. Prints one line with its address
// when it answers, and ends on SIGTERM.
import Glibc
import TestArtifacts
import VigieEngine
import VigieRPC
import VigieRegistry
import VigieServices
import VigieTransport

let features = [
    Feature(name: "age", kind: .integer, unit: "years", minimum: 18, maximum: 100),
    Feature(name: "income", kind: .number, unit: "EUR", minimum: 0, missing: .allow),
    Feature(name: "purpose", kind: .category, categories: ["car", "tv", "boat"]),
    Feature(name: "owner", kind: .boolean, missing: .allow),
]

func scorecard(
    _ name: String, _ version: Int, execution: ServingPolicy.Execution = .automatic
) -> LoadedModel {
    loaded(name, version, LinearArtifact(features, weights: [-0.01, 0.001, 0.5, -0.25])) {
        $0.serving.execution = execution
        $0.scorecard = ScorecardScale(points: 600, odds: 50, pdo: 20)
        $0.decision = DecisionThresholds(approveBelow: 0.1, declineFrom: 0.3)
        $0.reasons = ["purpose": ReasonText(code: "R03", text: "Purpose of the loan")]
    }
}

let catalog = FixedCatalog(
    ElementType.allCases.map {
        loaded("echo-\("\($0.protocolName)".lowercased())", 1, EchoArtifact(types: [$0]))
    } + [
        loaded("echo", 1, EchoArtifact()),
        loaded("scores", 1, EchoArtifact(types: [.float32], shape: [-1, 4])),
        scorecard("credit-default", 1), scorecard("credit-default", 2),
        scorecard("hr-candidate", 1),
        loaded("no-scorecard", 1, LinearArtifact(features, weights: [0, 0, 0, 0])),
        // Dear ones, for the workers.
        scorecard("credit-pool", 1, execution: .pool),
        slow("slow", SlowArtifact(fixed: .milliseconds(20))),
        slow("slow-stream", SlowArtifact(fixed: .milliseconds(3))),
        slow("slow-rows", SlowArtifact(perRow: .microseconds(10))),
        slow("slow-batched", SlowArtifact(fixed: .milliseconds(10))) {
            $0.batching = BatchingPolicy(maxRows: 64, maxDelay: .milliseconds(5))
        },
    ])

func slow(
    _ name: String, _ artifact: SlowArtifact, _ configure: (inout ServingPolicy) -> Void = { _ in }
) -> LoadedModel {
    loaded(name, 1, artifact, latency: artifact.latency) { configure(&$0.serving) }
}

System.returnLargeBlocks()
var workerOptions = WorkerOptions()
workerOptions.queueMax = 24
// What is tested here is the queue's own bound, of models that are slow on purpose.
workerOptions.adaptiveConcurrency = nil
let pool = try WorkerPool(workerOptions)
let services = VigieServices(store: catalog, version: "0.0.1-fixtures", pool: pool)
let loops = try (0..<2).map { try EventLoop(index: $0) }
let server = try HTTPServer(
    listen: SocketAddress.parse("127.0.0.1:\(CommandLine.arguments.dropFirst().first ?? "0")"),
    loops: loops, limits: ServerLimits(), tls: nil
) { loop in
    var limits = RPCLimits()
    limits.maxRequestBytes = 32 << 20
    let handler = RPCHandler(loop: loop, limits: limits)
    services.install(on: handler)
    return handler
}
server.start()
services.setServing()
var line = "vigie-fixtures ready on \(server.address)\n"
line.withUTF8 { _ = write(STDOUT_FILENO, $0.baseAddress, $0.count) }
signal(SIGTERM) { _ in _exit(0) }
let second = try LoopThread(loop: loops[1], name: "loop 1")
loops[0].run()
second.join()
