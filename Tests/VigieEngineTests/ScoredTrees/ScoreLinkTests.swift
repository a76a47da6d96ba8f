import Foundation
import Testing
import VigieEngine

@Suite struct ScoreLinkTests {
    @Test func responses_are_what_people_see() {
        #expect(ScoreLink.logit.response(0) == 0.5 && ScoreLink.logit.response(-1000) == 0)
        #expect(ScoreLink.identity.response(-3) == -3)
        #expect(ScoreLink.log.response(0) == 1 && ScoreLink.exp2.response(-1) == 0.5)
        #expect(ScoreLink.softplus.response(0) == log(2))
        #expect(ScoreLink.softplus.response(1e6) == 1e6)
        #expect(ScoreLink.signedSquare.response(-3) == -9)
        #expect(ScoreLink.step.response(0) == 0 && ScoreLink.step.response(1e-9) == 1)
        for link in ScoreLink.allCases { #expect(link.response(.nan).isNaN) }
    }

    @Test func log_odds_are_those_of_the_response() {
        #expect(ScoreLink.logit.logOdds(0.7) == 0.7)
        #expect(abs(ScoreLink.identity.logOdds(0.25) + log(3)) < 1e-15)
        #expect(ScoreLink.exp2.logOdds(-1) == 0)
        #expect(ScoreLink.identity.logOdds(1) == .infinity)
        #expect(ScoreLink.identity.logOdds(1.1).isNaN)
    }
}
