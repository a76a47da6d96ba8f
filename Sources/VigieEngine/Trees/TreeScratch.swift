import CVigieKernels
import Glibc

/// One thread's memory for one ensemble's predictions; part of a ``Workspace``.
package final class TreeScratch {
    /// Rows whose keys are held at once, so that a block of trees in cache meets many rows.
    let rowCount: Int
    let keys: UnsafeMutablePointer<Int32>
    /// A leaf for each tree, when a leaf is more than one weight.
    let leaves: UnsafeMutablePointer<UInt32>
    /// For ``RankedForest``.
    let ranked: UnsafeMutableRawPointer

    /// Keys of a block of rows should stay in a core's nearest cache.
    private static let keysMax = 4_096
    private static let rowsMax = 64

    init(keyStride: Int, treeSlots: Int, rankedBytes: Int) {
        rowCount = max(1, min(Self.rowsMax, Self.keysMax / keyStride))
        keys = .allocate(capacity: rowCount * keyStride)
        keys.initialize(repeating: 0, count: rowCount * keyStride)
        leaves = .allocate(capacity: max(treeSlots, 1))
        leaves.initialize(repeating: 0, count: max(treeSlots, 1))
        ranked = .allocate(byteCount: max(rankedBytes, 64), alignment: 64)
        ranked.initializeMemory(as: UInt8.self, repeating: 0, count: max(rankedBytes, 64))
    }

    deinit {
        keys.deallocate()
        leaves.deallocate()
        ranked.deallocate()
    }
}
