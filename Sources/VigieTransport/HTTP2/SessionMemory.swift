import CNghttp2
import CVigieSys
import Glibc

/// The allocator of a loop's sessions. nghttp2 makes about eight small blocks for a request and frees
/// them a moment later: here they come from lists of free blocks, one for each size class, without
/// malloc's locks and searches. For the loop's thread only.
///
/// Each block has its size class in the 16 bytes before it, which keep it aligned as malloc's are.
final class SessionMemory {
    /// What nghttp2 calls; it copies the table's content into each session.
    let table: UnsafeMutablePointer<nghttp2_mem>
    private let state: UnsafeMutablePointer<State>

    /// Size classes are multiples of this; larger blocks than `classes` of it are malloc's.
    fileprivate static let stepBytes = 64
    fileprivate static let classes = 16
    fileprivate static let headerBytes = 16
    /// Free blocks kept of each class: the blocks of a few hundred requests at once. None with
    /// AddressSanitizer, which would not see a block used after it was given back.
    fileprivate static let keptBlocks = vigie_sanitizes_addresses() == 0 ? 2048 : 0

    fileprivate struct State {
        /// The first free block of each class; a free block begins with the address of the next.
        var free: InlineArray<16, UnsafeMutableRawPointer?> = .init(repeating: nil)
        var counts: InlineArray<16, Int> = .init(repeating: 0)
        let keptBlocks = SessionMemory.keptBlocks
    }

    init() {
        state = .allocate(capacity: 1)
        state.initialize(to: State())
        table = .allocate(capacity: 1)
        table.initialize(
            to: nghttp2_mem(
                mem_user_data: state,
                malloc: { size, data in take(size, data) },
                free: { block, data in give(block, data) },
                calloc: { count, size, data in
                    let (bytes, overflow) = count.multipliedReportingOverflow(by: size)
                    guard !overflow, let block = take(bytes, data) else { return nil }
                    return memset(block, 0, bytes)
                },
                realloc: { block, size, data in retake(block, size, data) }))
    }

    // The loop has ended, and with it all sessions that had blocks of these lists.
    deinit {
        for index in 0..<Self.classes {
            while let block = state.pointee.free[index] {
                state.pointee.free[index] = block.load(as: UnsafeMutableRawPointer?.self)
                Glibc.free(block - Self.headerBytes)
            }
        }
        state.deallocate()
        table.deallocate()
    }
}

@inline(__always)
private func take(_ size: Int, _ data: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    let index = (size &+ SessionMemory.stepBytes &- 1) / SessionMemory.stepBytes
    // A session's sizes come from limits of ours; one that is negative here comes from none.
    guard size >= 0, size <= Int.max / 2 else { return nil }
    let state = data.unsafelyUnwrapped.assumingMemoryBound(to: SessionMemory.State.self)
    if index < SessionMemory.classes, let block = state.pointee.free[index] {
        state.pointee.free[index] = block.load(as: UnsafeMutableRawPointer?.self)
        state.pointee.counts[index] &-= 1
        return block
    }
    let isListed = index < SessionMemory.classes && state.pointee.keptBlocks > 0
    let capacity = isListed ? index &* SessionMemory.stepBytes : size
    guard let base = malloc(SessionMemory.headerBytes + max(capacity, 16)) else { return nil }
    base.storeBytes(of: capacity, as: Int.self)
    return base + SessionMemory.headerBytes
}

@inline(__always)
private func give(_ block: UnsafeMutableRawPointer?, _ data: UnsafeMutableRawPointer?) {
    guard let block else { return }
    let capacity = (block - SessionMemory.headerBytes).load(as: Int.self)
    let index = capacity / SessionMemory.stepBytes
    let state = data.unsafelyUnwrapped.assumingMemoryBound(to: SessionMemory.State.self)
    guard index < SessionMemory.classes, capacity % SessionMemory.stepBytes == 0,
        state.pointee.counts[index] < state.pointee.keptBlocks
    else { return free(block - SessionMemory.headerBytes) }
    block.storeBytes(of: state.pointee.free[index], as: UnsafeMutableRawPointer?.self)
    state.pointee.free[index] = block
    state.pointee.counts[index] &+= 1
}

private func retake(
    _ block: UnsafeMutableRawPointer?, _ size: Int, _ data: UnsafeMutableRawPointer?
) -> UnsafeMutableRawPointer? {
    guard let block else { return take(size, data) }
    let capacity = (block - SessionMemory.headerBytes).load(as: Int.self)
    if size <= capacity { return block }
    guard let larger = take(size, data) else { return nil }
    memcpy(larger, block, capacity)
    give(block, data)
    return larger
}
