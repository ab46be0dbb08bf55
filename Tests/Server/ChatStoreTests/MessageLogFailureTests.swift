import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct MessageLogFailureTests {
    private let fixture: MessageFixture

    init() async throws { fixture = try await MessageFixture() }

    @Test func refusedChangeLeavesItsBatchAlone() async throws {
        let target = try await fixture.post("by alice")
        let general = MessageFixture.general
        let nobody = UserID(rawValue: 99)
        let unknown = MessageID(rawValue: 1_000)
        let other = try await fixture.makeRoom(2)
        let held = fixture.holdWriter()
        let changes: [MessageChange] = [
            fixture.append("first"),
            fixture.append("by nobody", by: nobody),
            fixture.append("reply", replyTo: unknown),
            fixture.append("reply elsewhere", in: other, replyTo: target.id),
            .edit(target.id, in: general, by: fixture.bob, content: "mine", mentions: []),
            .edit(unknown, in: general, by: fixture.alice, content: "x", mentions: []),
            .delete(target.id, in: general, by: fixture.bob, requiredAuthor: fixture.bob, reason: ""),
            .delete(
                target.id, in: other, by: fixture.bob, requiredAuthor: nil, reason: ""),
            fixture.append("nowhere", in: ConversationKey(RoomID(rawValue: 0))),
            fixture.append("last"),
        ]
        for change in changes { #expect(fixture.store.submit(change) != nil) }
        held.release()
        let outcomes = await fixture.collect(changes.count).map(\.outcome)
        #expect(fixture.store.messageLogFigures.batches == 2)
        guard case .failed(let error) = outcomes[1] else {
            Issue.record("\(outcomes[1])")
            return
        }
        #expect(error.code == .notFound)
        #expect(
            Array(outcomes[2...8])
                == [
                    .replyNotFound, .replyNotFound, .notTheAuthor, .notFound, .notTheAuthor, .notFound, .notFound,
                ])
        let stored = try await fixture.store.messages(in: general, before: nil, after: nil, limit: 10).messages
        #expect(stored.map(\.content) == ["by alice", "first", "last"])
        #expect(try fixture.store.makeReader().searchChanges(after: 0, limit: 10).count == 3)
    }

    /// A full disk, as SQLite reports it: the file may not grow any further.
    @Test func fullDiskFailsTheWholeBatchAndTheLogGoesOn() async throws {
        try await fixture.post("before")
        let store = fixture.store
        try await store.pool.writeWithoutTransaction { database in
            let pages = try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0
            try database.execute(sql: "PRAGMA max_page_count = \(pages)")
        }
        let held = fixture.holdWriter()
        let text = String(repeating: "x", count: 4_096)
        #expect(store.submit(fixture.append("small", clientID: "c1")) != nil)
        for _ in 0..<20 { #expect(store.submit(fixture.append(text)) != nil) }
        held.release()
        let outcomes = await fixture.collect(21).map(\.outcome)
        for outcome in outcomes {
            guard case .failed(let error) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(error.code == .diskFull)
            #expect(error.description.contains("full"))
        }
        #expect(store.messageLogFigures.failures == 21)
        try await store.pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 1000000") }
        // The same id once more: what failed was not written.
        try await fixture.post("small", clientID: "c1")
        let stored = try await store.messages(in: MessageFixture.general, before: nil, after: nil, limit: 100).messages
        #expect(stored.map(\.content) == ["before", "small"])
    }
}
