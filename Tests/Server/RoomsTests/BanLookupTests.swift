import Foundation
import Identifiers
import NetworkSimulator
import Testing

@testable import Rooms

/// The list in memory gives the answer of a walk over all bans, whatever overlaps and whenever it is asked.
@Suite struct BanLookupTests {
    private let start = Date(timeIntervalSince1970: 1_000_000)

    private func address(_ value: Int) -> NetworkAddress { NetworkAddress(value: UInt128(value)) }

    @Test func overlappingRangesAnswerAsAWalkOverAllWould() throws {
        let seed: UInt64 = 0xBA25_0001
        var generator = SeededGenerator(seed: seed)
        for round in 0..<40 {
            var bans = Bans()
            var known: [(range: AddressRange, end: Date?)] = []
            for id in 0..<UInt64.random(in: 1...30, using: &generator) {
                let first = Int.random(in: 0...200, using: &generator)
                let last = first + Int.random(in: 0...40, using: &generator)
                let range = try #require(AddressRange(first: address(first), last: address(last)))
                let isEnding = Bool.random(using: &generator)
                let end = isEnding ? start + Double(Int.random(in: 1...50, using: &generator)) : nil
                bans.insert(id, .addresses(range), Bans.Terms(reason: "", expiresAt: end), now: start)
                known.append((range, end))
            }
            for second in stride(from: 0.0, through: 60, by: 5) {
                let now = start + second
                for value in 0...245 {
                    let isBanned = known.contains {
                        $0.range.contains(address(value)) && ($0.end ?? .distantFuture) > now
                    }
                    #expect(
                        bans.contains(address(value), now: now) == isBanned,
                        "seed \(seed), round \(round), address \(value), second \(second)")
                }
            }
        }
    }

    @Test func aBanEndsAtItsInstant() {
        var bans = Bans()
        let user = UserID(rawValue: 7)
        bans.insert(1, .user(user), Bans.Terms(reason: "spam", expiresAt: start + 10), now: start)
        #expect(bans.terms(for: user, now: start + 9.999)?.reason == "spam")
        #expect(bans.terms(for: user, now: start + 10) == nil)
    }

    @Test func ofSeveralTheLongestIsTold() {
        var bans = Bans()
        let user = UserID(rawValue: 7)
        bans.insert(1, .user(user), Bans.Terms(reason: "short", expiresAt: start + 10), now: start)
        bans.insert(2, .user(user), Bans.Terms(reason: "for good", expiresAt: nil), now: start)
        bans.insert(3, .user(user), Bans.Terms(reason: "long", expiresAt: start + 20), now: start)
        #expect(bans.terms(for: user, now: start)?.reason == "for good")
        bans.remove(2, now: start)
        #expect(bans.terms(for: user, now: start)?.reason == "long")
        bans.remove(3, now: start)
        #expect(bans.terms(for: user, now: start)?.reason == "short")
        bans.remove(1, now: start)
        #expect(bans.terms(for: user, now: start) == nil)
    }
}
