// What choosing a version costs a request: nanoseconds of processor time, and allocations where
// malloc/count.c counts them.
//
//     swift build -c release --product vigie-bench-routing
//     cc -O2 -shared -fPIC -o /tmp/count.so loadtest/malloc/count.c -ldl
//     VIGIE_MALLOC_COUNTS=/tmp/counts LD_PRELOAD=/tmp/count.so .build/release/vigie-bench-routing
//
// Each line is the best of many runs, less the empty loop, since others on the machine can only add to
// it; what requests say differs from one to the next, as that of real ones does.
import Glibc
import VigieRollouts
import VigieRouting
import VigieTelemetry

let requests = 100_000
let runs = 30

func processorTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A request's metadata, as a call's headers hold it.
struct Request {
    let fields: [(name: [UInt8], value: [UInt8])]

    init(_ account: Int, _ user: String) {
        let pairs = [
            ("user-agent", "grpc-python/1.85.3 grpc-c/52.0.0 (linux; chttp2)"),
            ("x-account-id", "FR7630006000\(account)"), ("x-user", user),
            ("x-request-id", "5f0c3e1a-7b1d-4b8e-9a53-\(account)"),
        ]
        fields = pairs.map { (Array($0.0.utf8), Array($0.1.utf8)) }
    }
}

let known = (0..<1024).map { Request(100_000 + $0 * 7919, $0 % 3 == 0 ? "staff-\($0)" : "u\($0)") }
nonisolated(unsafe) let facts = RouteFacts()
let allocations = AllocationCounts()
nonisolated(unsafe) var random = TraceRandom(seed: (1, 2, 3, 4))
nonisolated(unsafe) var sink = 0

/// As a loop does for each request.
@inline(never)
func choose(_ plan: RoutePlan, _ request: Request) -> Int {
    if plan.needsFacts {
        facts.begin(plan)
        for field in request.fields {
            facts.take(metadata: field.name.span.bytes, field.value.span.bytes, for: plan)
        }
    }
    return plan.choose(facts, draw: random.next())
}

func best(_ body: (Request) -> Int) -> (nanoseconds: Double, allocations: Double?) {
    var times: [Double] = []
    for request in known { sink &+= body(request) }
    let before = allocations?.total
    for _ in 0..<runs {
        let began = processorTime()
        for index in 0..<requests { sink &+= body(known[index & 1023]) }
        times.append(Double(processorTime() &- began) / Double(requests))
    }
    let after = allocations?.total
    // The array of times grows too: a handful in all.
    let each = after.flatMap { after in
        before.map { Double((after &- $0) / 100) / Double(runs * requests / 100) }
    }
    return (times.min() ?? 0, each)
}

let empty = best { $0.fields.count }.nanoseconds

func report(
    _ what: String, weight: Int = 2_500, _ change: (inout RolloutSpec) -> Void = { _ in }
) throws {
    var spec = RolloutSpec(
        model: "fraud", stable: VersionReference(version: 1), canary: VersionReference(version: 2))
    spec.routing.weight = weight
    change(&spec)
    let plan = try RoutePlan(EffectiveRollout(spec: spec, status: RolloutStatus()))
    let cost = best { choose(plan, $0) }
    let tenths = Int((max(cost.nanoseconds - empty, 0) * 10).rounded())
    var line = "\(what): \(tenths / 10).\(tenths % 10) ns of the 300 that there are"
    if let each = cost.allocations { line += ", \(each) allocations" }
    print(line)
}

try report("nothing to choose", weight: 0)
try report("by weight")
try report("sticky by metadata") { $0.routing.sticky = .metadata("x-account-id") }
try report("an exact rule, then sticky") {
    $0.routing.sticky = .metadata("x-account-id")
    $0.routing.rules = [
        RoutingRule("beta", match: [MetadataMatch("x-user", .exact("staff-1"))], to: .canary)
    ]
}
try report("three rules, one a pattern, two exclusions, then sticky") {
    $0.routing.sticky = .metadata("x-account-id")
    $0.routing.rules = [
        RoutingRule("lab", match: [MetadataMatch("x-user", .prefix("lab-"))], to: .canary),
        RoutingRule(
            "staff", match: [MetadataMatch("x-user", .regex("(admin|staff)-[0-9]{1,4}x"))],
            to: .canary),
        RoutingRule("audit", match: [MetadataMatch("x-user", .exact("audit"))], to: .stable),
    ]
    $0.routing.exclude = [
        MetadataMatch("x-account-id", .prefix("DE")), MetadataMatch("x-tenant", .exact("a")),
    ]
}
