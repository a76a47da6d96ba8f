/// Copies what lies under a window into a row.
struct PatchWalk {
    let window: Window
    let slide: Window.Slide

    init(_ window: Window, _ slide: Window.Slide) {
        self.window = window
        self.slide = slide
    }

    /// The first position of the window at `place`, which may lie in the padding.
    @inline(__always)
    func start(_ place: Int) -> SIMD3<Int> {
        let last = place % slide.output[2]
        let rest = place / slide.output[2]
        let position = SIMD3(rest / slide.output[1], rest % slide.output[1], last)
        return position &* window.strides &- slide.begins
    }

    /// The other way round of ``gather``: adds a row to what lies under the window.
    func scatter(
        place: Int, channels: Int, from patch: UnsafeMutableBufferPointer<Float>, _ source: Int,
        to target: UnsafeMutableBufferPointer<Float>, _ base: Int
    ) {
        let start = start(place)
        var from = source
        for channel in 0..<channels {
            let plane = base + channel * slide.inputCount
            for x in 0..<window.kernel[0] {
                let first = start[0] + x * window.dilations[0]
                for y in 0..<window.kernel[1] {
                    let second = start[1] + y * window.dilations[1]
                    let isInside =
                        first >= 0 && first < slide.input[0] && second >= 0
                        && second < slide.input[1]
                    let line = plane + (first * slide.input[1] + second) * slide.input[2]
                    for z in 0..<window.kernel[2] {
                        let third = start[2] + z * window.dilations[2]
                        if isInside, third >= 0, third < slide.input[2] {
                            target[line + third] += patch[from]
                        }
                        from += 1
                    }
                }
            }
        }
    }

    /// Channel after channel, zeros where there is padding.
    func gather(
        place: Int, channels: Int, from source: UnsafeMutableBufferPointer<Float>, _ base: Int,
        to patch: UnsafeMutableBufferPointer<Float>, _ target: Int
    ) {
        let start = start(place)
        var to = target
        for channel in 0..<channels {
            let plane = base + channel * slide.inputCount
            for x in 0..<window.kernel[0] {
                let first = start[0] + x * window.dilations[0]
                for y in 0..<window.kernel[1] {
                    let second = start[1] + y * window.dilations[1]
                    let isInside =
                        first >= 0 && first < slide.input[0] && second >= 0
                        && second < slide.input[1]
                    let line = plane + (first * slide.input[1] + second) * slide.input[2]
                    for z in 0..<window.kernel[2] {
                        let third = start[2] + z * window.dilations[2]
                        let isValue = isInside && third >= 0 && third < slide.input[2]
                        patch[to] = isValue ? source[line + third] : 0
                        to += 1
                    }
                }
            }
        }
    }
}
