import ControlWire
import Identifiers
import Testing

@testable import Rooms

/// Guessing keeps guessers out, not the people whose accounts they guess at.
@Suite(.timeLimit(.minutes(1))) struct StrangerTests {
    private let right = ControlMessage.login(username: "ann", password: "password of ann")
    private let wrong = ControlMessage.login(username: "ann", password: "wrong")

    @Test func strangersCannotLockTheOwnerOut() async throws {
        var attempts = AttemptLimits()
        attempts.perAccount = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        _ = try await harness.member("ann")
        for index in 0..<5 { _ = try await harness.connect(address: "198.51.100.\(index)").ask(wrong) }
        #expect(harness.counters[.attemptRateLimited] == 3)
        // Where ann registered.
        let owner = harness.connect()
        _ = try await owner.ask(right)
        #expect(owner.session.isAuthenticated)
        // From elsewhere ann waits as everybody does.
        let elsewhere = harness.connect(address: "203.0.113.1")
        _ = try await elsewhere.ask(right)
        #expect(!elsewhere.session.isAuthenticated)
        await harness.stop()
    }

    @Test func addressOfTheOwnerHasASmallLimitOfItsOwn() async throws {
        var attempts = AttemptLimits()
        attempts.perAccountAndAddress = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        _ = try await harness.member("ann")
        for _ in 0..<2 { _ = try await harness.connect().ask(wrong) }
        #expect(harness.counters[.attemptRateLimited] == 0)
        _ = try await harness.connect().ask(right)
        #expect(harness.counters[.attemptRateLimited] == 1)
        await harness.stop()
    }

    @Test func familiarAddressesAreBoundedAndTheOldestIsForgotten() {
        let start = ContinuousClock.now
        var limiter = AttemptLimiter(Live(AttemptLimits()))
        for index in 0..<AttemptLimiter.familiarMax {
            limiter.remember(account: "ann", address: "\(index)", now: start + .seconds(index))
        }
        #expect(limiter.forgottenCount == 0)
        #expect(!limiter.loginKeys(account: "ann", address: "0").contains(.login(account: "ann")))
        #expect(limiter.loginKeys(account: "bob", address: "0").contains(.login(account: "bob")))
        limiter.remember(account: "bob", address: "0", now: start + .seconds(1_000_000))
        #expect(limiter.forgottenCount == 1)
        #expect(limiter.loginKeys(account: "ann", address: "0").contains(.login(account: "ann")))
        #expect(!limiter.loginKeys(account: "ann", address: "1").contains(.login(account: "ann")))
    }

    @Test func fullTableOfGuessersIsCountedOnePastTheLimit() async throws {
        let harness = try await RoomsHarness()
        for index in 0..<AttemptLimiter.entriesMax {
            try harness.services.accounts.takeRoom(madeBy: UserID(rawValue: UInt64(index)))
        }
        #expect(harness.counters[.attemptTableFull] == 0)
        try harness.services.accounts.takeRoom(madeBy: UserID(rawValue: .max))
        #expect(harness.counters[.attemptTableFull] == 1)
        await harness.stop()
    }
}
