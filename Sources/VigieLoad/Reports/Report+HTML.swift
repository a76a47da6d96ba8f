import Glibc

/// The report as one page that loads nothing: tables, and plots as SVG.
extension Report {
    package var html: String {
        var parts: [String] = [verdict, overview, latencies]
        if let capacity { parts += [capacityText(capacity), capacityPlot(capacity).svg] }
        parts += [
            throughputPlot.svg, latencyPlot.svg, percentilePlot.svg, statusTable, groupsTable,
        ]
        if statusPlot.lines.count > 1 { parts.append(statusPlot.svg) }
        if versions.count > 1 { parts.append(versionPlot.svg) }
        if !result.samples.isEmpty { parts.append(wrongTable) }
        parts.append("<h2>Settings</h2>")
        parts.append(
            HTML.table(head: ["setting", "value"], rows: settings.map { [$0.name, $0.value] }))
        let target = settings.first { $0.name == "target" }?.value ?? ""
        return HTML.page(
            title: "Load on \(target)", parts.joined(separator: "\n"))
    }

    private var verdict: String {
        var lines = thresholds.map {
            "<li class=\"\($0.holds ? "good" : "bad")\">\(HTML.escape($0.description))</li>"
        }
        if let generatorFault {
            lines.append("<li class=\"bad\">not reliable: \(HTML.escape(generatorFault))</li>")
        }
        return lines.isEmpty ? "" : "<ul>\(lines.joined(separator: "\n"))</ul>"
    }

    private var overview: String {
        HTML.table(
            head: [
                "sent", "asked for", "answered well", "failed", "wrong", "generator's own lag p99",
            ],
            rows: [
                [
                    "\(Quantity.grouped(Double(result.recorder.sent))) "
                        + "(\(Quantity.grouped(result.sentRate))/s)",
                    asked.map { Quantity.grouped($0.arrivals) } ?? "as fast as it goes",
                    "\(Quantity.grouped(Double(result.ok))) (\(Quantity.grouped(result.rate))/s)",
                    "\(Quantity.grouped(Double(result.outcomes.failed))) "
                        + "(\(Quantity.fixed(result.errorShare * 100, 3)) %)",
                    Quantity.grouped(Double(result.wrong)),
                    Quantity.time(nanoseconds: Double(result.recorder.lag.percentile(99))),
                ]
            ])
    }

    private var latencies: String {
        func row(_ name: String, _ times: LatencyHistogram) -> [String] {
            [name]
                + Self.percentiles.map {
                    Quantity.time(nanoseconds: Double(times.percentile($0)))
                } + [Quantity.time(nanoseconds: Double(times.max))]
        }
        return HTML.table(
            head: ["latency"] + Self.percentiles.map { "p\(Self.short($0))" } + ["max"],
            rows: [
                row("from the intended time", result.latency),
                row("from real sending (uncorrected)", result.uncorrected),
            ])
    }

    // MARK: Plots over time

    private func line(
        _ name: String, _ colour: Int, _ value: (Interval) -> Double?
    ) -> SVGPlot.Line {
        SVGPlot.Line(
            name: name, colour: SVGPlot.colours[colour % SVGPlot.colours.count],
            points: result.intervals.compactMap { interval in
                value(interval).map { (interval.end, $0) }
            })
    }

    private var throughputPlot: SVGPlot {
        var lines = [
            line("answered well", 0) { $0.rate },
            line("sent", 2) { $0.seconds > 0 ? Double($0.sent) / $0.seconds : nil },
            line("failed", 1) {
                $0.seconds > 0 ? Double($0.outcomes.failed) / $0.seconds : nil
            },
        ]
        if let asked {
            lines.append(line("asked for", 6) { asked.rate(at: $0.end - $0.seconds / 2) })
        }
        return SVGPlot(
            title: "Requests a second", xLabel: "seconds", lines: lines,
            format: { Quantity.grouped($0) })
    }

    private var latencyPlot: SVGPlot {
        let lines = [50, 90, 99, 99.9].enumerated().map { index, percent in
            line("p\(Self.short(percent))", index) {
                $0.latency.count > 0 ? Double($0.latency.percentile(percent)) : nil
            }
        }
        return SVGPlot(
            title: "Latency from the intended time", xLabel: "seconds",
            lines: lines + [
                line("own lag p99", 6) {
                    $0.lag.count > 0 ? Double($0.lag.percentile(99)) : nil
                }
            ],
            isLogarithmic: true, format: { Quantity.time(nanoseconds: $0) })
    }

    /// HdrHistogram's plot: each step to the right is ten times rarer.
    private var percentilePlot: SVGPlot {
        func points(_ times: LatencyHistogram) -> [(x: Double, y: Double)] {
            guard times.count > 0 else { return [] }
            var points: [(x: Double, y: Double)] = []
            for step in 0...100 {
                let x = Double(step) / 20
                let rest = pow(10, -x)
                guard rest * Double(times.count) >= 1 || step == 0 else { break }
                points.append((x, Double(times.percentile((1 - rest) * 100))))
            }
            return points
        }
        let marks = ["0", "90", "99", "99.9", "99.99", "99.999"].enumerated().map {
            (x: Double($0.offset), text: $0.element + " %")
        }
        return SVGPlot(
            title: "Latency by percentile", xLabel: "percentile",
            lines: [
                .init(
                    name: "from intended time", colour: SVGPlot.colours[0],
                    points: points(result.latency)),
                .init(
                    name: "uncorrected", colour: SVGPlot.colours[1],
                    points: points(result.uncorrected)),
            ],
            isLogarithmic: true, xMarks: marks, format: { Quantity.time(nanoseconds: $0) })
    }

    private var statusPlot: SVGPlot {
        let names = result.outcomes.named.map(\.name)
        return SVGPlot(
            title: "Requests a second by status", xLabel: "seconds",
            lines: names.enumerated().map { index, name in
                line(name, index) { interval in
                    let count = interval.outcomes.named.first { $0.name == name }?.count ?? 0
                    return interval.seconds > 0 ? Double(count) / interval.seconds : nil
                }
            }, format: { Quantity.grouped($0) })
    }

    private var versions: [String] {
        Set(result.intervals.flatMap(\.versions.keys)).sorted()
    }

    private var versionPlot: SVGPlot {
        SVGPlot(
            title: "Answers a second by version", xLabel: "seconds",
            lines: versions.enumerated().map { index, version in
                line("version \(version)", index) {
                    $0.seconds > 0 ? Double($0.versions[version] ?? 0) / $0.seconds : nil
                }
            }, format: { Quantity.grouped($0) })
    }

    // MARK: Tables

    private var statusTable: String {
        HTML.table(
            head: ["status", "requests"],
            rows: result.outcomes.named.map { [$0.name, Quantity.grouped(Double($0.count))] })
    }

    private var groupsTable: String {
        HTML.table(
            head: ["answers of", "ok", "failed", "wrong", "p50", "p99", "p99.9", "max"],
            rows: result.recorder.groups.map { group in
                [
                    Self.name(group.key), Quantity.grouped(Double(group.outcomes.ok)),
                    Quantity.grouped(Double(group.outcomes.failed)),
                    Quantity.grouped(Double(group.wrong)),
                ]
                    + [50, 99, 99.9].map {
                        Quantity.time(nanoseconds: Double(group.latency.percentile($0)))
                    } + [Quantity.time(nanoseconds: Double(group.latency.max))]
            })
    }

    private var wrongTable: String {
        "<h2>The first wrong answers</h2>"
            + HTML.table(
                head: ["method", "model", "version", "row", "what is wrong"],
                rows: result.samples.map {
                    [$0.method, $0.model, $0.version, String($0.row), $0.reason]
                })
    }

    // MARK: Capacity

    private func capacityText(_ capacity: Capacity) -> String {
        let bound = capacity.finding.isLowerBound ? "at least " : ""
        return
            "<h2>Capacity: \(bound)\(Quantity.grouped(capacity.finding.capacity)) requests a second</h2>"
            + "<p>\(HTML.escape(capacity.finding.reason))</p>"
            + HTML.table(
                head: [
                    "asked", "answered", "p50", "p\(Self.short(capacity.promise.percentile))",
                    "errors", "verdict",
                ],
                rows: capacity.steps.map { step in
                    [
                        Quantity.grouped(step.measurement.asked),
                        Quantity.grouped(step.measurement.rate),
                        Quantity.time(nanoseconds: step.measurement.median),
                        Quantity.time(nanoseconds: step.measurement.latency),
                        "\(Quantity.fixed(step.measurement.errors * 100, 3)) %",
                        step.fault ?? "kept",
                    ]
                })
    }

    private func capacityPlot(_ capacity: Capacity) -> SVGPlot {
        let steps = capacity.steps.sorted { $0.measurement.asked < $1.measurement.asked }
        func line(
            _ name: String, _ colour: Int, _ value: (CapacitySearch.Measurement) -> Double
        ) -> SVGPlot.Line {
            .init(
                name: name, colour: SVGPlot.colours[colour],
                points: steps.map { ($0.measurement.asked, value($0.measurement)) })
        }
        return SVGPlot(
            title: "Latency by rate", xLabel: "requests a second that were asked for",
            lines: [
                line("p\(Self.short(capacity.promise.percentile))", 1) { $0.latency },
                line("p50", 0) { $0.median },
                line("promised", 6) { _ in capacity.promise.latencyMax },
            ], isLogarithmic: true, format: { Quantity.time(nanoseconds: $0) })
    }
}
