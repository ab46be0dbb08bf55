import Identifiers
import Testing

@testable import Rooms

@Suite struct SlowModeTests {
    private let ann = UserID(rawValue: 1)
    private let start = ContinuousClock.now

    @Test func theNextMessageWaitsToTheMoment() {
        var mode = SlowMode()
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start) == nil)
        let early = start + .seconds(10) - .nanoseconds(1)
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: early) == .nanoseconds(1))
        #expect(mode.take(UserID(rawValue: 2), clientID: nil, seconds: 10, now: early) == nil)
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start + .seconds(10)) == nil)
    }

    @Test func theSameMessageAgainDoesNotWait() {
        var mode = SlowMode()
        #expect(mode.take(ann, clientID: "a", seconds: 10, now: start) == nil)
        #expect(mode.take(ann, clientID: "a", seconds: 10, now: start + .seconds(4)) == nil)
        // It was written at the first time.
        #expect(mode.take(ann, clientID: "b", seconds: 10, now: start + .seconds(4)) == .seconds(6))
    }

    @Test func whatWasNotWrittenHoldsNobodyUp() {
        var mode = SlowMode()
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start) == nil)
        mode.giveBack(ann)
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start) == nil)
    }

    @Test func switchedOffItForgets() {
        var mode = SlowMode()
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start) == nil)
        #expect(mode.take(ann, clientID: nil, seconds: 0, now: start) == nil)
        #expect(mode.take(ann, clientID: nil, seconds: 10, now: start) == nil)
    }
}
