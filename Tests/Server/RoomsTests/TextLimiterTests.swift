import Identifiers
import Testing

@testable import Rooms

@Suite struct TextLimiterTests {
    private let start = ContinuousClock.now
    private let limits: TextLimits = {
        var limits = TextLimits()
        limits.messagesPerUser = RateLimit(burst: 2, interval: .seconds(1))
        limits.messagesPerAddress = RateLimit(burst: 3, interval: .seconds(1))
        return limits
    }()

    private func user(_ number: UInt64) -> UserID { UserID(rawValue: number) }

    @Test func usersAndAddressesAtTheirLimitsAndOnePast() {
        var limiter = TextLimiter(Live(limits))
        for _ in 0..<2 { #expect(limiter.takeMessage(of: user(1), from: "a", now: start) == nil) }
        let own = limiter.takeMessage(of: user(1), from: "b", now: start)
        #expect(own?.event == .userMessagesLimited && own?.wait == .seconds(1))
        #expect(limiter.takeMessage(of: user(2), from: "a", now: start) == nil)
        let shared = limiter.takeMessage(of: user(3), from: "a", now: start)
        #expect(shared?.event == .addressMessagesLimited && shared?.wait == .seconds(1))
        #expect(limiter.takeMessage(of: user(1), from: "a", now: start + .seconds(1)) == nil)
    }

    /// What the address refuses does not count against the user.
    @Test func aRefusedMessageCostsNothing() {
        var limiter = TextLimiter(Live(limits))
        for number: UInt64 in 1...3 { #expect(limiter.takeMessage(of: user(number), from: "a", now: start) == nil) }
        for _ in 0..<5 { #expect(limiter.takeMessage(of: user(9), from: "a", now: start) != nil) }
        for _ in 0..<2 { #expect(limiter.takeMessage(of: user(9), from: "b", now: start) == nil) }
    }

    @Test func searchingAndTypingHaveLimitsOfTheirOwn() {
        var limits = limits
        limits.searchesPerUser = RateLimit(burst: 1, interval: .seconds(1))
        limits.typingPerUser = RateLimit(burst: 1, interval: .seconds(2))
        var limiter = TextLimiter(Live(limits))
        #expect(limiter.takeSearch(of: user(1), now: start) == nil)
        #expect(limiter.takeSearch(of: user(1), now: start) == .seconds(1))
        #expect(limiter.takeTyping(of: user(1), now: start) == nil)
        #expect(limiter.takeTyping(of: user(1), now: start) == .seconds(2))
        #expect(limiter.takeMessage(of: user(1), from: "a", now: start) == nil)
    }

    @Test func aFullTableForgetsWhoIsNearestToBeingWhole() {
        var table = RateTable<Int>(entriesMax: 2)
        let limit = RateLimit(burst: 2, interval: .seconds(10))
        _ = table.take(1, limit, now: start)
        _ = table.take(1, limit, now: start)
        _ = table.take(2, limit, now: start)
        #expect(table.forgottenCount == 0)
        _ = table.take(3, limit, now: start)
        #expect(table.count == 2 && table.forgottenCount == 1)
        // 1 has the most to wait for and is still known.
        #expect(table.take(1, limit, now: start) == .seconds(10))
    }
}
