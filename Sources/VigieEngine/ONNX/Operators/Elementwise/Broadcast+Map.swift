extension Broadcast {
    /// Calls `body` for each pair and stores what it gives.
    @inline(__always)
    func map<Input, Output>(
        _ left: UnsafeMutableBufferPointer<Input>, _ right: UnsafeMutableBufferPointer<Input>,
        _ out: UnsafeMutableBufferPointer<Output>, _ body: (Input, Input) -> Output
    ) {
        let count = runCount
        let (a, b, _) = runStrides
        forEachRun { position, first, second, _ in
            if a == 1, b == 1 {
                for index in 0..<count {
                    out[position + index] = body(left[first + index], right[second + index])
                }
            } else {
                for index in 0..<count {
                    out[position + index] = body(left[first + index * a], right[second + index * b])
                }
            }
        }
    }
}
