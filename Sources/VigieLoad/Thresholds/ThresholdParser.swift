import VigieCommandLine

/// Reads a ``Threshold``; errors name the column, counted from 1.
struct ThresholdParser {
    private let text: String
    private let characters: [Character]
    private var position = 0

    init(_ text: String) {
        self.text = text
        characters = Array(text)
    }

    mutating func parse() throws(LoadError) -> Threshold {
        skipSpace()
        let metric = try readMetric()
        skipSpace()
        let labels = try readLabels(metric)
        skipSpace()
        let comparison = try readComparison()
        skipSpace()
        let bound = try readBound(metric)
        return Threshold(
            text: text, metric: metric, labels: labels, comparison: comparison, bound: bound)
    }

    private func failure(_ message: String, at position: Int) -> LoadError {
        LoadError("threshold '\(text)', column \(position + 1): \(message)")
    }

    private mutating func skipSpace() {
        while position < characters.count, characters[position].isWhitespace { position += 1 }
    }

    private mutating func read(while condition: (Character) -> Bool) -> String {
        let start = position
        while position < characters.count, condition(characters[position]) { position += 1 }
        return String(characters[start..<position])
    }

    // MARK: Metric

    private static let known =
        "p50 … p99.99, max, mean (also after 'raw.' and 'lag.'), errors, rate, sent, ok, failed, wrong"

    private mutating func readMetric() throws(LoadError) -> Threshold.Metric {
        let start = position
        let name = read { $0.isLetter || $0.isNumber || $0 == "." || $0 == "_" }
        switch name {
        case "": throw failure("expected a metric: \(Self.known)", at: start)
        case "errors": return .errors
        case "rate": return .rate
        case "sent": return .sent
        case "ok": return .ok
        case "failed": return .failed
        case "wrong": return .wrong
        default: break
        }
        var rest = name[...]
        var source = Threshold.Metric.Source.corrected
        for (prefix, named) in [("raw.", Threshold.Metric.Source.raw), ("lag.", .lag)]
        where rest.hasPrefix(prefix) {
            source = named
            rest = rest.dropFirst(prefix.count)
        }
        switch rest {
        case "max": return .time(source, .max)
        case "mean": return .time(source, .mean)
        default: break
        }
        guard rest.first == "p", let percent = Double(rest.dropFirst()) else {
            throw failure("'\(name)' is no metric; known are \(Self.known)", at: start)
        }
        guard percent > 0, percent < 100 else {
            throw failure("'\(rest)': a percentile lies between 0 and 100", at: start)
        }
        return .time(source, .percentile(percent))
    }

    // MARK: Labels

    private static let labelNames = ["method", "model", "version", "arm", "reader", "status"]

    private mutating func readLabels(
        _ metric: Threshold.Metric
    ) throws(LoadError) -> [String: String] {
        guard position < characters.count, characters[position] == "{" else { return [:] }
        position += 1
        var labels: [String: String] = [:]
        repeat {
            skipSpace()
            let start = position
            let name = read { $0.isLetter }
            guard Self.labelNames.contains(name) else {
                let known = Self.labelNames.joined(separator: ", ")
                throw failure("'\(name)' is no label; known are \(known)", at: start)
            }
            guard labels[name] == nil else {
                throw failure("label '\(name)' comes twice", at: start)
            }
            let hasStatus = metric == .errors || metric == .failed
            guard name != "status" || hasStatus else {
                throw failure("label 'status' goes with 'errors' and 'failed' only", at: start)
            }
            skipSpace()
            guard take("=") else { throw failure("expected '=' after '\(name)'", at: position) }
            let valueStart = position
            let value = read { $0 != "," && $0 != "}" }.trimmed
            // A name that never comes would hold whatever happens.
            guard name != "status" || Outcome.all.contains(where: { $0.name == value }) else {
                let known = Outcome.all.map(\.name).joined(separator: ", ")
                throw failure("'\(value)' is no status; known are \(known)", at: valueStart)
            }
            labels[name] = value
        } while take(",")
        guard take("}") else { throw failure("expected ',' or '}'", at: position) }
        try checkScope(metric)
        return labels
    }

    private func checkScope(_ metric: Threshold.Metric) throws(LoadError) {
        switch metric {
        case .sent, .time(.lag, _):
            throw failure("this metric is of the whole run: it has no labels", at: 0)
        default: break
        }
    }

    private mutating func take(_ character: Character) -> Bool {
        guard position < characters.count, characters[position] == character else { return false }
        position += 1
        return true
    }

    // MARK: Comparison and bound

    private mutating func readComparison() throws(LoadError) -> Threshold.Comparison {
        let start = position
        let sign = read { "<>=!".contains($0) }
        guard let comparison = Threshold.Comparison(rawValue: sign) else {
            throw failure("expected one of < <= > >= == !=", at: start)
        }
        return comparison
    }

    private mutating func readBound(_ metric: Threshold.Metric) throws(LoadError) -> Double {
        let start = position
        let value = read { _ in true }.trimmed
        guard !value.isEmpty else { throw failure("expected a value", at: start) }
        switch metric {
        case .time:
            guard value.last?.isLetter == true,
                let seconds = TimeSpan(argument: String(value))?.seconds
            else {
                throw failure(
                    "'\(value)' is no time with a unit (ns, us, ms, s, m, h)", at: start)
            }
            return seconds * 1e9
        case .errors:
            let isPercent = value.hasSuffix("%")
            let number = Double((isPercent ? value.dropLast() : value[...]).trimmed)
            guard let number, (0...(isPercent ? 100 : 1)).contains(number) else {
                throw failure("'\(value)' is no share: 0% … 100%, or 0 … 1", at: start)
            }
            return isPercent ? number / 100 : number
        default:
            let plain = value.hasSuffix("/s") ? value.dropLast(2) : value[...]
            guard let number = Quantity.number(plain), number >= 0 else {
                throw failure("'\(value)' is no number of 0 or more", at: start)
            }
            return number
        }
    }
}

extension StringProtocol {
    /// Without white space at both ends.
    var trimmed: String {
        var view = self[...]
        while view.first?.isWhitespace == true { view = view.dropFirst() }
        while view.last?.isWhitespace == true { view = view.dropLast() }
        return String(view)
    }
}
