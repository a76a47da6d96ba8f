import Glibc

/// A model's trend at a scaled time: rates and offsets added up between changepoints.
struct ProphetTrend: Sendable {
    private let growth: ProphetModel.Growth
    private let changepoints: [Double]
    /// Before the first changepoint, and after each.
    private let rates: [Double]
    private let offsets: [Double]

    init(_ model: ProphetModel) {
        growth = model.growth
        changepoints = model.changepoints
        var rate = model.rate
        var offset = model.offset
        var rates = [rate]
        var offsets = [offset]
        for (time, change) in zip(model.changepoints, model.changes) {
            switch model.growth {
            case .linear: offset -= time * change
            // What keeps the curve in one piece.
            case .logistic: offset += (time - offset) * (1 - rate / (rate + change))
            case .flat: break
            }
            rate += change
            rates.append(rate)
            offsets.append(offset)
        }
        self.rates = rates
        self.offsets = offsets
    }

    /// Without the scale of y and the floor.
    /// - Parameter cap: the scaled capacity, for logistic growth.
    func value(at time: Double, cap: Double) -> Double {
        if growth == .flat { return offsets[0] }
        let piece = piece(at: time)
        switch growth {
        case .linear: return rates[piece] * time + offsets[piece]
        default: return cap / (1 + exp(-rates[piece] * (time - offsets[piece])))
        }
    }

    /// How many changepoints are not after `time`.
    private func piece(at time: Double) -> Int {
        var low = 0
        var high = changepoints.count
        while low < high {
            let middle = (low + high) / 2
            if changepoints[middle] <= time { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
