import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct RetentionTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general
    private let ids: [MessageID]

    /// Ten messages in General, sent at 1,000 … 10,000, and one elsewhere before all of them.
    init() async throws {
        let clock = SteppedClock([500] + (1...10).map { $0 * 1_000 })
        fixture = try await MessageFixture(now: clock.next)
        try await fixture.post("elsewhere", in: try await fixture.makeRoom(2))
        var ids: [MessageID] = []
        for index in 1...10 { ids.append(try await fixture.post("\(index)", mentions: [fixture.bob]).id) }
        self.ids = ids
    }

    private func left() async throws -> [MessageID] {
        try await fixture.store.messages(in: general, before: nil, after: nil, limit: 100).messages.map(\.id)
    }

    private func expire(before: Int64? = nil, keeping: Int? = nil, batchMax: Int = 100) async throws -> Int {
        try await fixture.store.deleteExpired(
            in: general, before: before, keepingNewest: keeping, batchMax: batchMax)
    }

    @Test func oldOnesGoByAge() async throws {
        #expect(try await expire(before: 4_000) == 3)
        #expect(try await left() == Array(ids[3...]))
        #expect(try await expire(before: 4_000) == 0)
    }

    @Test func surplusGoesByCount() async throws {
        #expect(try await expire(keeping: 10) == 0)
        #expect(try await expire(keeping: 11) == 0)
        #expect(try await expire(keeping: 9) == 1)
        #expect(try await left() == Array(ids[1...]))
        #expect(try await expire(keeping: 0) == 9)
        #expect(try await left().isEmpty)
        #expect(try await expire(keeping: 0) == 0)
    }

    @Test func whicheverTakesMoreDecides() async throws {
        #expect(try await expire(before: 3_000, keeping: 5) == 5)
        #expect(try await expire(before: 8_000, keeping: 5) == 2)
        #expect(try await expire(before: 9_000, keeping: 50) == 1)
        #expect(try await expire() == 0)
        #expect(try await left() == Array(ids[8...]))
    }

    @Test func batchesAreSmall() async throws {
        var batches: [Int] = []
        repeat { batches.append(try await expire(before: 8_000, keeping: 8, batchMax: 3)) } while batches.last != 0
        #expect(batches == [3, 3, 1, 0])
    }

    @Test func mentionsGoAndSearchIsTold() async throws {
        let before = try fixture.store.makeReader().searchChanges(after: 0, limit: 100)
        #expect(try await expire(keeping: 8) == 2)
        let mentions = try await fixture.store.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM mention") }
        #expect(mentions == 8)
        let changes = try fixture.store.makeReader().searchChanges(after: before.last?.sequence ?? 0, limit: 100)
        #expect(changes.map(\.messageID) == Array(ids[...1]))
        #expect(changes.allSatisfy { $0.message == nil })
        #expect(try await fixture.store.allMessages(after: nil, limit: 1).first?.content == "elsewhere")
    }
}
