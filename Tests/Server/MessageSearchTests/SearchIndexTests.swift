import ChatStore
import Foundation
import GRDB
import Identifiers
import Testing

@testable import MessageSearch

@Suite struct SearchIndexTests {
    @Test func editsAndDeletionsAreFound() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        let key = ConversationKey(room.id)
        let id = try await harness.say("green tea", in: room, by: ann)
        #expect(try await harness.found("tea", by: ann, in: [room]) == ["green tea"])
        _ = await harness.submit(.edit(id, in: key, by: ann, content: "black coffee", mentions: []))
        #expect(try await harness.found("tea", by: ann, in: [room]) == [])
        #expect(try await harness.found("coffee", by: ann, in: [room]) == ["black coffee"])
        _ = await harness.submit(.delete(id, in: key, by: ann, requiredAuthor: ann, reason: ""))
        #expect(try await harness.found("coffee", by: ann, in: [room]) == [])
        try await harness.close()
    }

    @Test func expiredMessagesLeaveTheIndex() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for text in ["old tea", "new tea"] { try await harness.say(text, in: room, by: ann) }
        await harness.search.caughtUp()
        let gone = try await harness.store.deleteExpired(
            in: ConversationKey(room.id), before: nil, keepingNewest: 1, batchMax: 10)
        #expect(gone == 1)
        #expect(try await harness.found("tea", by: ann, in: [room]) == ["new tea"])
        await harness.search.close()
        #expect(try Self.indexedTexts(harness.indexPath) == ["new tea"])
        try await harness.store.close()
    }

    /// Whatever happens to the file while nobody looks, the same messages are found afterwards.
    @Test(arguments: FileDamage.allCases)
    func isMadeAnewAfter(_ damage: FileDamage) async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for number in 1...40 { try await harness.say("tea \(number)", in: room, by: ann) }
        #expect(try await harness.found("tea", by: ann, in: [room]).count == 40)
        try await harness.reopen { try damage.happen(to: harness.indexPath) }
        #expect(try await harness.found("tea", by: ann, in: [room]).count == 40)
        #expect(harness.search.counters.rebuilds == 1)
        #expect(harness.search.counters.isIndexComplete)
        await harness.search.close()
        #expect(try Self.indexedTexts(harness.indexPath).count == 40)
        #expect(FileManager.default.fileExists(atPath: harness.indexPath + ".damaged") == damage.leavesAFile)
        try await harness.store.close()
    }

    /// Damage in the middle of the file is met by a search, not by the opening.
    @Test func isMadeAnewWhenASearchMeetsDamage() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for number in 1...40 { try await harness.say("tea \(number)", in: room, by: ann) }
        await harness.search.caughtUp()
        try await harness.reopen {
            try DatabaseQueue(path: harness.indexPath).write { database in
                try database.execute(sql: "UPDATE message_index_data SET block = x'00' WHERE id > 10")
            }
        }
        #expect(harness.search.counters.rebuilds == 0)
        await #expect(throws: SearchError.self) {
            try await harness.search.search("tea", by: ann, rooms: [room])
        }
        while harness.search.counters.rebuilds == 0 { await Task.yield() }
        #expect(try await harness.found("tea", by: ann, in: [room]).count == 40)
        try await harness.close()
    }

    /// Changes that were forgotten before this file had them: only the messages can tell.
    @Test func isMadeAnewWhenChangesAreMissing() async throws {
        let harness = try await SearchHarness()
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        try await harness.say("first tea", in: room, by: ann)
        await harness.search.caughtUp()
        await harness.search.close()
        try await harness.say("second tea", in: room, by: ann)
        let newest = try await harness.store.searchChangeBounds().newest
        try await harness.store.forgetSearchChanges(through: newest)
        try await harness.reopenClosed()
        #expect(harness.search.counters.rebuilds == 1)
        #expect(try await harness.found("tea", by: ann, in: [room]) == ["second tea", "first tea"])
        try await harness.close()
    }

    /// What the index has on disk, the store need not remember.
    @Test func changesOnDiskAreForgotten() async throws {
        var pace = SearchHarness.eager
        pace.forgetting = 1
        let harness = try await SearchHarness(pace: pace)
        let ann = try await harness.account("ann")
        let room = try await harness.room("lounge", by: ann)
        for number in 1...5 { try await harness.say("tea \(number)", in: room, by: ann) }
        harness.search.noteChanges()
        while try await harness.store.searchChangeBounds().oldest != nil { await Task.yield() }
        try await harness.reopen()
        #expect(harness.search.counters.rebuilds == 0)
        #expect(try await harness.found("tea", by: ann, in: [room]).count == 5)
        try await harness.close()
    }

    static func indexedTexts(_ path: String) throws -> [String] {
        try DatabaseQueue(path: path).read { database in
            try String.fetchAll(database, sql: "SELECT text FROM message_index ORDER BY rowid")
        }
    }
}

enum FileDamage: CaseIterable {
    case deleted, emptied, garbage, otherVersion, tableMissing

    var leavesAFile: Bool { self != .deleted && self != .emptied }

    func happen(to path: String) throws {
        switch self {
        case .deleted: try FileManager.default.removeItem(atPath: path)
        case .emptied: try Data().write(to: URL(fileURLWithPath: path))
        case .garbage:
            try Data(repeating: 0x5A, count: 20_000).write(to: URL(fileURLWithPath: path))
        case .otherVersion: try change(path, "PRAGMA user_version = 99")
        case .tableMissing: try change(path, "DROP TABLE progress")
        }
    }

    private func change(_ path: String, _ sql: String) throws {
        try DatabaseQueue(path: path).write { try $0.execute(sql: sql) }
    }
}
