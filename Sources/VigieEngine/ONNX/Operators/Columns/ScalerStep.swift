/// (x - offset) * scale, column by column.
final class ScalerStep: Step {
    let type: ElementType
    /// One for each column, or one for all.
    let offset: FlatArray<Float>
    let scale: FlatArray<Float>
    let input: Int
    let output: Int

    init(
        _ place: String, _ type: ElementType, _ offset: [Float], _ scale: [Float], _ input: Int,
        _ output: Int
    ) {
        self.type = type
        self.offset = FlatArray(offset)
        self.scale = FlatArray(scale)
        self.input = input
        self.output = output
        super.init(place)
    }

    override func run(_ values: Values) throws(InferenceError) {
        let source = values[input]
        let (_, columns) = try matrix(source)
        guard offset.count == 1 || offset.count == columns,
            scale.count == 1 || scale.count == columns
        else {
            throw mismatch("\(columns) columns for \(offset.count) offsets, \(scale.count) scales")
        }
        let out = try values.shape(output, source.shape, self)
        if type == .float32 {
            scale(source, out, columns, Float.self)
        } else {
            scale(source, out, columns, Double.self)
        }
    }

    @inline(__always)
    private func scale<Number: BinaryFloatingPoint & BitwiseCopyable>(
        _ source: Tensor, _ out: Tensor, _ columns: Int, _ type: Number.Type
    ) {
        let (offsetStep, scaleStep) = (offset.count == 1 ? 0 : 1, scale.count == 1 ? 0 : 1)
        let (offset, scale) = (offset.base, scale.base)
        source.withElements(of: Number.self) { source in
            out.withElements(of: Float.self) { out in
                guard columns > 0 else { return }
                var start = 0
                while start < source.count {
                    for column in 0..<columns {
                        let x = source[start + column] - Number(offset[column * offsetStep])
                        out[start + column] = Float(x * Number(scale[column * scaleStep]))
                    }
                    start += columns
                }
            }
        }
    }
}
