import Testing

@testable import VigieTransport

@Suite struct ByteQueueTests {
    private func contents(_ queue: borrowing ByteQueue) -> [UInt8] {
        queue.bytes.withUnsafeBytes { Array($0) }
    }

    @Test func bytes_come_out_in_the_order_they_went_in() {
        var queue = ByteQueue()
        var expected: [UInt8] = []
        var generator = SystemRandomNumberGenerator()
        var next: UInt8 = 0
        for _ in 0..<5_000 {
            if Bool.random(using: &generator) || queue.isEmpty {
                let count = Int.random(in: 0...700, using: &generator)
                let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0) &+ next }
                next &+= 31
                queue.append(bytes.span.bytes)
                expected += bytes
            } else {
                let count = Int.random(in: 0...queue.count, using: &generator)
                queue.consume(count)
                expected.removeFirst(count)
            }
            #expect(queue.count == expected.count)
            if queue.count < 2_000 { #expect(contents(queue) == expected) }
        }
        #expect(contents(queue) == expected)
    }

    @Test func what_a_queue_holds_is_its_bytes_and_of_a_large_block_all() {
        var queue = ByteQueue()
        queue.append(atMost: 1_000) { _ in 1_000 }
        queue.consume(900)
        #expect(queue.heldBytes == 100)
        queue.append(atMost: 1 << 20) { _ in 1 << 20 }
        let large = queue.heldBytes
        #expect(large > 1 << 20)
        // One byte that is left keeps the whole block.
        queue.consume(queue.count - 1)
        #expect(queue.heldBytes == large)
        queue.consume(1)
        #expect(queue.heldBytes == 0)
    }

    @Test func an_empty_queue_keeps_a_small_block_and_gives_a_large_one_back() {
        var queue = ByteQueue()
        queue.append(atMost: 1_000) { _ in 1_000 }
        queue.consume(1_000)
        #expect(queue.reservedBytes >= 1_000)
        queue.append(atMost: 1 << 20) { _ in 1 << 20 }
        #expect(queue.reservedBytes >= 1 << 20)
        queue.consume(1 << 20)
        #expect(queue.reservedBytes == 0)
    }

    @Test func a_queue_that_never_empties_does_not_grow_without_end() {
        var queue = ByteQueue()
        queue.append(atMost: 100) { _ in 100 }
        for _ in 0..<100_000 {
            queue.append(atMost: 100) { _ in 100 }
            queue.consume(100)
        }
        #expect(queue.count == 100)
        #expect(queue.reservedBytes <= 4_096)
    }
}
