import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct MessageEditTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general

    init() async throws {
        let clock = SteppedClock([1_000, 2_000, 3_000])
        fixture = try await MessageFixture(now: clock.next)
    }

    @Test func editingChangesTextAndMentionsAndKeepsTheRest() async throws {
        let message = try await fixture.post(
            "hello @bob", clientID: "c1", mentions: [fixture.carol, fixture.bob, fixture.bob])
        #expect(message.mentions == [fixture.bob, fixture.carol])
        let outcome = try await fixture.commit(
            .edit(message.id, in: general, by: fixture.alice, content: "hello @alice", mentions: [fixture.alice]))
        let expected = StoredMessage(
            id: message.id, conversation: general, author: fixture.alice, authorName: "alice", clientID: "c1",
            sentAt: 1_000, editedAt: 2_000, deletedAt: nil, deletedBy: nil, changeID: ChangeID(rawValue: 2),
            replyTo: nil, content: "hello @alice", mentions: [fixture.alice])
        #expect(outcome == .edited(expected))
        #expect(try await fixture.store.message(message.id) == expected)
        let unread = try await fixture.store.unread(of: fixture.bob, conversations: [general])
        #expect(unread.map(\.mentions) == [0])
    }

    @Test func deletingLeavesATombstone() async throws {
        let message = try await fixture.post("secret", mentions: [fixture.bob])
        let outcome = try await fixture.commit(
            .delete(message.id, in: general, by: fixture.bob, requiredAuthor: nil, reason: "spam"))
        let expected = StoredMessage(
            id: message.id, conversation: general, author: fixture.alice, authorName: "alice", clientID: nil,
            sentAt: 1_000, editedAt: nil, deletedAt: 2_000, deletedBy: fixture.bob,
            changeID: ChangeID(rawValue: 2), replyTo: nil, content: "", mentions: [])
        #expect(outcome == .deleted(expected))
        let page = try await fixture.store.messages(in: general, before: nil, after: nil, limit: 10)
        #expect(page.messages == [expected])
    }

    @Test func tombstoneCanBeNeitherEditedNorDeletedAgain() async throws {
        let id = try await fixture.post("secret").id
        let deletion = MessageChange.delete(
            id, in: general, by: fixture.alice, requiredAuthor: fixture.alice, reason: "")
        let edit = MessageChange.edit(id, in: general, by: fixture.alice, content: "back", mentions: [])
        let outcomes = try await fixture.commit([deletion, deletion, edit])
        #expect(outcomes.dropFirst() == [.notFound, .notFound])
        #expect(try await fixture.store.message(id)?.content == "")
    }

    @Test func tombstoneCanBeRepliedTo() async throws {
        let id = try await fixture.post("secret").id
        try await fixture.commit([.delete(id, in: general, by: fixture.alice, requiredAuthor: nil, reason: "")])
        #expect(try await fixture.post("what was that?", replyTo: id).replyTo == id)
    }

    @Test func auditKeepsWhoAndWhenButNoText() async throws {
        let id = try await fixture.post("first").id
        try await fixture.commit([.edit(id, in: general, by: fixture.alice, content: "second", mentions: [])])
        try await fixture.commit([
            .delete(id, in: general, by: fixture.bob, requiredAuthor: nil, reason: "off topic")
        ])
        let rows = try await fixture.store.read { database in
            try Row.fetchAll(
                database,
                sql: "SELECT at, actor_id, action, target_id, room_id, message_id, detail FROM audit ORDER BY id"
            ).map { $0.databaseValues.map(\.description) }
        }
        let (alice, bob) = ("\(fixture.alice)", "\(fixture.bob)")
        #expect(
            rows == [
                ["2000", alice, "\"message.edit\"", alice, "1", "\(id)", "\"\""],
                ["3000", bob, "\"message.delete\"", alice, "1", "\(id)", "\"off topic\""],
            ])
    }
}
