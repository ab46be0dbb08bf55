import Identifiers
import NetworkSimulator
import Testing

@testable import ChatStore

@Suite struct MessageDateTests {
    @Test func firstMessageOfAnInstantIsFoundWhateverIsMissing() async throws {
        let seed = UInt64.random(in: 0 ... .max)
        var random = SeededGenerator(seed: seed)
        var instants: [Int64] = [10]
        for _ in 0..<60 { instants.append(instants[instants.count - 1] + Int64.random(in: 0...3, using: &random)) }
        let clock = SteppedClock(instants)
        let fixture = try await MessageFixture(now: clock.next)
        let rooms = [MessageFixture.general, try await fixture.makeRoom(2)]
        var messages: [StoredMessage] = []
        for _ in instants {
            let room = rooms[Int.random(in: 0...1, using: &random)]
            messages.append(try await fixture.post("x", in: room))
        }
        // One room keeps three messages only, so that there are gaps between the ids.
        _ = try await fixture.store.deleteExpired(in: rooms[0], before: nil, keepingNewest: 3, batchMax: 100)
        let left = try await fixture.store.allMessages(after: nil, limit: 100)
        #expect(left.count < messages.count, "seed \(seed)")
        let reader = fixture.store.makeReader()
        for instant in 0...(instants[60] + 2) {
            let expected = left.first { $0.sentAt >= instant }?.id
            #expect(try reader.firstMessageID(sentAtOrAfter: instant) == expected, "seed \(seed)")
        }
    }

    @Test func emptyStoreHasNoMessageOfAnyInstant() async throws {
        let fixture = try await MessageFixture()
        #expect(try fixture.store.makeReader().firstMessageID(sentAtOrAfter: 0) == nil)
    }
}
