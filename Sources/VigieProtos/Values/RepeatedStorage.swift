import Glibc

/// Makes room for `wanted` elements in all in protobuf-c's array at `base`, which holds `count`.
@inlinable
func reserve<Slot>(
    _ base: inout UnsafeMutablePointer<Slot>?, count: Int, wanted: Int, in arena: ArenaPointer
) {
    let stride = MemoryLayout<Slot>.stride
    guard let old = base, count > 0 else {
        if let old = base, ArenaState.capacity(of: old) >= wanted * stride { return }
        if wanted > 0 {
            let memory = arena.pointee.take(wanted * stride)
            base = memory.assumingMemoryBound(to: Slot.self)
        }
        return
    }
    let bytes = wanted * stride
    if ArenaState.capacity(of: old) >= bytes { return }
    if arena.pointee.extend(UnsafeMutableRawPointer(old), to: bytes) { return }
    let memory = arena.pointee.take(bytes)
    memcpy(memory, old, count * stride)
    base = memory.assumingMemoryBound(to: Slot.self)
}

/// Adds one element to protobuf-c's array; the room grows by doubling.
@inlinable
func append<Slot>(
    _ slot: Slot, to base: inout UnsafeMutablePointer<Slot>?, count: inout Int,
    in arena: ArenaPointer
) {
    if let memory = base, count > 0,
        ArenaState.capacity(of: memory) >= (count + 1) * MemoryLayout<Slot>.stride
    {
        memory[count] = slot
    } else {
        reserve(&base, count: count, wanted: max(4, count * 2), in: arena)
        base.unsafelyUnwrapped[count] = slot
    }
    count += 1
}

/// Replaces protobuf-c's array by a copy of `elements`.
@inlinable
func replace<Slot: BitwiseCopyable>(
    _ base: inout UnsafeMutablePointer<Slot>?, count: inout Int,
    with elements: UnsafeBufferPointer<Slot>, in arena: ArenaPointer
) {
    count = 0
    guard let source = elements.baseAddress, elements.count > 0 else { return }
    reserve(&base, count: 0, wanted: elements.count, in: arena)
    memmove(base.unsafelyUnwrapped, source, elements.count * MemoryLayout<Slot>.stride)
    count = elements.count
}

/// Replaces protobuf-c's array by `newCount` elements that `fill` writes, all of them.
@inlinable
func replace<Slot: BitwiseCopyable>(
    _ base: inout UnsafeMutablePointer<Slot>?, count: inout Int, newCount: Int,
    in arena: ArenaPointer, filledBy fill: (UnsafeMutableBufferPointer<Slot>) -> Void
) {
    precondition(newCount >= 0)
    count = 0
    reserve(&base, count: 0, wanted: newCount, in: arena)
    fill(UnsafeMutableBufferPointer(start: base, count: newCount))
    count = newCount
}
