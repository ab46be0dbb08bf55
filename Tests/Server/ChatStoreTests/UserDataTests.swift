import Foundation
import GRDB
import Identifiers
import TestSupport
import Testing

@testable import ChatStore

/// What an account has written, by page, and what is left when its data is deleted.
@Suite struct UserDataTests {
    /// Puts messages with these numbers there, all by one author.
    private func put(
        _ numbers: [Int64], by author: UserID, in conversation: ConversationKey = MessageFixture.general,
        _ fixture: MessageFixture
    ) async throws {
        try await fixture.store.write { database in
            for number in numbers {
                try database.execute(
                    sql: "INSERT INTO message (id, conversation, author_id, sent_at, content) VALUES (?, ?, ?, 1, ?)",
                    arguments: [number, conversation.rawValue, author.stored, "text \(number)"])
            }
        }
    }

    @Test func messagesComeByPageOfOneAuthorAlone() async throws {
        let fixture = try await MessageFixture()
        try await put([1, 3, 5, 7], by: fixture.alice, fixture)
        try await put([2, 4], by: fixture.bob, fixture)
        let store = fixture.store
        _ = try await store.write {
            try $0.execute(sql: "UPDATE message SET deleted_at = 1, content = '' WHERE id = 5")
        }
        let first = try await store.messages(by: fixture.alice, after: nil, limit: 2, includesPrivate: false)
        #expect(first.messages.map(\.message.content) == ["text 1", "text 3"] && first.next?.rawValue == 3)
        let second = try await store.messages(by: fixture.alice, after: first.next, limit: 2, includesPrivate: false)
        #expect(
            second.messages.map(\.message.id.rawValue) == [7] && second.next == nil, "what was deleted is not there")
        let beyond = try await store.messages(
            by: fixture.alice, after: MessageID(rawValue: .max), limit: 2, includesPrivate: true)
        #expect(beyond.messages.isEmpty && beyond.next == nil)
        try await store.close()
    }

    @Test func aCallLooksThroughSoManyNumbersAndNoMore() async throws {
        let fixture = try await MessageFixture()
        let most = ChatStore.authoredMessagesScanMax
        try await put([1, most, most + 1], by: fixture.alice, fixture)
        try await put([3 * most], by: fixture.bob, fixture)
        let store = fixture.store
        let first = try await store.messages(by: fixture.alice, after: nil, limit: 200, includesPrivate: false)
        #expect(first.messages.map(\.message.id.stored) == [1, most] && first.next?.stored == most)
        let second = try await store.messages(by: fixture.alice, after: first.next, limit: 200, includesPrivate: false)
        #expect(second.messages.map(\.message.id.stored) == [most + 1] && second.next?.stored == 2 * most)
        let third = try await store.messages(by: fixture.alice, after: second.next, limit: 200, includesPrivate: false)
        #expect(third.messages.isEmpty && third.next == nil)
        try await store.close()
    }

    @Test func privateOnesComeWhereTheyAreAskedForAndNameTheOther() async throws {
        let fixture = try await MessageFixture()
        let store = fixture.store
        let conversation = try #require(
            try await store.privateConversation(between: fixture.bob, and: fixture.alice, creating: true))
        try await put([1], by: fixture.alice, fixture)
        try await put([2], by: fixture.alice, in: conversation, fixture)
        let with = try await store.messages(by: fixture.alice, after: nil, limit: 9, includesPrivate: true)
        #expect(with.messages.map(\.other) == [nil, fixture.bob])
        let without = try await store.messages(by: fixture.alice, after: nil, limit: 9, includesPrivate: false)
        #expect(without.messages.map(\.message.id.rawValue) == [1])
        try await store.close()
    }

    @Test func anErasedAccountHasNeitherBansNorInstantsOfItsLife() async throws {
        let fixture = try await MessageFixture()
        let store = fixture.store
        _ = try await store.addBan(
            BanTarget(room: RoomID(rawValue: 1), user: fixture.bob), reason: "lives at …", expiresAt: nil,
            by: fixture.alice, at: Date(timeIntervalSince1970: 1))
        #expect(
            try await store.bans(of: fixture.bob, at: Date(timeIntervalSince1970: 2)).map(\.reason) == ["lives at …"])
        let end = Date(timeIntervalSince1970: 4_000_000_000)
        try await store.eraseAccount(fixture.bob, by: fixture.bob, detail: "", at: end)
        #expect(try await store.bans(of: fixture.bob, at: end).isEmpty)
        let account = try #require(try await store.account(id: fixture.bob))
        #expect(account.createdAt == end && account.lastSeenAt == end)
        try await store.close()
    }
}
