import Glibc

/// An immutable array at a fixed, 64-byte aligned address, for the C kernels to walk through.
final class FlatArray<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    /// Valid as long as the array lives.
    let base: UnsafePointer<Element>
    let count: Int

    /// - Parameter fill: initialises all `count` elements, or throws.
    init<Failure: Error>(
        count: Int, _ fill: (UnsafeMutablePointer<Element>) throws(Failure) -> Void
    ) throws(Failure) {
        self.count = count
        let bytes = (max(count * MemoryLayout<Element>.stride, 64) + 63) & ~63
        // Out of memory has no recovery here: the process ends, as with any Swift allocation.
        guard let memory = aligned_alloc(64, bytes) else { preconditionFailure("out of memory") }
        let typed = memory.bindMemory(to: Element.self, capacity: max(count, 1))
        base = UnsafePointer(typed)
        try fill(typed)
    }

    convenience init(_ elements: [Element]) {
        self.init(count: elements.count) { typed in
            elements.withUnsafeBufferPointer { elements in
                guard let first = elements.baseAddress else { return }
                typed.initialize(from: first, count: elements.count)
            }
        }
    }

    deinit { free(UnsafeMutableRawPointer(mutating: base)) }

    var byteCount: Int { count * MemoryLayout<Element>.stride }
}
