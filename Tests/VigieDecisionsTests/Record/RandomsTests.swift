import Testing

@testable import VigieDecisions

struct RandomsTests {
    @Test func identifiers_are_of_version_7_and_in_the_order_of_their_times() {
        var randoms = Randoms()
        // RFC 9562, appendix A.6: 2022-02-22 19:22:22 UTC.
        let first = randoms.uuid(time: 1_645_557_742_000_000_000)
        #expect(first.hasPrefix("017f22e2-79b0-7000-"))
        let later = randoms.uuid(time: 1_645_557_742_000_500_000)
        #expect(later.hasPrefix("017f22e2-79b0-7800-"))
        #expect(first < later)
        for _ in 0..<1000 {
            let one = Array(randoms.uuid(time: 1).utf8)
            #expect(one.count == 36 && Array("89ab".utf8).contains(one[19]))
        }
    }

    @Test func no_two_are_alike() {
        var randoms = Randoms()
        #expect(Set((0..<10_000).map { _ in randoms.uuid(time: 7) }).count == 10_000)
    }
}
