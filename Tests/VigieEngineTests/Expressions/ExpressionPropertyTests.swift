import TestRandom
import Testing

@testable import VigieEngine

/// Random expressions against the reference evaluator, and read back after they were written.
@Suite struct ExpressionPropertyTests {
    @Test(arguments: [UInt64(1), 2, 3, 4])
    func a_random_expression_gives_what_the_documentation_says(seed: UInt64) throws {
        var writer = ExpressionWriter(random: SplitMix(seed: seed))
        var missing = 0
        for index in 0..<400 {
            let depth = 1 + index % 6
            let text =
                switch index % 3 {
                case 0: writer.number(depth)
                case 1: writer.boolean(depth)
                default: writer.text(depth)
                }
            let sample = try ExpressionSample(text)
            let again = try ExpressionSample(ExpressionWriter.print(sample.node))
            for _ in 0..<8 {
                let row = ExpressionSample.row(&writer.random)
                let expected = ReferenceEvaluator(values: row, lists: ExpressionSample.lists)
                    .evaluate(sample.node)
                if expected == .missing { missing += 1 }
                try #require(sample.run(row) == expected, "seed \(seed): \(text), \(row)")
                try #require(again.run(row) == expected, "seed \(seed): printed \(text), \(row)")
            }
        }
        #expect(missing > 130 && missing < 2_600)
    }

    @Test(arguments: [UInt64(11), 12, 13])
    func a_mutated_expression_is_refused_or_has_a_value(seed: UInt64) {
        var writer = ExpressionWriter(random: SplitMix(seed: seed))
        var refused = 0
        for index in 0..<1_200 {
            var bytes = Array((index % 2 == 0 ? writer.boolean(4) : writer.number(4)).utf8)
            for _ in 0...Int(writer.random.next() % 3) where !bytes.isEmpty {
                let place = Int(writer.random.next() % UInt64(bytes.count))
                switch writer.random.next() % 4 {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: writer.random.next())
                case 1: bytes.remove(at: place)
                case 2:
                    bytes.insert(bytes[Int(writer.random.next() % UInt64(bytes.count))], at: place)
                default: bytes.removeSubrange(place...)
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            do {
                let sample = try ExpressionSample(text)
                let row = ExpressionSample.row(&writer.random)
                let expected = ReferenceEvaluator(values: row, lists: ExpressionSample.lists)
                    .evaluate(sample.node)
                #expect(sample.run(row) == expected, "seed \(seed): \(text), \(row)")
            } catch {
                refused += 1
                let error = error as? ExpressionError
                #expect((error?.line ?? 0) >= 1 && (error?.column ?? 0) >= 1, "\(text)")
            }
        }
        #expect(refused > 300)
    }
}
