import Foundation
import GRDB
import Identifiers
import TestSupport
import Testing

@testable import ChatStore
@testable import MessageSearch

/// What was deleted or changed is in no byte of the files any longer, which search and history alone would not show.
@Suite(.timeLimit(.minutes(1))) struct RemovedWordsTests {
    private static let secret = "zqxsecret"

    /// Files of the index and of the store in which the word stands.
    private func traces(_ harness: SearchHarness) -> [String] {
        ["search.sqlite", "search.sqlite-wal", "store.sqlite", "store.sqlite-wal"].filter { name in
            let content = try? Data(contentsOf: URL(fileURLWithPath: harness.folder.file(name)))
            return content?.range(of: Data(Self.secret.utf8)) != nil
        }
    }

    /// Many small lists in the index, and the word in one in the middle.
    private func fill(_ harness: SearchHarness) async throws -> (author: UserID, room: ReadableRoom, id: MessageID) {
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for number in 1...60 {
            try await harness.say("tea \(number)", in: room, by: ann)
            if number.isMultiple(of: 5) { await harness.search.caughtUp() }
        }
        let id = try await harness.say("the \(Self.secret) word", in: room, by: ann)
        await harness.search.caughtUp()
        for number in 61...120 {
            try await harness.say("tea \(number)", in: room, by: ann)
            if number.isMultiple(of: 5) { await harness.search.caughtUp() }
        }
        await harness.search.caughtUp()
        #expect(try await harness.found(Self.secret, by: ann, in: [room]).count == 1)
        #expect(!traces(harness).isEmpty)
        return (ann, room, id)
    }

    @Test(arguments: [true, false]) func areInNoFileAfterAPurge(isDeleted: Bool) async throws {
        var pace = SearchHarness.eager
        pace.purgeDelay = .zero
        pace.purgeRetry = .milliseconds(1)
        pace.purgePagesMax = 1
        let harness = try await SearchHarness(pace: pace)
        let (ann, room, id) = try await fill(harness)
        #expect(harness.search.counters.purges == 0, "nothing was removed")
        let key = ConversationKey(room.id)
        _ = await harness.submit(
            isDeleted
                ? .delete(id, in: key, by: ann, requiredAuthor: ann, reason: "")
                : .edit(id, in: key, by: ann, content: "the other word", mentions: []))
        await harness.search.caughtUp()
        while harness.search.counters.purges == 0 { await Task.yield() }
        #expect(traces(harness) == [])
        #expect(try await harness.found("tea", by: ann, in: [room], limit: 50).count == 50)
        try await harness.close()
    }

    @Test func areInNoFileAfterTheEnd() async throws {
        let harness = try await SearchHarness()
        let (ann, room, id) = try await fill(harness)
        // Whether the index knows of it or not.
        _ = await harness.submit(.delete(id, in: ConversationKey(room.id), by: ann, requiredAuthor: ann, reason: ""))
        try await harness.close()
        #expect(traces(harness) == [])
        #expect(try SearchIndexTests.indexedTexts(harness.indexPath).count == 120)
    }

    /// An account without messages leaves its name in the log only.
    @Test func anErasureEmptiesTheStoresLog() async throws {
        var pace = SearchHarness.eager
        pace.purgeDelay = .zero
        pace.purgeRetry = .milliseconds(1)
        let harness = try await SearchHarness(pace: pace)
        let ann = try await harness.account(Self.secret)
        #expect(!traces(harness).isEmpty)
        try await harness.store.eraseAccount(ann, by: ann, detail: "", at: .now)
        harness.search.noteErasure()
        while harness.search.counters.purges == 0 { await Task.yield() }
        #expect(traces(harness) == [])
        try await harness.close()
    }

    /// A server that is killed purges after its next start.
    @Test func aPurgeThatIsDueIsRemembered() throws {
        let folder = try TemporaryFolder()
        func writer() throws -> IndexWriter {
            try IndexWriter(path: folder.file("search.sqlite"), fresh: IndexProgress(sequence: 0)) { _ in true }
        }
        func change(_ sequence: Int64, _ content: String?) -> SearchChange {
            let id = MessageID(rawValue: 1)
            let message = content.map {
                StoredMessage(
                    id: id, conversation: ConversationKey(rawValue: 1), author: UserID(rawValue: 1), authorName: "",
                    clientID: nil, sentAt: 1, editedAt: nil, deletedAt: nil, deletedBy: nil, replyTo: nil, content: $0,
                    mentions: [])
            }
            return SearchChange(sequence: sequence, messageID: id, message: message)
        }
        var open = try writer()
        try open.apply([change(1, Self.secret)])
        #expect(!open.isPurgeDue)
        try open.apply([change(2, nil)])
        #expect(open.isPurgeDue)
        try open.close()
        open = try writer()
        #expect(open.isPurgeDue)
        while try !open.purge(pagesMax: 1) {}
        #expect(try open.emptyLog())
        #expect(!open.isPurgeDue)
        try open.close()
        open = try writer()
        #expect(!open.isPurgeDue)
        try open.close()
        // As an earlier version left it.
        try DatabaseQueue(path: folder.file("search.sqlite")).write { try $0.execute(sql: "DROP TABLE purge") }
        open = try writer()
        #expect(open.isPurgeDue)
        try open.close()
    }
}
