import Testing

@testable import Rooms

@Suite struct AttemptLimiterTests {
    private let start = ContinuousClock.now

    private func limiter(burst: Int = 3) -> AttemptLimiter {
        var limits = AttemptLimits()
        limits.perAccount = RateLimit(burst: burst, interval: .seconds(30))
        limits.perAddress = RateLimit(burst: 100, interval: .seconds(10))
        return AttemptLimiter(Live(limits))
    }

    @Test func attemptsAreLetThroughAtTheLimitAndNotOnePast() {
        var limiter = limiter()
        for _ in 0..<3 { #expect(limiter.take([.login(account: "ann")], now: start) == nil) }
        #expect(limiter.take([.login(account: "ann")], now: start) == .seconds(30))
        #expect(limiter.take([.login(account: "bob")], now: start) == nil)
    }

    @Test func timeGivesAttemptsBackOneByOne() {
        var limiter = limiter()
        for _ in 0..<3 { _ = limiter.take([.login(account: "ann")], now: start) }
        let later = start + .seconds(29)
        #expect(limiter.take([.login(account: "ann")], now: later) == .seconds(1))
        #expect(limiter.take([.login(account: "ann")], now: later + .seconds(1)) == nil)
        #expect(limiter.take([.login(account: "ann")], now: later + .seconds(1)) == .seconds(30))
    }

    @Test func refundedAttemptsCostNothing() {
        var limiter = limiter(burst: 1)
        for _ in 0..<5 {
            #expect(limiter.take([.login(account: "ann")], now: start) == nil)
            limiter.refund([.login(account: "ann")])
        }
    }

    @Test func whatOneBucketRefusesCostsTheOtherNothing() {
        var limiter = limiter(burst: 1)
        let keys: [AttemptLimiter.Key] = [.login(account: "ann"), .loginFrom(address: "a")]
        #expect(limiter.take(keys, now: start) == nil)
        for _ in 0..<200 { #expect(limiter.take(keys, now: start) != nil) }
        #expect(limiter.take([.loginFrom(address: "a")], now: start) == nil)
    }

    @Test func tableIsBoundedAndForgetsWhoeverIsNearestToWhole() {
        var limiter = limiter(burst: 2)
        #expect(limiter.take([.login(account: "victim")], now: start) == nil)
        #expect(limiter.take([.login(account: "victim")], now: start) == nil)
        for index in 1..<AttemptLimiter.entriesMax {
            #expect(limiter.take([.login(account: "other \(index)")], now: start) == nil)
        }
        #expect(limiter.forgottenCount == 0)
        _ = limiter.take([.login(account: "one more")], now: start)
        #expect(limiter.forgottenCount == 1)
        // The one that tried most is remembered.
        #expect(limiter.take([.login(account: "victim")], now: start) != nil)
        // Whoever is whole again is forgotten first, uncounted.
        let later = start + .seconds(3_600)
        _ = limiter.take([.login(account: "later")], now: later)
        #expect(limiter.forgottenCount == 1)
    }
}
