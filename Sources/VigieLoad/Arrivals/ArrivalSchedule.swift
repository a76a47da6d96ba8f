/// When requests are to be sent: one after the other, from the beginning of the run, in order.
package struct ArrivalSchedule: Sendable {
    /// One request that is to be sent.
    package struct Arrival: Sendable, Equatable {
        /// Its place among all of the run, from 0.
        package var index: Int
        /// Nanoseconds from the beginning of the run.
        package var offset: UInt64
    }

    /// How arrivals lie around their rate.
    package enum Spacing: Sendable, Equatable {
        /// Evenly: the n-th where n requests are due.
        case even
        /// At random, independent of each other: a Poisson process of the profile's rate.
        case poisson(seed: UInt64)
    }

    private enum Source: Sendable {
        case profile(RateProfile)
        /// Offsets in nanoseconds, in order.
        case recorded([UInt64])
    }

    private let source: Source
    private var generator: SeededGenerator?
    private var index = 0
    /// Requests that were due before the next one; a whole number unless they come at random.
    private var count = 0.0
    private var piece = 0
    /// Requests and seconds of the pieces before this one.
    private var countBefore = 0.0
    private var secondsBefore = 0.0

    package init(_ profile: RateProfile, spacing: Spacing = .even) {
        source = .profile(profile)
        if case .poisson(let seed) = spacing {
            var generator = SeededGenerator(seed: seed)
            count = generator.exponential()
            self.generator = generator
        }
    }

    /// What a recording says; `offsets` in nanoseconds, in any order.
    package init(recorded offsets: [UInt64]) { source = .recorded(offsets.sorted()) }

    /// The next request; nil when there are no more.
    package mutating func next() -> Arrival? {
        switch source {
        case .recorded(let offsets):
            guard index < offsets.count else { return nil }
            defer { index += 1 }
            return Arrival(index: index, offset: offsets[index])
        case .profile(let profile): return next(profile)
        }
    }

    private mutating func next(_ profile: RateProfile) -> Arrival? {
        while piece < profile.pieces.count {
            let current = profile.pieces[piece]
            let within = count - countBefore
            // A request that is due where two pieces meet belongs to the later one. Sums of pieces
            // are off by rounding: by less than a billionth of a request.
            guard within < current.arrivals - 1e-9 else {
                countBefore += current.arrivals
                secondsBefore += current.seconds
                piece += 1
                continue
            }
            let seconds = secondsBefore + current.time(ofCount: max(0, within))
            defer {
                index += 1
                count = generator == nil ? Double(index) : count + draw()
            }
            return Arrival(index: index, offset: UInt64(seconds * 1e9))
        }
        return nil
    }

    private mutating func draw() -> Double {
        guard var generator else { return 1 }
        defer { self.generator = generator }
        return generator.exponential()
    }
}
