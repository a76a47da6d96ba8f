/// What one step reads and writes.
struct Wiring {
    /// Every slot that it reads.
    var reads: [Int]
    /// Every slot that it fills.
    var writes: [Int]
}
