import VigieLoad

/// What is seen while a run goes on: a line an interval, or on a terminal a small table that is drawn
/// over.
struct LiveView {
    private let isInteractive: Bool
    private let isQuiet: Bool
    private let asked: RateProfile?
    private var drawn = 0

    init(asked: RateProfile?, isQuiet: Bool) {
        self.asked = asked
        self.isQuiet = isQuiet
        isInteractive = Terminal.isInteractive
    }

    mutating func show(_ interval: Interval) {
        guard !isQuiet, interval.seconds > 0 else { return }
        guard isInteractive else { return Terminal.print(line(interval) + "\n") }
        let lines = table(interval)
        let up = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
        Terminal.print(up + lines.map { "\u{1B}[2K" + $0 + "\n" }.joined())
        drawn = lines.count
    }

    private func time(_ interval: Interval, _ percent: Double) -> String {
        interval.latency.count == 0
            ? "–" : Quantity.time(nanoseconds: Double(interval.latency.percentile(percent)))
    }

    private func line(_ interval: Interval) -> String {
        let seconds = Quantity.fixed(interval.end, 1)
        let asked = asked.map {
            " of \(Quantity.grouped($0.rate(at: interval.end - interval.seconds / 2)))"
        }
        let versions = interval.versions.sorted { $0.key < $1.key }
            .map { "v\($0.key) \(Quantity.grouped(Double($0.value)))" }.joined(separator: " ")
        return
            "\(seconds) s  \(Quantity.grouped(interval.rate))\(asked ?? "")/s  "
            + "p50 \(time(interval, 50))  p99 \(time(interval, 99))  p99.9 \(time(interval, 99.9))  "
            + "errors \(interval.outcomes.failed)  wrong \(interval.wrong)  "
            + "in flight \(interval.inFlight)"
            + (interval.backlogSeconds > 0.1
                ? "  backlog \(Quantity.fixed(interval.backlogSeconds, 1)) s" : "")
            + (versions.isEmpty ? "" : "  \(versions)")
    }

    private func table(_ interval: Interval) -> [String] {
        let most = Double(interval.versions.values.max() ?? 1)
        let bars = interval.versions.sorted { $0.key < $1.key }.map { version, count in
            let bar = String(repeating: "█", count: Int(Double(count) / max(most, 1) * 40))
            return "  version \(version)  \(bar) \(Quantity.grouped(Double(count)))"
        }
        return [line(interval)] + bars
    }
}
