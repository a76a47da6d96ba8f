import Glibc
import Testing
import VigieRegistry

@Suite struct ScorecardScaleTests {
    /// Siddiqi, Credit Risk Scorecards (2006), chapter 6: 600 points at odds of 30 : 1, doubling
    /// every 20 points, has factor 28.8539 and offset 501.8622.
    @Test func siddiqis_example_comes_out() throws {
        let scale = try #require(ScorecardScale(points: 600, odds: 30, pdo: 20))
        #expect(scale.points(probability: 1.0 / 31) == 600)
        #expect(scale.points(probability: 1.0 / 61) == 620)
        #expect(scale.points(probability: 1.0 / 16) == 580)
        // Even odds are the offset.
        #expect(scale.points(probability: 0.5) == 502)
    }

    @Test func safer_never_means_fewer_points() throws {
        let scale = try #require(
            ScorecardScale(points: 600, odds: 50, pdo: 20, minimum: 300, maximum: 850))
        var before = Int32.max
        for p in stride(from: 0.0, through: 1, by: 0.0007) {
            let points = scale.points(probability: p)
            #expect(points <= before && points >= 300 && points <= 850)
            before = points
        }
        #expect(scale.points(probability: 0) == 850)
        #expect(scale.points(probability: 1) == 300)
        #expect(scale.points(probability: .nan) == 300)
    }

    @Test func certainty_without_bounds_stays_within_int32() throws {
        let scale = try #require(ScorecardScale(points: 600, odds: 50, pdo: 20))
        #expect(scale.points(probability: 0) == .max)
        #expect(scale.points(probability: 1) == .min)
        let steep = try #require(ScorecardScale(points: 1e300, odds: 1e-300, pdo: 1e300))
        _ = steep.points(probability: 0.3)
    }

    @Test func bounds_that_are_no_whole_numbers_are_kept_to() throws {
        let scale = try #require(
            ScorecardScale(points: 600, odds: 50, pdo: 20, minimum: 300.4, maximum: 849.6))
        #expect(scale.points(probability: 1) == 301)
        #expect(scale.points(probability: 0) == 849)
    }

    @Test func scales_that_are_none_are_refused() {
        #expect(ScorecardScale(points: 600, odds: 0, pdo: 20) == nil)
        #expect(ScorecardScale(points: 600, odds: 50, pdo: 0) == nil)
        #expect(ScorecardScale(points: .nan, odds: 50, pdo: 20) == nil)
        #expect(ScorecardScale(points: 600, odds: 50, pdo: 20, minimum: 2, maximum: 1) == nil)
        #expect(ScorecardScale(points: 600, odds: .infinity, pdo: 20) == nil)
    }
}
