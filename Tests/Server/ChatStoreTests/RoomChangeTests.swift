import ChatStore
import Foundation
import Identifiers
import Testing

@Suite struct RoomChangeTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }

    init() async throws { people = try await PeopleFixture() }

    private func update(
        _ room: RoomID, _ change: (inout RoomUpdate) -> Void
    ) async throws(ChatStoreError) -> RoomRecord? {
        var update = RoomUpdate()
        change(&update)
        return try await store.updateRoom(room, update, by: people.alice, at: people.noon)
    }

    @Test func kindFollowsThePasswordUnlessItIsSaid() async throws {
        #expect(try await people.createRoom("a").kind == .open)
        #expect(try await people.createRoom("b", passwordHash: "x").kind == .private)
        #expect(try await people.createRoom("c", kind: .closed).kind == .closed)
        #expect(try await store.rooms().map(\.kind) == [.open, .open, .private, .closed])
    }

    @Test func everythingCanBeSetAndTakenAway() async throws {
        let room = try await people.createRoom("plain").id
        let full = try #require(
            try await update(room) {
                $0.name = ("Music", "music")
                $0.description = "about music"
                $0.topic = "today: drums"
                $0.kind = .private
                $0.passwordHash = .value("hash")
                $0.membersMax = .value(5)
                $0.slowModeSeconds = 30
                $0.retentionDays = .value(7)
                $0.retentionCount = .value(1_000)
                $0.loudestTalkers = .value(0)
                $0.delivery = .mixed
            })
        #expect(full.name == "Music")
        #expect(full.description == "about music")
        #expect(full.topic == "today: drums")
        #expect(full.kind == .private)
        #expect(full.passwordHash == "hash")
        #expect((full.membersMax, full.slowModeSeconds) == (5, 30))
        #expect((full.retentionDays, full.retentionCount) == (7, 1_000))
        #expect(full.loudestTalkers == 0)
        #expect(full.delivery == .mixed)
        #expect(try await store.rooms().last == full)

        let bare = try #require(
            try await update(room) {
                $0.passwordHash = RoomUpdate.Setting.none
                $0.membersMax = RoomUpdate.Setting.none
                $0.slowModeSeconds = 0
                $0.retentionDays = RoomUpdate.Setting.none
                $0.retentionCount = RoomUpdate.Setting.none
                $0.loudestTalkers = RoomUpdate.Setting.none
                $0.delivery = .forwarded
            })
        #expect(bare.passwordHash == nil)
        #expect(bare.membersMax == nil)
        #expect((bare.retentionDays, bare.retentionCount) == (nil, nil))
        #expect(bare.loudestTalkers == nil)
        #expect(bare.delivery == .forwarded)
        #expect(bare.name == "Music")
        #expect(try await store.rooms().last == bare)
    }

    @Test func nothingToChangeChangesNothingAndLeavesNoTrace() async throws {
        let before = try await people.auditCount()
        #expect(try await update(PeopleFixture.general) { _ in }?.name == "General")
        #expect(try await people.auditCount() == before)
    }

    @Test func nameOfAnotherRoomIsRefusedAndOnesOwnIsNot() async throws {
        let room = try await people.createRoom("second").id
        let code = await storeError { _ = try await update(room) { $0.name = ("GENERAL", "general") } }
        #expect(code == .roomExists)
        #expect(try await update(room) { $0.name = ("Second", "second") }?.name == "Second")
    }

    @Test func roomThatIsGoneIsNeitherChangedNorDeleted() async throws {
        #expect(try await update(PeopleFixture.noRoom) { $0.topic = "x" } == nil)
        #expect(try await store.deleteRoom(PeopleFixture.noRoom, by: people.alice, at: people.noon) == false)
    }

    @Test func auditTellsWhatChangedButNoPassword() async throws {
        let room = try await people.createRoom("plain").id
        _ = try await update(room) {
            $0.name = ("Music", "music")
            $0.passwordHash = .value("the hash")
            $0.membersMax = .value(5)
            $0.topic = ""
        }
        let row = try #require(try await people.lastAudit())
        #expect(row.action == "room.update")
        #expect(row.detail == "name: “plain” → “Music”; password: set; members: none → 5")
        _ = try await update(room) { $0.passwordHash = RoomUpdate.Setting.none }
        #expect(try await people.lastAudit()?.detail == "password: taken away")
    }
}
