// What a model costs in the engine alone: `vigie-bench-engine MODEL [FLAVOR]`, where FLAVOR is
// xgboost (default), onnx or scorecard.
//
// Rows are drawn at random and rotated, 4,096 of them, so that neither branches nor caches learn
// one row by heart. A figure is the median, and the 99th percentile, of many short samples in CPU
// time of the thread, so that other programs on the machine do not count.
//
// With a library that counts allocations and exports `unsigned long mc_count(void)` in LD_PRELOAD,
// allocations are reported too.
import Foundation
import VigieEngine

let arguments = CommandLine.arguments
guard arguments.count >= 2, let bytes = FileManager.default.contents(atPath: arguments[1]),
    let flavor = Flavor(rawValue: arguments.count > 2 ? arguments[2] : "xgboost")
else {
    print("usage: vigie-bench-engine MODEL [xgboost|onnx|scorecard]")
    exit(2)
}

let source = ArtifactSource(flavor: flavor, fileName: arguments[1], bytes: [UInt8](bytes))
let artifact = try source.load()
print("\(arguments[1]): \(artifact.memoryBytes / 1024) KiB compiled")

let rowCount = 4_096
let width = artifact.signature.features.count
var random = SystemRandomNumberGenerator()
let rows = (0..<rowCount).map { _ in
    artifact.signature.features.map { feature in
        Int.random(in: 0..<20, using: &random) == 0 && feature.missing == .allow
            ? .nan
            : feature.kind == .category
                ? Double(Int.random(in: 0..<max(feature.categories.count, 1), using: &random))
                : Double.random(in: -4..<4, using: &random)
    }
}
let workspace = artifact.makeWorkspace()
var checksum = 0.0

/// Allocations so far, if somebody counts them.
let allocations: () -> Int = {
    typealias Count = @convention(c) () -> UInt
    guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "mc_count") else {
        return { 0 }
    }
    let count = unsafeBitCast(symbol, to: Count.self)
    return { Int(count()) }
}()

/// CPU time of this thread in µs.
func cpuTime() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

/// Times `body(i)` for i = 0, 1, …, in samples of `sample` calls.
func measure(_ name: String, rows: Int = 1, sample: Int, _ body: (Int) throws -> Void) rethrows {
    var times: [Double] = []
    times.reserveCapacity(4_000_000 / sample)
    for index in 0..<10 { try body(index) }
    let start = cpuTime()
    let allocationsBefore = allocations()
    var index = 0
    while cpuTime() - start < 1_000_000, times.count < times.capacity {
        let begin = cpuTime()
        for _ in 0..<sample {
            try body(index)
            index += 1
        }
        times.append((cpuTime() - begin) / Double(sample))
    }
    let allocated = allocations() - allocationsBefore
    times.sort()
    func figure(_ value: Double) -> String {
        String(format: "%9.2f", value)
    }
    let label = name.padding(toLength: 28, withPad: " ", startingAt: 0)
    print(
        label, "µs a call: median", figure(times[times.count / 2]), " p99",
        figure(times[times.count * 99 / 100]), " µs a row:",
        figure(times[times.count / 2] / Double(rows)), " calls:", index, " allocations:", allocated)
}

try measure("load", sample: 1) { _ in checksum += Double(try source.load().memoryBytes) }
if artifact.scoresRows {
    try measure("score, row view", sample: 16) { index in
        let row = rows[index % rowCount]
        for feature in 0..<width { workspace.row[feature] = row[feature] }
        checksum += try artifact.score(workspace)
    }
}
if artifact.inputs.count == 1, artifact.inputs[0].type == .float32 {
    for batch in [1, 8, 32, 256, 4_096] {
        let input = workspace.inputs[0]
        input.reshape(TensorShape([batch, width]))
        try measure("run, batch \(batch)", rows: batch, sample: batch < 32 ? 16 : 1) { index in
            // Only one row changes in a batch: the model's time, not that of making inputs.
            input.withElements(of: Float.self) { elements in
                let row = rows[index % rowCount]
                let place = index % batch
                for feature in 0..<width { elements[place * width + feature] = Float(row[feature]) }
            }
            try artifact.run(workspace)
            checksum += Double(workspace.outputs[0].withElements(of: Float.self) { $0[0] })
        }
    }
}
if artifact.explainsRows {
    try measure("explain", sample: 1) { index in
        let row = rows[index % rowCount]
        for feature in 0..<width { workspace.row[feature] = row[feature] }
        checksum += try artifact.explain(workspace)
    }
}
print("checksum", checksum)
