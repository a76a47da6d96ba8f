import Testing
import VigieEngine

/// The same answers as statsmodels and statsforecast.
@Suite struct ARIMAAgreementTests {
    /// The largest difference, relative to the greater of the expected value and `size`.
    private func difference(_ actual: [Double], _ expected: [Double], size: Double) throws -> Double
    {
        try #require(actual.count == expected.count)
        return zip(actual, expected).reduce(0) { worst, pair in
            if pair.0.isNaN && pair.1.isNaN { return worst }
            let difference = abs(pair.0 - pair.1) / max(abs(pair.1), size)
            return difference.isNaN ? .infinity : max(worst, difference)
        }
    }

    @Test(arguments: ARIMACase.all)
    func forecasts_equal_the_librarys(test: ARIMACase) throws {
        let call = TensorCall(try test.load())
        try call.fill(test)
        try call.run()
        let size = test.spread
        let tolerance = 1e-9
        #expect(try difference(call.output("mean"), test.mean, size: size) < tolerance)
        #expect(try difference(call.output("stderr"), test.stderr, size: size) < tolerance)
        #expect(try difference(call.output("lower"), test.lower, size: size) < tolerance)
        #expect(try difference(call.output("upper"), test.upper, size: size) < tolerance)
        if let fitted = test.fitted {
            let own = try call.output("fitted").suffix(fitted.count)
            #expect(try difference(Array(own), fitted, size: size) < tolerance)
        }
        if let expected = test.logLikelihood {
            let own = try call.output("loglikelihood")
            #expect(try difference(own, [expected], size: 1) < tolerance)
        }
    }
}
