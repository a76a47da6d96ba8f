import Foundation
import VigieEngine

/// What one model costs: its loading, its rows, its batches, its explanations.
///
/// Rows are drawn at random and rotated, 4,096 of them, so that neither branches nor caches learn
/// one row by heart. A figure is the median, and the 99th percentile, of many short samples.
///
/// With a library that counts allocations and exports `unsigned long mc_count(void)` in LD_PRELOAD,
/// allocations are reported too.
struct Survey {
    private let source: ArtifactSource

    /// - Parameter words: the model's file and its flavor.
    init(_ words: [String]) throws {
        let flavors = Flavor.allCases.map(\.rawValue).joined(separator: "|")
        guard let path = words.first,
            let flavor = Flavor(rawValue: words.count > 1 ? words[1] : "xgboost")
        else { throw BenchError("usage: vigie-bench-engine MODEL [\(flavors)]") }
        source = ArtifactSource(flavor: flavor, fileName: path, bytes: try content(of: path))
    }

    /// Allocations so far, if somebody counts them.
    private static let allocations: @Sendable () -> Int = {
        typealias Count = @convention(c) () -> UInt
        guard let symbol = dlsym(UnsafeMutableRawPointer(bitPattern: 0), "mc_count") else {
            return { 0 }
        }
        let count = unsafeBitCast(symbol, to: Count.self)
        return { Int(count()) }
    }()

    /// Times `body(i)` for i = 0, 1, …, in samples of `sample` calls, and prints a line.
    private func measure(
        _ name: String, rows: Int = 1, sample: Int, _ body: (Int) throws -> Void
    ) rethrows {
        var times: [Double] = []
        times.reserveCapacity(4_000_000 / sample)
        for index in 0..<10 { try body(index) }
        let start = cpuTime()
        let allocationsBefore = Self.allocations()
        var index = 0
        while cpuTime() - start < 1e9, times.count < times.capacity {
            let begin = cpuTime()
            for _ in 0..<sample {
                try body(index)
                index += 1
            }
            times.append((cpuTime() - begin) / Double(sample) / 1e3)
        }
        let allocated = Self.allocations() - allocationsBefore
        times.sort()
        func figure(_ value: Double) -> String { String(format: "%9.2f", value) }
        let label = name.padding(toLength: 28, withPad: " ", startingAt: 0)
        Swift.print(
            label, "µs a call: median", figure(times[times.count / 2]), " p99",
            figure(times[times.count * 99 / 100]), " µs a row:",
            figure(times[times.count / 2] / Double(rows)), " calls:", index,
            " allocations:", allocated)
    }

    func print() throws {
        let artifact = try source.load()
        Swift.print("\(source.fileName): \(artifact.memoryBytes / 1024) KiB compiled")
        var checksum = 0.0
        try measure("load", sample: 1) { _ in checksum += Double(try source.load().memoryBytes) }
        let rows = Self.rows(of: artifact, count: 4_096)
        let workspace = artifact.makeWorkspace()
        func fill(_ index: Int) {
            let row = rows[index % rows.count]
            for feature in row.indices { workspace.row[feature] = row[feature] }
        }
        if artifact.scoresRows {
            try measure("score, row view", sample: 16) { index in
                fill(index)
                checksum += try artifact.score(workspace)
            }
        }
        if artifact.inputs.count == 1, artifact.inputs[0].type == .float32 {
            for batch in [1, 8, 32, 256, 1_024, 4_096] {
                let input = workspace.inputs[0]
                input.reshape(TensorShape([batch, rows[0].count]))
                try measure("run, batch \(batch)", rows: batch, sample: batch < 32 ? 16 : 1) {
                    index in
                    // Only one row changes in a batch: the model's time, not that of making inputs.
                    input.withElements(of: Float.self) { elements in
                        let row = rows[index % rows.count]
                        let place = index % batch * row.count
                        for feature in row.indices {
                            elements[place + feature] = Float(row[feature])
                        }
                    }
                    try artifact.run(workspace)
                    checksum += Double(workspace.outputs[0].withElements(of: Float.self) { $0[0] })
                }
            }
        }
        if artifact.outputs.first?.type == .float64, artifact.fillExample(workspace) {
            try measure("run, its own example", sample: 1) { _ in
                try artifact.run(workspace)
                checksum += workspace.outputs[0].withElements(of: Double.self) { $0[0] }
            }
        }
        if artifact.explainsRows {
            try measure("explain", sample: 1) { index in
                fill(index)
                checksum += try artifact.explain(workspace)
            }
        }
        Swift.print("checksum", checksum)
    }

    /// Rows that the artifact's signature allows, one in twenty values missing.
    private static func rows(of artifact: Artifact, count: Int) -> [[Double]] {
        (0..<count).map { _ in
            artifact.signature.features.map { feature in
                Int.random(in: 0..<20) == 0 && feature.missing == .allow
                    ? .nan
                    : feature.kind == .category
                        ? Double(Int.random(in: 0..<max(feature.categories.count, 1)))
                        : Double.random(in: -4..<4)
            }
        }
    }
}
