/// log Σ e^x along axes, with the greatest x taken out so that no power overflows.
final class LogSumExpStep: ReduceStep {
    /// Holds each result's greatest element.
    let scratch: Int

    init(
        _ place: String, _ type: ElementType, _ input: Int, _ axes: Int?, _ output: Int,
        _ keeps: Bool, _ isNothingWithoutAxes: Bool, scratch: Int
    ) {
        self.scratch = scratch
        super.init(place, .maximum, type, input, axes, output, keeps, isNothingWithoutAxes)
    }

    override func reduce(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ values: Values
    ) throws(InferenceError) {
        let greatest = try values.shape(scratch, out.shape, self)
        if type == .float32 {
            compute(walk, source, out, greatest, Float.self)
        } else {
            compute(walk, source, out, greatest, Double.self)
        }
    }

    private func compute<Number: TensorFloat>(
        _ walk: ReduceWalk, _ source: Tensor, _ out: Tensor, _ greatest: Tensor,
        _ type: Number.Type
    ) {
        walk.fold(source, greatest, -Number.infinity) { Number.greatest($0, $1) }
        greatest.withElements(of: Number.self) { greatest in
            out.withElements(of: Number.self) { out in
                source.withElements(of: Number.self) { source in
                    for index in out.indices { out[index] = .zero }
                    walk.forEach(source.count) { position, target in
                        // Infinity less infinity is no number; its power is 1.
                        let shift = greatest[target].isInfinite ? 0 : greatest[target]
                        out[target] += Number.exponential(source[position] - shift)
                    }
                    for index in out.indices {
                        let shift = greatest[index].isInfinite ? 0 : greatest[index]
                        out[index] = Number.logarithm(out[index]) + shift
                    }
                }
            }
        }
    }
}
