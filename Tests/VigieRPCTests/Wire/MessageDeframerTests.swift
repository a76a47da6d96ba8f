import Testing

@testable import VigieRPC

struct MessageDeframerTests {
    private static func framed(_ message: [UInt8], flag: UInt8 = 0) -> [UInt8] {
        [flag, 0, 0, UInt8(message.count >> 8), UInt8(message.count & 255)] + message
    }

    @Test func messages_are_cut_out_however_the_bytes_arrive() throws {
        let messages: [[UInt8]] = [[], [1], Array(repeating: 7, count: 700), [2, 3]]
        let wire = messages.enumerated().flatMap { Self.framed($1, flag: UInt8($0 & 1)) }
        for step in 1...wire.count {
            var deframer = MessageDeframer(limit: 1000)
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: wire.count, by: step) {
                deframer.append(Array(wire[start..<min(start + step, wire.count)]).span.bytes)
                while let next = try deframer.next() {
                    #expect(next.isCompressed == (found.count & 1 == 1))
                    found.append(
                        deframer.withMessage(next.count) { $0.withUnsafeBytes { Array($0) } })
                    deframer.consume(next.count)
                }
            }
            #expect(found == messages)
            #expect(deframer.bufferedBytes == 0)
        }
    }

    @Test func a_message_over_the_limit_is_refused_by_its_prefix() {
        var deframer = MessageDeframer(limit: 9)
        deframer.append(([0, 0, 0, 0, 10] as [UInt8]).span.bytes)
        #expect(throws: MessageDeframer.Failure.tooLarge(bytes: 10, limit: 9)) {
            _ = try deframer.next()
        }
    }

    @Test func a_flag_that_means_nothing_is_refused() {
        var deframer = MessageDeframer(limit: 9)
        deframer.append(([2, 0, 0, 0, 0] as [UInt8]).span.bytes)
        #expect(throws: MessageDeframer.Failure.badFlag(2)) { _ = try deframer.next() }
    }
}
