/// Finds the highest rate at which a server still keeps its promise: the knee of its curve.
///
/// A state machine: it says which rate to try, is told how that went, and ends with a capacity and the
/// reason. It doubles the rate until the promise breaks, then halves the gap until that is small. A rate at
/// which it breaks is tried once more before that counts: a machine's bad moment is not the server's knee.
package struct CapacitySearch: Sendable {
    /// What the server promises.
    package struct Promise: Sendable, Equatable {
        package var percentile = 99.0
        /// In nanoseconds.
        package var latencyMax: Double
        /// 0 … 1.
        package var errorsMax: Double
        /// Share of the asked rate that must be answered.
        package var rateMin = 0.98

        package init(percentile: Double = 99, latencyMax: Double, errorsMax: Double) {
            self.percentile = percentile
            self.latencyMax = latencyMax
            self.errorsMax = errorsMax
        }
    }

    /// What a try measured.
    package struct Measurement: Sendable, Equatable {
        /// Requests a second that were asked for, and OK answers a second that came.
        package var asked: Double
        package var rate: Double
        /// At the promise's percentile, from intended times, in nanoseconds.
        package var latency: Double
        package var median: Double
        package var errors: Double
        package var wrong: UInt64
        /// The generator itself could not keep up.
        package var generatorWasLate: Bool

        package init(
            asked: Double, rate: Double, latency: Double, median: Double, errors: Double,
            wrong: UInt64 = 0, generatorWasLate: Bool = false
        ) {
            self.asked = asked
            self.rate = rate
            self.latency = latency
            self.median = median
            self.errors = errors
            self.wrong = wrong
            self.generatorWasLate = generatorWasLate
        }
    }

    /// A try and what was wrong with it; nil when it kept the promise.
    package struct Step: Sendable, Equatable {
        package let measurement: Measurement
        package let fault: String?
    }

    package enum Next: Sendable, Equatable {
        /// Try this many requests a second.
        case attempt(Double)
        case finished(Finding)
    }

    package struct Finding: Sendable, Equatable {
        /// Requests a second; 0 when not even the lowest rate was kept.
        package let capacity: Double
        package let reason: String
        /// The generator, not the server, set the limit: the capacity is at least this.
        package let isLowerBound: Bool
    }

    package let promise: Promise
    /// The gap at which the search ends, as a share of the rate.
    private let resolution: Double
    private let highest: Double
    private let stepsMax: Int
    package private(set) var steps: [Step] = []
    /// The highest rate that was kept, the lowest that was not.
    private var kept = 0.0
    private var broken: Double?
    private var brokenReason = ""
    private var lateRate: Double?
    private var upcoming: Double
    /// The rate at which the promise has broken once.
    private var doubted: Double?

    /// - Parameters:
    ///   - start: the first rate to try.
    ///   - highest: no rate over it is tried.
    package init(
        _ promise: Promise, start: Double, highest: Double = 10_000_000, resolution: Double = 0.05,
        stepsMax: Int = 60
    ) {
        self.promise = promise
        self.resolution = resolution
        self.highest = highest
        self.stepsMax = stepsMax
        upcoming = min(start, highest)
    }

    package var next: Next {
        if steps.count >= stepsMax { return .finished(finding("after \(stepsMax) tries")) }
        if let broken {
            if kept > 0, (broken - kept) / kept <= resolution {
                return .finished(finding("at \(Quantity.grouped(broken))/s \(brokenReason)"))
            }
            if kept == 0, broken < 1 {
                return .finished(finding("even at \(Quantity.fixed(broken, 2))/s \(brokenReason)"))
            }
        } else if kept >= highest {
            return .finished(finding("the highest rate that was to be tried was kept"))
        }
        return .attempt(upcoming)
    }

    /// Takes what the try of ``next`` measured.
    package mutating func took(_ measurement: Measurement) {
        let fault = self.fault(measurement)
        steps.append(Step(measurement: measurement, fault: fault))
        if let fault {
            // A wrong answer is no bad moment.
            if measurement.wrong == 0, doubted != measurement.asked {
                doubted = measurement.asked
                return
            }
            if broken.map({ measurement.asked < $0 }) ?? true {
                broken = measurement.asked
                brokenReason = fault
                lateRate = measurement.generatorWasLate ? measurement.asked : nil
            }
        } else {
            kept = max(kept, measurement.asked)
        }
        if let broken {
            upcoming = kept > 0 ? (kept + broken) / 2 : broken / 4
        } else {
            upcoming = min(kept * 2, highest)
        }
    }

    private func fault(_ measured: Measurement) -> String? {
        if measured.wrong > 0 { return "\(measured.wrong) answers were wrong" }
        if measured.errors > promise.errorsMax {
            return "errors were \(Quantity.fixed(measured.errors * 100, 3)) %, over "
                + "\(Quantity.fixed(promise.errorsMax * 100, 3)) %"
        }
        if measured.generatorWasLate { return "the generator itself could not keep up" }
        if measured.latency > promise.latencyMax {
            return "p\(Self.short(promise.percentile)) was "
                + "\(Quantity.time(nanoseconds: measured.latency)), over "
                + Quantity.time(nanoseconds: promise.latencyMax)
        }
        if measured.rate < promise.rateMin * measured.asked {
            return "only \(Quantity.grouped(measured.rate))/s were answered"
        }
        return nil
    }

    private static func short(_ percentile: Double) -> String {
        percentile == percentile.rounded() ? String(Int(percentile)) : "\(percentile)"
    }

    private func finding(_ reason: String) -> Finding {
        Finding(
            capacity: kept, reason: reason,
            isLowerBound: lateRate != nil || (broken == nil && kept > 0))
    }
}
