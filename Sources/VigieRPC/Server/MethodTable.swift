import Glibc

/// Finds a method by the bytes of `:path`, without making a string: open addressing over a power of
/// two at most half full. Filled before serving, read only afterwards.
final class MethodTable {
    // Retained by `methods`.
    private var slots: [Unmanaged<ServerMethod>?] = Array(repeating: nil, count: 16)
    private(set) var methods: [ServerMethod] = []

    func insert(_ method: ServerMethod) {
        methods.append(method)
        var capacity = 16
        while capacity < methods.count * 2 { capacity *= 2 }
        slots = Array(repeating: nil, count: capacity)
        for method in methods {
            let path = method.pathBytes
            var index = path.span.bytes.pathHash & (capacity - 1)
            while slots[index] != nil { index = (index + 1) & (capacity - 1) }
            slots[index] = .passUnretained(method)
        }
    }

    /// The method of this path, which lives as long as the table.
    func find(_ path: RawSpan) -> Unmanaged<ServerMethod>? {
        let mask = slots.count - 1
        var index = path.pathHash & mask
        while let method = slots[index] {
            if method._withUnsafeGuaranteedRef({ $0.hasPath(path) }) { return method }
            index = (index + 1) & mask
        }
        return nil
    }
}

extension ServerMethod {
    @inline(__always)
    fileprivate func hasPath(_ path: RawSpan) -> Bool {
        guard pathBytes.count == path.byteCount else { return false }
        return path.withUnsafeBytes { path in
            pathBytes.withUnsafeBytes {
                memcmp(path.baseAddress!, $0.baseAddress!, path.count) == 0
            }
        }
    }
}

extension RawSpan {
    /// Eight bytes at a time, multiplied and folded. Paths are short and the table is ours: no peer
    /// can fill it with collisions.
    fileprivate var pathHash: Int {
        var hash: UInt64 = UInt64(truncatingIfNeeded: byteCount)
        var offset = 0
        while offset + 8 <= byteCount {
            hash =
                (hash ^ unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt64.self))
                &* 0x9E37_79B9_7F4A_7C15
            hash ^= hash >> 29
            offset += 8
        }
        while offset < byteCount {
            hash =
                (hash ^ UInt64(unsafeLoad(fromUncheckedByteOffset: offset, as: UInt8.self)))
                &* 0x9E37_79B9_7F4A_7C15
            offset += 1
        }
        return Int(truncatingIfNeeded: (hash ^ hash >> 32) & 0x7FFF_FFFF)
    }
}
