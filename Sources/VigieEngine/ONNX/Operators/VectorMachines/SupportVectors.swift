/// The vectors that a machine compares rows with.
struct SupportVectors {
    let kernel: KernelFunction
    let vectors: FlatArray<Float>
    let count: Int
    let columns: Int

    /// - Parameter count: of the vectors; `vectors` divides into as many.
    init(
        _ node: NodeBuilder, _ kernel: KernelFunction, _ vectors: [Float], count: Int
    ) throws(LoadError) {
        guard count > 0, !vectors.isEmpty, vectors.count % count == 0 else {
            throw node.corrupt("\(vectors.count) numbers for \(count) vectors")
        }
        self.kernel = kernel
        self.vectors = FlatArray(vectors)
        self.count = count
        columns = vectors.count / count
    }

    /// Writes the kernel of one row and each vector to `out`.
    @inline(__always)
    func compare(_ source: Tensor, _ row: Int, _ out: UnsafeMutablePointer<Double>) {
        if source.type == .float32 {
            compare(source, row, out, Float.self)
        } else {
            compare(source, row, out, Double.self)
        }
    }

    @inline(__always)
    private func compare<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ row: Int, _ out: UnsafeMutablePointer<Double>, _ type: Number.Type
    ) {
        source.withElements(of: Number.self) { source in
            guard let base = source.baseAddress else { return }
            for index in 0..<count {
                out[index] = kernel.value(
                    UnsafePointer(base + row * columns), vectors.base + index * columns, columns)
            }
        }
    }
}

extension Step {
    /// The rows of an input for `vectors`.
    final func rows(_ source: Tensor, for vectors: SupportVectors) throws(InferenceError) -> Int {
        let (rows, columns) = try matrix(source)
        guard columns == vectors.columns else {
            throw mismatch("\(columns) columns, \(vectors.columns) are expected")
        }
        return rows
    }
}
