import CVigieSys

/// Facts of the machine.
package enum System {
    /// Processors that this process may run on; at least 1.
    package static var usableProcessors: Int { Int(vigie_usable_processors()) }

    /// Lets blocks of 1 MiB and more go back to the kernel when they are freed. By itself malloc soon
    /// keeps blocks of up to 32 MiB (mallopt(3), M_MMAP_THRESHOLD), a heap a thread: after a few large
    /// batches that is a multiple of what they took.
    package static func returnLargeBlocks() { vigie_return_blocks_from(1 << 20) }

    /// Gives memory that was freed back to the kernel; takes milliseconds, and holds up threads that
    /// allocate.
    package static func returnFreeMemory() { vigie_return_free_memory() }
}
