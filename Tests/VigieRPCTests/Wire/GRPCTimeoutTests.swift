import Testing
import VigieRPC

struct GRPCTimeoutTests {
    @Test(arguments: [
        ("1H", Duration.seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)),
        ("4m", .milliseconds(4)), ("5u", .microseconds(5)), ("6n", .nanoseconds(6)),
        ("99999999S", .seconds(99_999_999)), ("00000000n", .zero),
    ])
    func a_wellformed_timeout_is_read(_ text: String, _ duration: Duration) {
        #expect(GRPCTimeout.parse(Array(text.utf8)) == duration)
    }

    @Test(arguments: ["", "S", "1", "1s", "123456789S", "-1S", "+1S", "1.0S", " 1S", "1S ", "0x1S"])
    func a_malformed_one_is_not(_ text: String) {
        #expect(GRPCTimeout.parse(Array(text.utf8)) == nil)
    }

    @Test func what_is_written_is_never_shorter_and_at_most_a_unit_longer() throws {
        var random = SystemRandomNumberGenerator()
        for exponent in 0..<60 {
            let nanoseconds = Int64.random(in: 0...(1 << exponent), using: &random)
            let timeout = Duration.nanoseconds(nanoseconds)
            let text = GRPCTimeout.format(timeout)
            let read = try #require(GRPCTimeout.parse(Array(text.utf8)), "\(text)")
            #expect(read >= timeout, "\(nanoseconds) became \(text)")
            // Eight digits: the relative error is below one in 10^6, but for whole minutes and hours.
            #expect(read <= timeout * 1.001 + .nanoseconds(1), "\(nanoseconds) became \(text)")
        }
    }

    @Test func a_negative_timeout_has_passed() {
        #expect(GRPCTimeout.format(.seconds(-1)) == "0n")
    }
}
