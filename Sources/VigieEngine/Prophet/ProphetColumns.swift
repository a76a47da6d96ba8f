import Glibc

/// A row's regression: what each component comes to.
struct ProphetColumns: Sendable {
    private let model: ProphetModel
    private let tensors: ProphetTensors

    init(_ model: ProphetModel, _ tensors: ProphetTensors) {
        self.model = model
        self.tensors = tensors
    }

    /// Fills ``ProphetWorkspace/components`` for one row.
    func fill(_ workspace: ProphetWorkspace, row: Int, second: Int64) throws(InferenceError) {
        for index in workspace.components.indices { workspace.components[index] = 0 }
        addSeasons(workspace, row: row, days: Double(second) / Double(CivilDay.seconds))
        addHolidays(workspace, day: CivilDay.containing(second))
        try addRegressors(workspace, row: row)
        for index in workspace.components.indices where model.components[index].isAdditive {
            workspace.components[index] *= model.scale
        }
    }

    @inline(__always)
    private func add(_ value: Double, column: Int, to workspace: ProphetWorkspace) {
        let term = value * model.weights[column]
        for place in model.memberStarts[column]..<model.memberStarts[column + 1] {
            workspace.components[model.members[place]] += term
        }
    }

    private func addSeasons(_ workspace: ProphetWorkspace, row: Int, days: Double) {
        var column = 0
        for season in model.seasonalities {
            let first = column
            column += 2 * season.order
            if let condition = season.condition {
                let isOn = workspace.inputs[tensors.conditions[condition]].withElements(
                    of: UInt8.self
                ) { $0[row] != 0 }
                if !isOn { continue }
            }
            let angle = 2 * Double.pi * days / season.period
            let (sine, cosine) = (sin(angle), cos(angle))
            // The next multiple by turning once more: two sines a season, whatever its order.
            var (s, c) = (sine, cosine)
            for pair in 0..<season.order {
                add(s, column: first + 2 * pair, to: workspace)
                add(c, column: first + 2 * pair + 1, to: workspace)
                (s, c) = (s * cosine + c * sine, c * cosine - s * sine)
            }
        }
    }

    private func addHolidays(_ workspace: ProphetWorkspace, day: Int) {
        var low = 0
        var high = model.holidays.count
        while low < high {
            let middle = (low + high) / 2
            if model.holidays[middle].day < day { low = middle + 1 } else { high = middle }
        }
        while low < model.holidays.count, model.holidays[low].day == day {
            add(1, column: model.holidays[low].column, to: workspace)
            low += 1
        }
    }

    private func addRegressors(_ workspace: ProphetWorkspace, row: Int) throws(InferenceError) {
        let first = model.seasonalColumns + model.holidayColumns
        for (index, regressor) in model.regressors.enumerated() {
            let value = workspace.inputs[tensors.regressors[index]].withElements(of: Double.self) {
                $0[row]
            }
            guard value.isFinite else {
                throw ProphetRequest.fail(regressor.name, "holds \(value), and must be finite")
            }
            add(
                (value - regressor.mean) / regressor.deviation, column: first + index, to: workspace
            )
        }
    }
}
