import Foundation
import GRDB
import Identifiers
import Permissions
import TestSupport
import Testing

@testable import ChatStore

/// A deleted room is gone at once; its messages go in batches, over a restart if need be, and nobody inherits them.
@Suite struct RoomDeletionTests {
    private static let room = RoomID(rawValue: 2)

    /// A room with everything that can be in it, and three messages.
    private func furnish(_ messages: MessageFixture) async throws {
        let (store, room) = (messages.store, Self.room)
        _ = try await store.createRoom(
            NewRoom(id: room, name: "r", nameKey: "r", description: "", passwordHash: nil, creator: messages.alice),
            at: .now, roomsMax: 10)
        _ = try await store.addMember(messages.bob, to: room, at: .now)
        try await store.setRestraint(
            RestraintRecord(user: messages.bob, isMuted: true, isDeafened: false), in: room, reason: "",
            by: messages.alice, at: .now)
        _ = try await store.createInvitation(
            code: "code", room: room, usesMax: nil, expiresAt: nil, by: messages.alice, at: .now)
        _ = try await store.addBan(
            BanTarget(room: room, user: messages.carol), reason: "", expiresAt: nil, by: messages.alice, at: .now)
        for number in 0..<3 {
            try await messages.post("\(number)", in: ConversationKey(room), mentions: [messages.bob])
        }
    }

    @Test func everythingAboutPeopleGoesWithTheRoom() async throws {
        let messages = try await MessageFixture()
        try await furnish(messages)
        #expect(try await messages.store.deleteRoom(Self.room, by: messages.alice, at: .now))
        #expect(try await messages.store.rooms().map(\.id) == [PeopleFixture.general])
        #expect(try await messages.store.roomState(of: Self.room, at: .now) == RoomState())
        #expect(try await messages.store.memberships(of: messages.bob).isEmpty)
        #expect(try await messages.store.invitation(code: "code", at: .now) == nil)
        let row = try await messages.store.audit(before: nil, limit: 1).entries.first
        #expect(row?.action == "room.delete")
        #expect(row?.room == Self.room)
        #expect(row?.detail == "“r”")
    }

    @Test func messagesAreFoundAndSweptAfterARestart() async throws {
        let messages = try await MessageFixture()
        try await furnish(messages)
        try await messages.post("stays")
        _ = try await messages.store.deleteRoom(Self.room, by: messages.alice, at: .now)
        try await messages.store.close()

        let store = try await ChatStore.open(path: messages.path)
        #expect(try await store.deletedRoomsWithMessages() == [Self.room])
        let key = ConversationKey(Self.room)
        var batches: [Int] = []
        repeat {
            batches.append(
                try await store.deleteExpired(in: key, before: nil, keepingNewest: 0, batchMax: 2))
        } while batches.last != 0
        #expect(batches == [2, 1, 0])
        #expect(try await store.deletedRoomsWithMessages().isEmpty)
        let left = try await store.messages(
            in: ConversationKey(PeopleFixture.general), before: nil, after: nil, limit: 9)
        #expect(left.messages.map(\.content) == ["stays"])
    }

    @Test func numberIsGivenAgainOnlyWhenTheLastMessageIsGone() async throws {
        let messages = try await MessageFixture()
        try await furnish(messages)
        let store = messages.store
        _ = try await store.deleteRoom(Self.room, by: messages.alice, at: .now)
        func create(_ name: String, id: RoomID?) async throws(ChatStoreError) -> RoomID {
            try await store.createRoom(
                NewRoom(id: id, name: name, nameKey: name, description: "", passwordHash: nil, creator: messages.bob),
                at: .now, roomsMax: 10
            ).id
        }
        let code = await storeError { _ = try await create("x", id: Self.room) }
        #expect(code == .roomExists)
        #expect(try await create("x", id: nil) == RoomID(rawValue: 3))
        while try await store.deleteExpired(
            in: ConversationKey(Self.room), before: nil, keepingNewest: 0, batchMax: 1) > 0
        {}
        #expect(try await create("y", id: nil) == Self.room)
    }

    /// What was on its way when the room went must not stay behind for the next room of that number.
    @Test func messageToADeletedRoomIsRefused() async throws {
        let messages = try await MessageFixture()
        try await furnish(messages)
        _ = try await messages.store.deleteRoom(Self.room, by: messages.alice, at: .now)
        let outcome = try await messages.commit(messages.append("late", in: ConversationKey(Self.room)))
        #expect(outcome == .notFound)
    }

    @Test func messagesWithoutARoomAreFoundByTheIndexAlone() async throws {
        let messages = try await MessageFixture()
        let plan = try await messages.store.explain(ChatStore.orphanedConversations, [])
        let touching = plan.filter { $0.contains("message") }
        #expect(!touching.isEmpty)
        for step in touching { #expect(step.contains("USING COVERING INDEX message_by_conversation"), "\(plan)") }
        #expect(!touching.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }
}
