/// The greatest or the mean of what lies under a window, channel by channel.
final class PoolStep: Step {
    enum Kind { case greatest, mean(countsPadding: Bool) }

    let kind: Kind
    let type: ElementType
    let window: Window
    let input: Int
    let output: Int

    init(
        _ place: String, _ kind: Kind, _ type: ElementType, _ window: Window, _ input: Int,
        _ output: Int
    ) {
        self.kind = kind
        self.type = type
        self.window = window
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        guard source.shape.rank == 2 + window.dimensions else {
            throw mismatch("a window of \(window.dimensions) dimensions over \(source.shape)")
        }
        guard let slide = window.slide(source.shape) else {
            throw mismatch("the window is larger than an input \(source.shape)")
        }
        let planes = source.shape[0] * source.shape[1]
        let out = try values.shape(
            output, slide.shape(source.shape[0], source.shape[1], window.dimensions), self)
        let (work, overflow) = out.count.multipliedReportingOverflow(by: window.size)
        try values.charge(overflow ? .max : work, self)
        if type == .float32 {
            pool(slide, source, out, planes, Float.self)
        } else {
            pool(slide, source, out, planes, Double.self)
        }
    }

    @inline(__always)
    private func pool<Number: TensorFloat>(
        _ slide: Window.Slide, _ source: Tensor, _ out: Tensor, _ planes: Int,
        _ type: Number.Type
    ) {
        let walk = PatchWalk(window, slide)
        let places = slide.outputCount
        source.withElements(of: Number.self) { source in
            out.withElements(of: Number.self) { out in
                for plane in 0..<planes {
                    let base = plane * slide.inputCount
                    for place in 0..<places {
                        let start = walk.start(place)
                        out[plane * places + place] =
                            switch kind {
                            case .greatest: greatest(source, base, slide, start)
                            case .mean(let countsPadding):
                                mean(source, base, slide, start, countsPadding)
                            }
                    }
                }
            }
        }
    }

    /// Calls `body` with each element under the window at `start`.
    @inline(__always)
    private func forEach<Number: TensorFloat>(
        _ source: UnsafeMutableBufferPointer<Number>, _ base: Int, _ slide: Window.Slide,
        _ start: SIMD3<Int>, _ body: (Number) -> Void
    ) {
        for x in 0..<window.kernel[0] {
            let first = start[0] + x * window.dilations[0]
            guard first >= 0, first < slide.input[0] else { continue }
            for y in 0..<window.kernel[1] {
                let second = start[1] + y * window.dilations[1]
                guard second >= 0, second < slide.input[1] else { continue }
                let line = base + (first * slide.input[1] + second) * slide.input[2]
                for z in 0..<window.kernel[2] {
                    let third = start[2] + z * window.dilations[2]
                    guard third >= 0, third < slide.input[2] else { continue }
                    body(source[line + third])
                }
            }
        }
    }

    private func greatest<Number: TensorFloat>(
        _ source: UnsafeMutableBufferPointer<Number>, _ base: Int, _ slide: Window.Slide,
        _ start: SIMD3<Int>
    ) -> Number {
        var best = -Number.infinity
        forEach(source, base, slide, start) { best = Number.greatest(best, $0) }
        return best
    }

    private func mean<Number: TensorFloat>(
        _ source: UnsafeMutableBufferPointer<Number>, _ base: Int, _ slide: Window.Slide,
        _ start: SIMD3<Int>, _ countsPadding: Bool
    ) -> Number {
        var sum = Number.zero
        var count = 0
        forEach(source, base, slide, start) { value in
            sum += value
            count += 1
        }
        if countsPadding {
            count = 1
            for axis in 0..<Window.dimensionsMax {
                // Positions up to the end of the padding: with ceil_mode a window may reach beyond.
                let end = slide.input[axis] + slide.ends[axis] - start[axis]
                let dilation = window.dilations[axis]
                count *= min(window.kernel[axis], max((end + dilation - 1) / dilation, 0))
            }
        }
        return count == 0 ? 0 : sum / Number(count)
    }
}
