import Glibc

/// What loadtest/malloc/count.c has counted of this process so far: loaded with LD_PRELOAD, it keeps
/// its counts in the file that VIGIE_MALLOC_COUNTS names (layout: struct table there).
struct AllocationCounts {
    private let path: String

    /// Nil when nobody counts.
    init?() {
        guard getenv("LD_PRELOAD") != nil, let path = getenv("VIGIE_MALLOC_COUNTS") else {
            return nil
        }
        self.path = String(cString: path)
    }

    /// Allocations of all objects of the process. Reading allocates nothing itself.
    var total: UInt64 {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        // A magic of 8 bytes and their number; then a name of 104 bytes and three counts for each.
        let (header, object, name, objects) = (16, 128, 104, 64)
        return withUnsafeTemporaryAllocation(
            byteCount: header + object * objects, alignment: 8
        ) { buffer in
            guard read(file, buffer.baseAddress!, buffer.count) == buffer.count else { return 0 }
            var sum: UInt64 = 0
            for index in 0..<objects {
                sum &+= buffer.loadUnaligned(
                    fromByteOffset: header + index * object + name, as: UInt64.self)
            }
            return sum
        }
    }
}
