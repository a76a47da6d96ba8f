extension Tensor {
    /// Gives the tensor the shape of `source` with `rows` rows, without content.
    public func reshape(like source: Tensor, rows: Int) {
        var shape = source.shape
        precondition(shape.rank > 0, "a scalar has no rows")
        shape[0] = rows
        reshape(shape)
    }

    /// Copies `count` rows of `source` from its row `first` on to this tensor's row `target` on. Both
    /// have the same type and the same extents but the first. Rows of text are appended: they must
    /// come in order.
    public func copyRows(_ count: Int, from source: Tensor, at first: Int, to target: Int) {
        precondition(type == source.type && shape.rank > 0 && shape.rank == source.shape.rank)
        guard count > 0 else { return }
        let width = self.count / shape[0]
        precondition(
            first >= 0 && target >= 0 && first + count <= source.shape[0]
                && target + count <= shape[0] && source.count / source.shape[0] == width,
            "rows that are not there, or of another width")
        if type == .string {
            for index in first * width..<(first + count) * width {
                source.withString(at: index) { appendString($0) }
            }
            return
        }
        let rowBytes = width * type.byteCount
        let from = source.bytes.extracting(first * rowBytes..<(first + count) * rowBytes)
        withMutableBytes { bytes in
            let room = UnsafeMutableRawBufferPointer(
                rebasing: bytes[target * rowBytes..<(target + count) * rowBytes])
            from.withUnsafeBytes { room.copyMemory(from: $0) }
        }
    }

    /// Copies `source` whole; both have the same type.
    public func copy(_ source: Tensor) {
        precondition(type == source.type)
        guard !source.isAbsent else { return setAbsent() }
        reshape(source.shape)
        if type == .string {
            for index in 0..<source.count { source.withString(at: index) { appendString($0) } }
        } else {
            let from = source.bytes
            withMutableBytes { room in from.withUnsafeBytes { room.copyMemory(from: $0) } }
        }
    }

    /// Bytes that its content takes.
    public var contentBytes: Int {
        guard type == .string else { return count * type.byteCount }
        var total = 8 * count
        for index in 0..<count { withString(at: index) { total += $0.byteCount } }
        return total
    }
}
