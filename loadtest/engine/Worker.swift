import Foundation
import VigieEngine

/// Our side of a comparison: the same words on the command line, the same way to time and the same
/// line of output as the peers have, whose `loadtest/peers/engine/worker.h` says all of it.
///
/// `--work run` fills the input tensor with the next rows and runs; `score` and `explain` fill the
/// row view; `load` reads and compiles the model.
struct Worker {
    private var words: [String: String] = [:]
    private let source: ArtifactSource
    private let rows: WorkerRows
    private let batch: Int
    private let rowsCompared = 256

    /// - Parameter arguments: `--model FILE --flavor xgboost --rows FILE --row-shape 30 …`.
    init(_ arguments: [String]) throws {
        for index in stride(from: 0, to: arguments.count - 1, by: 2) {
            words[arguments[index]] = arguments[index + 1]
        }
        guard let model = words["--model"],
            let flavor = Flavor(rawValue: words["--flavor"] ?? "xgboost"),
            let rowsFile = words["--rows"], let batch = Int(words["--batch"] ?? "1"), batch > 0
        else { throw BenchError("--model, --flavor, --rows and --batch are needed") }
        self.batch = batch
        source = ArtifactSource(flavor: flavor, fileName: model, bytes: try content(of: model))
        rows = try WorkerRows(
            content(of: rowsFile), type: words["--type"] ?? "f32",
            shape: (words["--row-shape"] ?? "1").split(separator: ",").compactMap { Int($0) })
        guard rows.count >= batch else { throw BenchError("fewer rows than a batch") }
    }

    /// Times the work and prints the figures.
    func work() throws {
        let artifact = try source.load()
        let workspace = artifact.makeWorkspace()
        var answers: [Double] = []
        let source = source
        let rows = rows
        let batch = batch
        switch words["--work"] ?? "run" {
        case "load": try time { _ in _ = try source.load() }
        case "score", "explain":
            let explains = words["--work"] == "explain"
            let call = { (first: Int) throws in
                rows.fillRow(of: workspace, from: first)
                _ = try explains ? artifact.explain(workspace) : artifact.score(workspace)
            }
            for first in 0..<min(rows.count, rowsCompared) {
                rows.fillRow(of: workspace, from: first)
                let score = try explains ? artifact.explain(workspace) : artifact.score(workspace)
                // XGBoost's order: a contribution a feature, then the base value.
                if explains { answers += workspace.contributions + [workspace.baseValue] }
                if !explains { answers.append(score) }
            }
            try time(call)
        case "run":
            let call = { (first: Int) throws in
                rows.fillInput(of: workspace, from: first, batch: batch)
                try artifact.run(workspace)
            }
            for first in stride(from: 0, to: min(rows.count - batch + 1, rowsCompared), by: batch) {
                try call(first)
                answers += try values(of: workspace.outputs, artifact.outputs.map(\.name))
            }
            try time(call)
        case let other: throw BenchError("no work '\(other)'")
        }
        if let path = words["--answers"] {
            let data = answers.withUnsafeBytes { Data($0) }
            try data.write(to: URL(fileURLWithPath: path))
        }
    }

    /// The output named by `--output`, else the last one that holds floating point numbers: of a
    /// classifier's labels and probabilities, the latter.
    private func values(of outputs: [Tensor], _ names: [String]) throws -> [Double] {
        let found = zip(outputs, names).last { output, name in
            (output.type == .float32 || output.type == .float64)
                && (words["--output"] ?? name) == name
        }
        guard let output = found?.0 else {
            throw BenchError("the model has no such output of floating point numbers")
        }
        return output.type == .float32
            ? output.withElements(of: Float.self) { $0.map { Double($0) } }
            : output.withElements(of: Double.self) { Array($0) }
    }

    private func time(_ call: (Int) throws -> Void) throws {
        let places = rows.count / batch
        let seconds = Double(words["--seconds"] ?? "0.5") ?? 0.5
        var calls = 0
        var begin = cpuTime()
        while cpuTime() - begin < seconds * 1e8 {
            try call(calls % places * batch)
            calls += 1
        }
        let one = (cpuTime() - begin) / Double(calls)
        var sample = 1
        while Double(sample) * one < 50e3 { sample *= 2 }
        var samples: [Double] = []
        samples.reserveCapacity(1 << 20)
        calls = 0
        begin = cpuTime()
        var last = begin
        while samples.count < samples.capacity, last - begin < seconds * 1e9 {
            for _ in 0..<sample {
                try call(calls % places * batch)
                calls += 1
            }
            let now = cpuTime()
            samples.append((now - last) / Double(sample))
            last = now
        }
        samples.sort()
        print(
            String(
                format: "{\"ns\": %.1f, \"p99_ns\": %.1f, \"calls\": %d}",
                samples[samples.count / 2], samples[samples.count * 99 / 100], calls))
    }
}
