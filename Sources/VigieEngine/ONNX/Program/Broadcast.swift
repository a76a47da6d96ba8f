/// How up to three tensors of different shapes are walked together under numpy's broadcasting:
/// dimensions are aligned at the last one, and an extent of 1 is repeated.
struct Broadcast {
    /// The result's shape.
    let shape: TensorShape
    /// Extents and strides after dimensions that all tensors walk alike have been merged.
    private var extents = SIMD8<Int>(repeating: 1)
    private var strides: (SIMD8<Int>, SIMD8<Int>, SIMD8<Int>) = (.zero, .zero, .zero)
    private var rank = 0

    /// Nil when the shapes do not fit each other.
    static func shape(_ a: TensorShape, _ b: TensorShape) -> TensorShape? {
        let rank = max(a.rank, b.rank)
        var shape = TensorShape()
        for axis in 0..<rank {
            let left = axis - (rank - a.rank) >= 0 ? a[axis - (rank - a.rank)] : 1
            let right = axis - (rank - b.rank) >= 0 ? b[axis - (rank - b.rank)] : 1
            guard left == right || left == 1 || right == 1 else { return nil }
            shape.append(left == 1 ? right : left)
        }
        return shape
    }

    /// - Parameter shape: what the shapes of `a`, `b` and `c` broadcast to.
    init(_ shape: TensorShape, _ a: TensorShape, _ b: TensorShape, _ c: TensorShape = .init()) {
        self.shape = shape
        if a == shape, c.rank == 0, setSimple(b) { return }
        let full = (
            Self.strides(a, in: shape), Self.strides(b, in: shape), Self.strides(c, in: shape)
        )
        for axis in 0..<shape.rank where shape[axis] != 1 {
            let (x, y, z) = (full.0[axis], full.1[axis], full.2[axis])
            let extent = shape[axis]
            let last = rank - 1
            if last >= 0, strides.0[last] == x * extent, strides.1[last] == y * extent,
                strides.2[last] == z * extent
            {
                extents[last] *= extent
                strides.0[last] = x
                strides.1[last] = y
                strides.2[last] = z
            } else {
                extents[rank] = extent
                strides.0[rank] = x
                strides.1[rank] = y
                strides.2[rank] = z
                rank += 1
            }
        }
        if rank == 0 { rank = 1 }
    }

    /// Plans the walks that nearly all graphs make, in which `a` has the result's shape and `b` has
    /// it too, or is a scalar, or one row: without a look at each dimension.
    private mutating func setSimple(_ b: TensorShape) -> Bool {
        let total = shape.elementCount ?? 0
        if b == shape || b.elementCount == 1 {
            extents[0] = total
            strides.0[0] = 1
            strides.1[0] = b == shape ? 1 : 0
            rank = 1
            return true
        }
        guard shape.rank > 0, b.rank > 0, total > 0 else { return false }
        let columns = shape[shape.rank - 1]
        guard b[b.rank - 1] == columns, b.elementCount == columns else { return false }
        extents[0] = total / columns
        extents[1] = columns
        strides.0[0] = columns
        strides.0[1] = 1
        strides.1[1] = 1
        rank = 2
        return true
    }

    private static func strides(_ shape: TensorShape, in whole: TensorShape) -> SIMD8<Int> {
        let own = StridedWalk.strides(of: shape)
        var strides = SIMD8<Int>(repeating: 0)
        let shift = whole.rank - shape.rank
        for axis in 0..<shape.rank where shape[axis] != 1 { strides[axis + shift] = own[axis] }
        return strides
    }

    /// Elements in one run.
    var runCount: Int { extents[rank - 1] }
    /// How far apart the elements of a run lie in each tensor: 0 or more.
    var runStrides: (Int, Int, Int) {
        (strides.0[rank - 1], strides.1[rank - 1], strides.2[rank - 1])
    }

    /// Calls `body` for each run with where it begins: in the result, in `a`, in `b`, in `c`.
    @inline(__always)
    func forEachRun(_ body: (Int, Int, Int, Int) -> Void) {
        guard let total = shape.elementCount, total > 0 else { return }
        var counter = SIMD8<Int>(repeating: 0)
        var (a, b, c, out) = (0, 0, 0, 0)
        for _ in 0..<(total / runCount) {
            body(out, a, b, c)
            out += runCount
            var axis = rank - 2
            while axis >= 0 {
                counter[axis] += 1
                a += strides.0[axis]
                b += strides.1[axis]
                c += strides.2[axis]
                let extent = extents[axis]
                if counter[axis] < extent { break }
                a -= strides.0[axis] * extent
                b -= strides.1[axis] * extent
                c -= strides.2[axis] * extent
                counter[axis] = 0
                axis -= 1
            }
        }
    }
}
