import GRDB
import Identifiers
import Testing

@testable import ChatStore

/// Edits and deletions have numbers that only grow, and stay with their messages.
@Suite struct ChangeNumberTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general

    init() async throws { fixture = try await MessageFixture() }

    private func changes(after change: UInt64, limit: Int = 100) async throws -> (ids: [MessageID], hasMore: Bool) {
        try await fixture.store.changes(in: general, after: ChangeID(rawValue: change), limit: limit) {
            ($0.map(\.id), $1)
        }
    }

    private func edit(_ id: MessageID) async throws -> ChangeID {
        let outcome = try await fixture.commit(
            .edit(id, in: general, by: fixture.alice, content: "new", mentions: []))
        guard case .edited(let message) = outcome else { throw ChatStoreError(.notFound, "\(outcome)") }
        return try #require(message.changeID)
    }

    @Test func eachMessageComesOnceWithItsLastChange() async throws {
        let first = try await fixture.post("1").id
        let second = try await fixture.post("2").id
        #expect(try await changes(after: 0).ids == [])
        let numbers = [try await edit(second), try await edit(first), try await edit(second)]
        #expect(numbers == numbers.sorted() && Set(numbers).count == 3)
        #expect(try await changes(after: 0).ids == [first, second])
        #expect(try await changes(after: numbers[1].rawValue).ids == [second])
        #expect(try await changes(after: .max).ids == [])
        let end = try await fixture.store.conversationEnds()[general]
        #expect(end == ConversationEnd(message: second, change: numbers[2]))
    }

    /// What the search index has let go of gives no number a second time.
    @Test func numbersAreNotUsedAgain() async throws {
        let id = try await fixture.post("1").id
        let first = try await edit(id)
        try await fixture.store.forgetSearchChanges(through: .max)
        #expect(try await edit(id) > first)
    }

    @Test func aPageAtItsLimitAndOnePast() async throws {
        var ids: [MessageID] = []
        for number in 0..<3 { ids.append(try await fixture.post("\(number)").id) }
        for id in ids { _ = try await edit(id) }
        let whole = try await changes(after: 0, limit: 3)
        #expect(whole.ids == ids && !whole.hasMore)
        let part = try await changes(after: 0, limit: 2)
        #expect(part.ids == Array(ids[..<2]) && part.hasMore)
        #expect(try await changes(after: 0, limit: -1).ids == [])
    }

    @Test func changesAreFoundInTheIndexWithoutSorting() async throws {
        let ends = "SELECT \(ChatStore.lastMessageQuery(in: "?1")), \(ChatStore.lastChangeQuery(in: "?1"))"
        let queries: [(String, StatementArguments)] = [(ChatStore.changesQuery, [1, 1, 1]), (ends, [1])]
        for (query, arguments) in queries {
            let plan = try await fixture.store.read { database in
                let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + query)
                return try Row.fetchAll(statement, arguments: arguments).map { $0["detail"] as String }
            }
            #expect(plan.contains { $0.contains("message_by_change (conversation=? AND change_id>?") }, "\(plan)")
            #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN message") }, "\(plan)")
        }
    }
}
