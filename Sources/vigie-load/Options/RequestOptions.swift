import ArgumentParser
import VigieCommandLine
import VigieLoad

/// What is asked.
struct RequestOptions: ParsableArguments {
    @Option(
        help: .init(
            "ping, infer (ModelInfer), stream (ModelStreamInfer) or score (ScoreApplication). Default: infer with a --model, else ping.",
            valueName: "method"))
    var method: String?

    @Option(help: .init("Model to ask.", valueName: "name"))
    var model: String?

    @Option(help: .init("Version to ask; default: as the server chooses.", valueName: "n"))
    var modelVersion: String?

    @Option(
        help: .init(
            "Several methods, models and versions by weight, instead of these three; once for each.",
            valueName: "method[:model[@version]][=weight]"))
    var mix: [String] = []

    @Option(
        help: .init(
            "Rows to ask with, CSV or JSON lines, in turn; may hold what is expected. MODEL=FILE for one of several models. Default: made up from the model's signature.",
            valueName: "[model=]file"))
    var rows: [String] = []

    @Option(help: .init("Rows that are made up, of each part.", valueName: "n"))
    var rowCount = 1024

    @Option(
        help: .init(
            "Numbers that are made up for tensors lie in this range.", valueName: "from..to"))
    var rowRange = "0..1"

    @Option(help: .init("Rows in each ModelInfer.", valueName: "n"))
    var batch = 1

    @Option(help: .init("Bytes in each Ping.", valueName: "bytes"))
    var payload = ByteCount(200)

    @Option(
        help: .init("How far a score may be from the expected one.", valueName: "number"))
    var tolerance = 1e-6

    @Option(
        help: .init("The same, as a share of the expected one, added to it.", valueName: "number"))
    var relativeTolerance = 1e-6

    @Flag(
        inversion: .prefixedNo,
        help: "The same row and version must always have the same answer.")
    var consistency = true

    @Option(help: .init("Wrong answers that are shown.", valueName: "n"))
    var showWrong = 10

    func validate() throws {
        guard (1...1_000_000).contains(rowCount) else {
            throw ValidationError("--row-count is \(rowCount); it must be 1 to 1000000.")
        }
        guard (1...131_072).contains(batch) else {
            throw ValidationError("--batch is \(batch); it must be 1 to 131072.")
        }
        guard payload.bytes <= 4 << 20 else {
            throw ValidationError("--payload is \(payload.bytes); it must be 0 to 4194304.")
        }
        guard (0...1000).contains(showWrong) else {
            throw ValidationError("--show-wrong is \(showWrong); it must be 0 to 1000.")
        }
        guard tolerance >= 0, relativeTolerance >= 0 else {
            throw ValidationError("--tolerance and --relative-tolerance must be 0 or more.")
        }
        if !mix.isEmpty, method != nil || model != nil || modelVersion != nil {
            throw ValidationError("--mix goes without --method, --model and --model-version.")
        }
    }

    /// The parts of the load.
    func entries() throws(LoadError) -> [MixEntry] {
        guard mix.isEmpty else {
            var entries: [MixEntry] = []
            for text in mix { entries.append(try MixEntry(text)) }
            return entries
        }
        let name = method ?? (model == nil ? "ping" : "infer")
        guard let method = LoadMethod(name: name) else {
            throw LoadError("--method '\(name)' is none of ping, infer, stream, score")
        }
        if method.needsModel, model == nil { throw LoadError("--method \(name) needs a --model") }
        return [
            MixEntry(
                method: method, model: method.needsModel ? model ?? "" : "",
                version: modelVersion ?? "")
        ]
    }

    func range() throws(LoadError) -> ClosedRange<Double> {
        let ends = rowRange.split(separator: "..", omittingEmptySubsequences: false)
        guard ends.count == 2, let low = Double(ends[0]), let high = Double(ends[1]), low <= high,
            low.isFinite, high.isFinite
        else { throw LoadError("--row-range '\(rowRange)': expected FROM..TO: 0..1") }
        return low...high
    }
}
