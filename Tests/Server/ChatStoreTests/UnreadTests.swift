import Identifiers
import Testing

@testable import ChatStore

@Suite struct UnreadTests {
    private let fixture: MessageFixture
    private let general = MessageFixture.general

    init() async throws { fixture = try await MessageFixture() }

    private func unread(of user: UserID) async throws -> UnreadRow {
        try #require(try await fixture.store.unread(of: user, conversations: [general]).first)
    }

    private func mark(_ user: UserID, _ message: MessageID) async throws {
        try await fixture.store.saveReadMarkers([ReadMarker(user: user, conversation: general, message: message)])
    }

    @Test func ownAndDeletedMessagesAreNotUnread() async throws {
        let first = try await fixture.post("1", mentions: [fixture.bob])
        try await fixture.post("2", by: fixture.bob, mentions: [fixture.bob])
        let last = try await fixture.post("3", by: fixture.carol, mentions: [fixture.bob])
        #expect(
            try await unread(of: fixture.bob)
                == UnreadRow(key: general, unread: 2, mentions: 2, lastReadID: nil, lastMessageID: last.id))
        try await fixture.commit([.delete(last.id, in: general, by: fixture.carol, requiredAuthor: nil, reason: "")])
        #expect(
            try await unread(of: fixture.bob)
                == UnreadRow(
                    key: general, unread: 1, mentions: 1, lastReadID: nil, lastMessageID: last.id,
                    lastChangeID: ChangeID(rawValue: 4)))
        try await mark(fixture.bob, first.id)
        #expect(
            try await unread(of: fixture.bob)
                == UnreadRow(
                    key: general, unread: 0, mentions: 0, lastReadID: first.id, lastMessageID: last.id,
                    lastChangeID: ChangeID(rawValue: 4)))
    }

    @Test func markersMoveForwardOnlyAndAreEverybodysOwn() async throws {
        let ids = [try await fixture.post("1").id, try await fixture.post("2").id, try await fixture.post("3").id]
        try await mark(fixture.bob, ids[1])
        try await mark(fixture.bob, ids[0])
        #expect(try await unread(of: fixture.bob).lastReadID == ids[1])
        #expect(try await unread(of: fixture.bob).unread == 1)
        #expect(try await unread(of: fixture.carol).unread == 3)
        try await mark(fixture.bob, ids[2])
        #expect(try await unread(of: fixture.bob).unread == 0)
    }

    @Test func manyMarkersAreOneTransaction() async throws {
        let id = try await fixture.post("1").id
        let markers = [fixture.alice, fixture.bob, UserID(rawValue: 99)].map {
            ReadMarker(user: $0, conversation: general, message: id)
        }
        await #expect(throws: ChatStoreError.self) { try await fixture.store.saveReadMarkers(markers) }
        #expect(try await unread(of: fixture.bob).lastReadID == nil)
        try await fixture.store.saveReadMarkers(Array(markers[0...1]))
        #expect(try await unread(of: fixture.bob).lastReadID == id)
    }

    @Test func countEndsAtItsLimit() async throws {
        let changes = (0..<ChatStore.unreadCountMax).map { fixture.append("\($0)", mentions: [fixture.bob]) }
        try await fixture.commit(Array(changes.dropFirst()))
        #expect(try await unread(of: fixture.bob).unread == ChatStore.unreadCountMax - 1)
        try await fixture.commit([changes[0], changes[0]])
        let row = try await unread(of: fixture.bob)
        #expect(row.unread == ChatStore.unreadCountMax)
        #expect(row.mentions == ChatStore.unreadCountMax)
    }

    /// Somebody's own messages are not counted; looking through them has an end as well.
    @Test func rowsLookedAtHaveALimit() async throws {
        try await fixture.post("by bob", by: fixture.bob)
        try await fixture.commit((0..<ChatStore.unreadScanMax - 1).map { fixture.append("\($0)") })
        #expect(try await unread(of: fixture.alice).unread == 1)
        try await fixture.post("one past")
        #expect(try await unread(of: fixture.alice).unread == 0)
    }

    @Test func rowsComeInTheOrderAskedFor() async throws {
        let other = ConversationKey(RoomID(rawValue: 7))
        let id = try await fixture.post("1").id
        let rows = try await fixture.store.unread(of: fixture.bob, conversations: [other, general])
        #expect(
            rows == [
                UnreadRow(key: other, unread: 0, mentions: 0, lastReadID: nil, lastMessageID: nil),
                UnreadRow(key: general, unread: 1, mentions: 0, lastReadID: nil, lastMessageID: id),
            ])
        #expect(try await fixture.store.unread(of: fixture.bob, conversations: []).isEmpty)
    }
}
