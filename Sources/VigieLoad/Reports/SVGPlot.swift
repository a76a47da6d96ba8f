import Glibc

/// A line plot as SVG, for a page that loads nothing.
struct SVGPlot {
    struct Line {
        var name: String
        var colour: String
        var points: [(x: Double, y: Double)]
    }

    var title: String
    var xLabel: String
    var lines: [Line]
    var isLogarithmic = false
    /// Marks of the x axis; nil for round numbers.
    var xMarks: [(x: Double, text: String)]?
    var format: (Double) -> String

    private static let width = 860.0
    private static let height = 260.0
    private static let left = 80.0
    private static let right = 170.0
    private static let top = 14.0
    private static let bottom = 40.0

    /// Colours that colour-blind readers tell apart (Okabe and Ito 2008).
    static let colours = [
        "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#555555",
    ]

    var svg: String {
        let points = lines.flatMap(\.points).filter { !isLogarithmic || $0.y > 0 }
        guard !points.isEmpty else { return "<p>\(HTML.escape(title)): nothing was measured.</p>" }
        let xs = range(points.map(\.x))
        let ys =
            isLogarithmic ? logRange(points.map(\.y)) : (0, niceTop(points.map(\.y).max() ?? 1))
        var parts = [
            "<figure><figcaption>\(HTML.escape(title))</figcaption>",
            "<svg viewBox=\"0 0 \(Int(Self.width)) \(Int(Self.height))\" role=\"img\">",
        ]
        for mark in yMarks(ys) {
            let y = placeY(mark, ys)
            parts.append(
                "<line class=\"grid\" x1=\"\(Self.left)\" x2=\"\(Self.width - Self.right)\" "
                    + "y1=\"\(short(y))\" y2=\"\(short(y))\"/>"
                    + "<text x=\"\(Self.left - 8)\" y=\"\(short(y + 4))\" class=\"y\">"
                    + "\(HTML.escape(format(mark)))</text>")
        }
        for mark in xMarks ?? roundMarks(xs) where mark.x >= xs.0 && mark.x <= xs.1 {
            parts.append(
                "<text x=\"\(short(placeX(mark.x, xs)))\" y=\"\(Self.height - Self.bottom + 18)\" "
                    + "class=\"x\">\(HTML.escape(mark.text))</text>")
        }
        let middle = (Self.left + Self.width - Self.right) / 2
        parts.append(
            "<text x=\"\(middle)\" y=\"\(Self.height - 6)\" class=\"x\">\(HTML.escape(xLabel))</text>"
        )
        for (index, line) in lines.enumerated() { parts.append(draw(line, index, xs, ys)) }
        parts.append("</svg></figure>")
        return parts.joined(separator: "\n")
    }

    private func draw(
        _ line: Line, _ index: Int, _ xs: (Double, Double), _ ys: (Double, Double)
    ) -> String {
        let points = line.points.filter { !isLogarithmic || $0.y > 0 }.map {
            "\(short(placeX($0.x, xs))),\(short(placeY($0.y, ys)))"
        }
        let y = Self.top + 12 + Double(index) * 18
        let x = Self.width - Self.right + 14
        let shape =
            points.count == 1
            ? "<circle r=\"3\" fill=\"\(line.colour)\" cx=\"\(points[0].split(separator: ",")[0])\" "
                + "cy=\"\(points[0].split(separator: ",")[1])\"/>"
            : "<polyline fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"1.8\" points=\"\(points.joined(separator: " "))\"/>"
        return shape
            + "<line x1=\"\(x)\" x2=\"\(x + 16)\" y1=\"\(y - 4)\" y2=\"\(y - 4)\" "
            + "stroke=\"\(line.colour)\" stroke-width=\"3\"/>"
            + "<text x=\"\(x + 22)\" y=\"\(y)\">\(HTML.escape(line.name))</text>"
    }

    // MARK: Scales

    private func range(_ values: [Double]) -> (Double, Double) {
        let low = values.min() ?? 0
        let high = values.max() ?? 1
        return high > low ? (low, high) : (low - 0.5, low + 0.5)
    }

    private func logRange(_ values: [Double]) -> (Double, Double) {
        let low = log10(values.min() ?? 1).rounded(.down)
        let high = log10(values.max() ?? 10).rounded(.up)
        return (low, high > low ? high : low + 1)
    }

    private func niceTop(_ value: Double) -> Double {
        guard value > 0 else { return 1 }
        let step = pow(10, log10(value).rounded(.down))
        for factor in [1, 1.5, 2, 3, 4, 5, 6, 8, 10] where value <= factor * step * 1.0001 {
            return factor * step
        }
        return 10 * step
    }

    private func yMarks(_ range: (Double, Double)) -> [Double] {
        guard isLogarithmic else { return (0...4).map { range.1 * Double($0) / 4 } }
        return stride(from: range.0, through: range.1, by: 1).map { pow(10, $0) }
    }

    private func roundMarks(_ range: (Double, Double)) -> [(x: Double, text: String)] {
        let step = niceTop((range.1 - range.0) / 8)
        return stride(from: (range.0 / step).rounded(.up) * step, through: range.1, by: step).map {
            ($0, $0 == $0.rounded() ? String(Int($0)) : Quantity.fixed($0, 1))
        }
    }

    private func placeX(_ x: Double, _ range: (Double, Double)) -> Double {
        Self.left + (x - range.0) / (range.1 - range.0) * (Self.width - Self.left - Self.right)
    }

    private func placeY(_ y: Double, _ range: (Double, Double)) -> Double {
        let value = isLogarithmic ? log10(max(y, 1e-12)) : y
        let share = (value - range.0) / (range.1 - range.0)
        return Self.height - Self.bottom - share * (Self.height - Self.top - Self.bottom)
    }

    private func short(_ value: Double) -> String { Quantity.fixed(value, 1) }
}
