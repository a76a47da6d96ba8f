import VigieEngine

/// Two reports side by side.
package struct ReportComparison: Sendable {
    /// One figure of both.
    package struct Line: Sendable, Equatable {
        package let name: String
        package let before: Double
        package let after: Double
        /// Whether less is better.
        package let lessIsBetter: Bool
        package let isTime: Bool

        /// By how much it got worse, as a share of what it was; negative when it got better.
        package var worsening: Double {
            guard before != after else { return 0 }
            guard before != 0 else {
                return lessIsBetter == (after > before) ? .infinity : -.infinity
            }
            return (lessIsBetter ? after - before : before - after) / abs(before)
        }
    }

    package let lines: [Line]

    /// - Throws: a text that is no report of this schema.
    package init(before: String, after: String) throws(LoadError) {
        let old = try Self.report(before, "the first report")
        let new = try Self.report(after, "the second report")
        var lines: [Line] = []
        func add(_ name: String, _ path: [String], lessIsBetter: Bool, isTime: Bool = false) {
            guard let before = Self.number(old, path), let after = Self.number(new, path) else {
                return
            }
            lines.append(
                Line(
                    name: name, before: before, after: after, lessIsBetter: lessIsBetter,
                    isTime: isTime))
        }
        add("rate", ["summary", "rate"], lessIsBetter: false)
        add("errors", ["summary", "errorShare"], lessIsBetter: true)
        add("wrong", ["summary", "wrong"], lessIsBetter: true)
        for percentile in ["p50", "p90", "p99", "p99.9", "max"] {
            add(percentile, ["latency", percentile], lessIsBetter: true, isTime: true)
        }
        add("raw.p99", ["uncorrected", "p99"], lessIsBetter: true, isTime: true)
        add("lag.p99", ["generator", "lag", "p99"], lessIsBetter: true, isTime: true)
        add("capacity", ["capacity", "capacity"], lessIsBetter: false)
        self.lines = lines
    }

    private static func report(_ text: String, _ name: String) throws(LoadError) -> JSONValue {
        let value: JSONValue
        do { value = try JSONParser.parse(text) } catch {
            throw LoadError("\(name) is not JSON: \(error)")
        }
        guard value["tool"]?.string == "vigie-load" else {
            throw LoadError("\(name) was not written by vigie-load")
        }
        guard value["schema"]?.integer == Report.schemaVersion else {
            throw LoadError("\(name) is not of schema \(Report.schemaVersion)")
        }
        return value
    }

    private static func number(_ value: JSONValue, _ path: [String]) -> Double? {
        path.reduce(value) { $0?[$1] }?.double
    }

    /// Figures that got worse by more than `share`; those of the generator itself do not count.
    package func regressions(over share: Double) -> [Line] {
        lines.filter { $0.worsening > share && !$0.name.hasPrefix("lag.") }
    }

    package var text: String {
        func pad(_ text: String, _ width: Int) -> String {
            String(repeating: " ", count: max(1, width - text.count)) + text
        }
        func shown(_ value: Double, _ line: Line) -> String {
            if line.isTime { return Quantity.time(nanoseconds: value * 1e9) }
            return line.name == "errors"
                ? "\(Quantity.fixed(value * 100, 3)) %"
                : Quantity.grouped(value, value < 100 ? 2 : 0)
        }
        let rows = lines.map { line in
            let ratio = line.before == 0 ? "" : "× \(Quantity.fixed(line.after / line.before, 3))"
            let verdict =
                line.worsening == 0 ? "" : line.worsening > 0 ? "worse" : "better"
            return pad(line.name, 10) + pad(shown(line.before, line), 16)
                + pad(shown(line.after, line), 16) + pad(ratio, 10) + pad(verdict, 8)
        }
        return
            ([pad("", 10) + pad("before", 16) + pad("after", 16) + pad("ratio", 10)] + rows)
            .joined(separator: "\n")
    }
}
