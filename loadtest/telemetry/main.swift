// What counting costs a call, in nanoseconds of processor time: `vigie-bench-telemetry`, a release
// build. Each line is the best of many runs, less the empty loop, since others on the machine can only
// add to it; latencies wander as real ones do, so that buckets are not always in the first cache.
import Glibc
import VigieRPC
import VigieServices
import VigieTelemetry
import VigieTransport

let calls = 200_000
let runs = 40

func processorTime() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}

/// A latency of 2 to 130 µs that no branch predictor knows.
@inline(__always)
func latency(_ seed: inout UInt64) -> UInt64 {
    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return 2_000 &+ (seed >> 47)
}

func best(_ body: (inout UInt64) -> Void) -> Double {
    var times: [Double] = []
    var seed: UInt64 = 1
    for _ in 0..<runs {
        let began = processorTime()
        for _ in 0..<calls { body(&seed) }
        times.append(Double(processorTime() &- began) / Double(calls))
    }
    return times.min() ?? 0
}

nonisolated(unsafe) var sink: UInt64 = 0
let empty = best { sink &+= latency(&$0) }

func report(_ what: String, _ body: (inout UInt64) -> Void) -> Double {
    let cost = max(best(body) - empty, 0)
    let tenths = Int((cost * 10).rounded())
    print("\(what): \(tenths / 10).\(tenths % 10) ns")
    return cost
}

let method = MethodCounters()
let version = VersionCounters()

let call = report("one call: started, duration, both sizes") { seed in
    let nanoseconds = latency(&seed)
    method.started.add(1)
    method.ended(
        .ok, nanoseconds: nanoseconds, received: 300, sent: 40, trace: .none, now: nanoseconds)
}
let clock = report("one reading of the clock, at its end") { seed in
    sink &+= latency(&seed) &+ MonotonicTime.now().nanoseconds
}
let request = report("one model request: total and four stages") { seed in
    let nanoseconds = latency(&seed)
    let times = RequestTimes(
        began: 1_000, inputsRead: 1_400, computed: 1_400 &+ nanoseconds,
        ended: 1_700 &+ nanoseconds)
    version.succeeded(times, rows: 1)
}
let score = report("one score") { seed in
    version.scored(Double(latency(&seed)) / 200_000, arm: .stable)
}
let all = Int((call + clock + request + score).rounded())
print("in all, a scored application: \(all) ns of the 150 ns that there are")
let sampled = TraceContext(traceHigh: 1, traceLow: 2, span: 3, flags: 1)
_ = report("one call of a sampled trace, which becomes an exemplar") { seed in
    let nanoseconds = latency(&seed)
    method.started.add(1)
    method.ended(
        .ok, nanoseconds: nanoseconds, received: 300, sent: 40, trace: sampled, now: nanoseconds)
}
