import ChatStore
import Foundation
import Identifiers
import Testing

@Suite struct InvitationTests {
    private let people: PeopleFixture
    private let room: RoomID
    private var store: ChatStore { people.store }

    init() async throws {
        people = try await PeopleFixture()
        room = try await people.createRoom("hidden", kind: .private).id
    }

    private func create(
        _ code: String, usesMax: Int? = nil, expiresAt: Double? = nil, in other: RoomID? = nil
    ) async throws(ChatStoreError) -> InvitationRecord {
        try await store.createInvitation(
            code: code, room: other ?? room, usesMax: usesMax, expiresAt: expiresAt.map(people.later),
            by: people.alice, at: people.noon)
    }

    private func use(_ code: String, by user: UserID, at seconds: Double = 0) async throws -> RoomID? {
        try await store.useInvitation(code: code, by: user, at: people.later(seconds))
    }

    @Test func useMakesAMembership() async throws {
        let invitation = try await create("code")
        #expect(invitation.creatorName == "Alice")
        #expect(try await use("code", by: people.bob) == room)
        #expect(try await store.memberships(of: people.bob) == [room])
        #expect(try await use("cod", by: people.bob) == nil)
        #expect(try await store.invitation(code: "code", at: people.noon) == invitation)
    }

    @Test func usesRunOut() async throws {
        _ = try await create("code", usesMax: 2)
        #expect(try await use("code", by: people.bob) == room)
        #expect(try await store.invitation(code: "code", at: people.noon)?.usesLeft == 1)
        #expect(try await use("code", by: people.carol) == room)
        #expect(try await use("code", by: people.alice) == nil)
        #expect(try await store.memberships(of: people.alice).isEmpty)
        #expect(try await store.invitations(of: room, at: people.noon).isEmpty)
    }

    @Test func memberTakesNoUse() async throws {
        _ = try await create("code", usesMax: 1)
        _ = try await store.addMember(people.bob, to: room, at: people.noon)
        #expect(try await use("code", by: people.bob) == room)
        #expect(try await use("code", by: people.carol) == room)
    }

    @Test func accountThatIsGoneTakesNoUse() async throws {
        _ = try await create("code", usesMax: 1)
        #expect(await storeError { _ = try await use("code", by: PeopleFixture.nobody) } == .notFound)
        #expect(try await use("code", by: people.carol) == room)
    }

    @Test func ofManyAtOnceAsManyGetInAsThereAreUses() async throws {
        _ = try await create("code", usesMax: 7)
        var users: [UserID] = []
        for number in 0..<30 {
            users.append(
                try await store.createAccount(
                    name: "u\(number)", nameKey: "u\(number)", passwordHash: "", at: .now, accountsMax: 100
                ).id)
        }
        let inside = try await withThrowingTaskGroup(of: RoomID?.self) { group in
            for user in users { group.addTask { try await use("code", by: user) } }
            return try await group.reduce(into: 0) { $0 += $1 == room ? 1 : 0 }
        }
        #expect(inside == 7)
        #expect(try await store.roomState(of: room, at: people.noon).members.count == 7)
    }

    @Test func itRunsOutAtItsTime() async throws {
        _ = try await create("code", expiresAt: 60)
        #expect(try await use("code", by: people.bob, at: 59.999) == room)
        #expect(try await use("code", by: people.carol, at: 60) == nil)
        #expect(try await store.invitation(code: "code", at: people.later(60)) == nil)
        #expect(try await store.invitations(of: room, at: people.later(60)).isEmpty)
    }

    @Test func revokedOneIsGone() async throws {
        _ = try await create("code")
        #expect(try await store.revokeInvitation(code: "code", by: people.alice, at: people.noon))
        #expect(try await store.revokeInvitation(code: "code", by: people.alice, at: people.noon) == false)
        #expect(try await use("code", by: people.bob) == nil)
    }

    @Test func listIsOfOneRoom() async throws {
        _ = try await create("here")
        _ = try await create("there", in: PeopleFixture.general)
        #expect(try await store.invitations(of: room, at: people.noon).map(\.code) == ["here"])
    }

    @Test func invitationsAtTheLimitAndOnePast() async throws {
        _ = try await create("short", expiresAt: 1)
        for number in 1..<ChatStore.invitationsPerRoomMax { _ = try await create("\(number)") }
        #expect(await storeError { _ = try await create("further") } == .limitReached)
        _ = try await create("elsewhere", in: PeopleFixture.general)
        // What has run out takes no place.
        _ = try await store.createInvitation(
            code: "further", room: room, usesMax: nil, expiresAt: nil, by: people.alice, at: people.later(1))
    }

    @Test func invitationToNowhereIsRefused() async throws {
        #expect(await storeError { _ = try await create("x", in: PeopleFixture.noRoom) } == .notFound)
    }

    @Test func oneThatHasExpiredAlreadyIsRefusedWithoutATrace() async throws {
        let before = try await people.auditCount()
        #expect(await storeError { _ = try await create("x", expiresAt: 0) } == .notFound)
        #expect(try await people.auditCount() == before)
    }
}
