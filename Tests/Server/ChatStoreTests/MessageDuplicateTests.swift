import Identifiers
import Testing

@testable import ChatStore

/// A client that does not know whether its message arrived sends it again under the same id.
@Suite struct MessageDuplicateTests {
    private let fixture: MessageFixture

    init() async throws { fixture = try await MessageFixture() }

    private func count() async throws -> Int {
        try await fixture.store.messages(in: MessageFixture.general, before: nil, after: nil, limit: 100).messages.count
    }

    @Test func sameIDIsStoredOnceAndAnsweredWithWhatIsStored() async throws {
        let first = try await fixture.post("hello", clientID: "c1", mentions: [fixture.bob])
        let outcome = try await fixture.commit(fixture.append("hello again", clientID: "c1"))
        #expect(outcome == .duplicate(first))
        #expect(try await count() == 1)
    }

    @Test func sameIDWithinOneTransactionIsStoredOnce() async throws {
        let held = fixture.holdWriter()
        for text in ["one", "two"] { #expect(fixture.store.submit(fixture.append(text, clientID: "c1")) != nil) }
        held.release()
        let outcomes = await fixture.collect(2).map(\.outcome)
        #expect(fixture.store.messageLogFigures.batches == 1)
        guard case .appended(let message) = outcomes[0] else {
            Issue.record("\(outcomes)")
            return
        }
        #expect(outcomes[1] == .duplicate(message))
        #expect(try await count() == 1)
    }

    @Test func duplicateOfAnEditedOrDeletedMessageSaysWhatBecameOfIt() async throws {
        let id = try await fixture.post("hello", clientID: "c1").id
        let edited = try await fixture.commit(
            .edit(id, in: MessageFixture.general, by: fixture.alice, content: "hallo", mentions: []))
        guard case .edited(let message) = edited else {
            Issue.record("\(edited)")
            return
        }
        #expect(try await fixture.commit(fixture.append("hello", clientID: "c1")) == .duplicate(message))
        try await fixture.commit([
            .delete(id, in: MessageFixture.general, by: fixture.alice, requiredAuthor: fixture.alice, reason: "")
        ])
        guard case .duplicate(let tombstone) = try await fixture.commit(fixture.append("hello", clientID: "c1")) else {
            Issue.record("a deleted message came back")
            return
        }
        #expect(tombstone.deletedAt != nil)
        #expect(try await count() == 1)
    }

    @Test func duplicateIsRecognisedThoughTheMessageRepliedToIsGone() async throws {
        let question = try await fixture.post("question", by: fixture.bob)
        let answer = try await fixture.post("answer", clientID: "c1", replyTo: question.id)
        _ = try await fixture.store.deleteExpired(
            in: MessageFixture.general, before: nil, keepingNewest: 1, batchMax: 10)
        let again = try await fixture.commit(fixture.append("answer", clientID: "c1", replyTo: question.id))
        #expect(again == .duplicate(answer))
    }

    @Test func idsOfOthersAndMissingIDsAreNoDuplicates() async throws {
        try await fixture.post("a", clientID: "c1")
        try await fixture.post("b", by: fixture.bob, clientID: "c1")
        try await fixture.post("c")
        try await fixture.post("c")
        #expect(try await count() == 4)
    }

    @Test func restartForgetsNoID() async throws {
        let first = try await fixture.post("hello", clientID: "c1")
        try await fixture.store.close()
        let store = try await ChatStore.open(path: fixture.path)
        #expect(store.submit(fixture.append("hello", clientID: "c1")) != nil)
        var outcomes = store.commits.makeAsyncIterator()
        #expect(await outcomes.next()?.map(\.outcome) == [.duplicate(first)])
    }
}
