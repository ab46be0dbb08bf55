import Identifiers
import Testing

@testable import VoiceStateCache

/// Two servers under one name.
@Suite struct CacheRivalTests {
    private static let complaint = VoiceStateCacheCondition.contested(serverName: MachineRun.server)
    private static let warning =
        "another server writes under the name test (cache.server_name); "
        + "Redis has the other's state of voice until that server is gone"
    private static let notice = CacheReporter.Line.notice("Redis has the state of voice")

    /// Two runs with one Redis, of which the second starts a second later. Its clock ticks in what it writes.
    private struct Pair {
        var first = MachineRun(generation: "g1")
        var second: MachineRun

        init() {
            first.ledger.change { $0.put(People.session(1)) }
            first.pass(.seconds(1))
            second = MachineRun(generation: "g2", redis: first.redis)
            second.ledger.change { $0.put(People.session(2)) }
        }

        mutating func pass(_ duration: Duration, secondIsAlive: Bool = true) {
            for _ in 0..<Int(duration / .milliseconds(100)) {
                if secondIsAlive {
                    second.redis = first.redis
                    second.pass(.milliseconds(100))
                    first.redis = second.redis
                }
                first.pass(.milliseconds(100))
            }
            second.redis = first.redis
        }
    }

    @Test func theEarlierOneStepsBackAndSaysSoOnce() {
        var pair = Pair()
        pair.pass(.seconds(120))
        #expect(pair.first.machine.figures.condition == Self.complaint)
        #expect(pair.first.said == [Self.notice, .warning(Self.warning)])
        #expect(pair.first.machine.figures.filled == 1 && pair.first.machine.figures.contested == 1)
        #expect(pair.second.isRight && pair.second.warnings.isEmpty)
        let farewell = pair.first.machine.farewell()
        #expect(farewell == nil && pair.first.ledger.figures.waiting == 0, "what is there is the other's")
    }

    @Test func whatTheEarlierOneWroteMeanwhileDoesNotStay() {
        var pair = Pair()
        pair.second.pass(.milliseconds(10))
        pair.first.redis = pair.second.redis
        pair.first.ledger.change { $0.put(People.session(9, room: 4)) }
        pair.first.pass(.milliseconds(200))
        pair.pass(.seconds(5))
        #expect(pair.second.isRight && pair.second.warnings.isEmpty)
    }

    @Test func aGoodbyeGivesTheNameBack() {
        var pair = Pair()
        pair.pass(.seconds(10))
        #expect(pair.first.machine.figures.condition == Self.complaint)
        if let farewell = pair.second.machine.farewell() { _ = pair.first.redis.answer(farewell) }
        pair.pass(.seconds(3), secondIsAlive: false)
        #expect(pair.first.isRight)
        #expect(pair.first.said == [Self.notice, .warning(Self.warning), Self.notice])
    }

    @Test func aSilentOneLosesTheNameToTheOneThatIsThere() {
        var pair = Pair()
        pair.pass(.seconds(10))
        pair.pass(CacheRival.silenceMax - .seconds(2), secondIsAlive: false)
        #expect(pair.first.machine.figures.condition == Self.complaint, "it may only be slow")
        pair.pass(.seconds(6), secondIsAlive: false)
        #expect(pair.first.isRight)
        // It was only stopped: the name is no longer its own, and it does not fight for it.
        pair.pass(.seconds(60))
        #expect(pair.first.isRight)
        #expect(pair.second.machine.figures.condition == Self.complaint)
    }

    @Test func aNewConnectionDoesNotTakeTheNameAway() {
        var pair = Pair()
        pair.pass(.seconds(10))
        pair.first.outage = "Connection refused"
        pair.pass(.seconds(10))
        pair.first.outage = nil
        pair.pass(.seconds(10))
        #expect(pair.first.machine.figures.condition == Self.complaint)
        #expect(pair.first.warnings.count == 2, "away, and contested as before")
        #expect(pair.second.isRight && pair.second.warnings.isEmpty)
    }

    @Test func aServerThatReplacesADeadOneTakesOverAtOnce() {
        var first = MachineRun(generation: "g1")
        first.ledger.change { $0.put(People.session(1)) }
        first.pass(.seconds(1))
        var second = MachineRun(generation: "g2", redis: first.redis)
        second.ledger.change { $0.put(People.session(2)) }
        second.pass(.zero)
        #expect(second.isRight)
        second.pass(.seconds(60))
        #expect(second.isRight && second.said == [Self.notice] && second.machine.figures.filled == 1)
    }

    @Test func silenceIsMeasuredToItsLimit() {
        let start = ContinuousClock.now
        let answers: [RedisReply] = [.text("g2"), .text("1")]
        for (silence, isThere) in [
            (CacheRival.silenceMax - .milliseconds(1), true), (CacheRival.silenceMax, false),
        ] {
            var rival = CacheRival(at: start)
            let first = rival.isThere(answers, besides: "g1", at: start)
            let later = rival.isThere(answers, besides: "g1", at: start + silence)
            #expect(first && later == isThere)
        }
        var rival = CacheRival(at: start)
        let own = rival.isThere([.text("g1"), .text("1")], besides: "g1", at: start)
        let none = rival.isThere([RedisReply.none, .text("1")], besides: "g1", at: start)
        #expect(!own && !none)
    }
}
