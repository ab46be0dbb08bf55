import Foundation
import GRDB
import Identifiers
import Permissions
import Testing

@testable import ChatStore

@Suite struct RoomStateTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }
    private let general = PeopleFixture.general

    init() async throws { people = try await PeopleFixture() }

    private func state(of room: RoomID? = nil, at seconds: Double = 0) async throws -> RoomState {
        try await store.roomState(of: room ?? general, at: people.later(seconds))
    }

    private func set(_ override: PermissionOverride, in room: RoomID? = nil) async throws {
        try await store.setOverride(override, in: room ?? general, by: people.alice, at: people.noon)
    }

    private func restrain(_ restraint: RestraintRecord, in room: RoomID? = nil) async throws {
        try await store.setRestraint(
            restraint, in: room ?? general, reason: "noise", by: people.alice, at: people.noon)
    }

    @Test func emptyRoomHasAnEmptyState() async throws {
        #expect(try await state() == RoomState())
        #expect(try await state(of: PeopleFixture.noRoom) == RoomState())
        #expect(try await store.roomStates(at: people.noon).isEmpty)
    }

    @Test func makerIsGrantedTheMakersRights() async throws {
        let room = try await people.createRoom("music").id
        #expect(
            try await state(of: room).overrides == [
                PermissionOverride(subject: .user(people.alice), allowed: PermissionTable.creator)
            ])
    }

    @Test func overridesOfEverySubjectAndBitComeBack() async throws {
        var expected = Role.allCases.map {
            PermissionOverride(subject: .role($0), allowed: [PermissionSet(.record)], denied: PermissionSet([.speak]))
        }
        expected.append(PermissionOverride(subject: .user(people.bob), allowed: .all, denied: .all))
        for override in expected { try await set(override) }
        #expect(Set(try await state().overrides) == Set(expected))
    }

    @Test func laterOverrideReplacesAndAnEmptyOneTakesAway() async throws {
        let subject = PermissionOverride.Subject.role(.guest)
        try await set(PermissionOverride(subject: subject, allowed: [PermissionSet(.write)]))
        try await set(PermissionOverride(subject: subject, denied: [PermissionSet(.listen)]))
        #expect(
            try await state().overrides == [PermissionOverride(subject: subject, denied: [PermissionSet(.listen)])])
        #expect(try await people.lastAudit()?.detail == "guest; denied listen")
        try await set(PermissionOverride(subject: subject))
        #expect(try await state().overrides.isEmpty)
        #expect(try await people.lastAudit()?.detail == "guest; taken away")
    }

    @Test func overridesAtTheLimitAndOnePast() async throws {
        let room = try await people.createRoom("music").id
        @Sendable func override(_ number: UInt64) -> PermissionOverride {
            PermissionOverride(subject: .user(UserID(rawValue: number)), allowed: [PermissionSet(.write)])
        }
        // The maker's is the first.
        let further = ChatStore.overridesPerRoomMax - 2
        try await store.write { database in
            for number in 1_000..<1_000 + UInt64(further) { try ChatStore.store(override(number), in: room, database) }
        }
        try await set(override(8_000), in: room)
        let before = try await people.auditCount()
        #expect(await storeError { try await set(override(9_000), in: room) } == .limitReached)
        #expect(try await state(of: room).overrides.count == ChatStore.overridesPerRoomMax)
        #expect(try await people.auditCount() == before, "what was refused left a trace")
        try await set(PermissionOverride(subject: .user(UserID(rawValue: 1_000)), denied: .all), in: room)
    }

    @Test func restraintsAreChangedAndTakenAway() async throws {
        let muted = RestraintRecord(user: people.bob, isMuted: true, isDeafened: false, expiresAt: people.later(60))
        try await restrain(muted)
        #expect(try await state().restraints == [muted])
        #expect(try await people.lastAudit()?.detail == "muted; until 2023-11-14T22:14:20Z; reason: noise")
        let deafened = RestraintRecord(user: people.bob, isMuted: false, isDeafened: true)
        try await restrain(deafened)
        #expect(try await state().restraints == [deafened])
        try await restrain(RestraintRecord(user: people.bob, isMuted: false, isDeafened: false))
        #expect(try await state().restraints.isEmpty)
        #expect(try await people.lastAudit()?.detail == "released; reason: noise")
    }

    @Test func whatHasRunOutIsLeftOutAndPurged() async throws {
        try await restrain(
            RestraintRecord(user: people.bob, isMuted: true, isDeafened: true, expiresAt: people.later(60)))
        _ = try await store.addBan(
            BanTarget(room: general, user: people.carol), reason: "", expiresAt: people.later(60), by: people.alice,
            at: people.noon)
        _ = try await store.createInvitation(
            code: "c", room: general, usesMax: nil, expiresAt: people.later(60), by: people.alice, at: people.noon)
        #expect(try await state(at: 59.999).restraints.count == 1)
        #expect(try await state(at: 59.999).bans.count == 1)
        #expect(try await state(at: 60) == RoomState())
        #expect(try await store.purgeExpired(at: people.later(59.999)) == 0)
        #expect(try await store.purgeExpired(at: people.later(60)) == 3)
        #expect(try await state() == RoomState())
    }

    @Test func roomThatIsGoneTakesNothing() async throws {
        let override = PermissionOverride(subject: .role(.guest), allowed: .all)
        #expect(await storeError { try await set(override, in: PeopleFixture.noRoom) } == .notFound)
        let restraint = RestraintRecord(user: people.bob, isMuted: true, isDeafened: false)
        #expect(await storeError { try await restrain(restraint, in: PeopleFixture.noRoom) } == .notFound)
        #expect(try await people.auditCount() == 0)
    }

    /// What somebody wrote there by hand gives nobody anything.
    @Test func rowsThatMakeNoSenseGiveNoRights() async throws {
        try await store.write { database in
            try database.execute(
                sql: """
                    INSERT INTO room_override (room_id, subject, allowed, denied)
                    VALUES (1, 'role:king', 1, 0), (1, 'user:x', 1, 0), (1, 'team:1', 1, 0), (1, '', 1, 0);
                    UPDATE account SET role = 'king';
                    UPDATE room SET kind = 'palace';
                    """)
        }
        #expect(try await state().overrides.isEmpty)
        #expect(try await store.account(id: people.alice)?.role == .guest)
        #expect(try await store.rooms().map(\.kind) == [.closed])
    }

    @Test func bansOfARoomAreFoundByIndex() async throws {
        let plan = try await store.explain("SELECT * FROM \(Ban.view) WHERE room_id = 1", [])
        #expect(plan.contains { $0.contains("USING INDEX ban_by_room") }, "\(plan)")
        #expect(!plan.contains { $0.hasPrefix("SCAN") }, "\(plan)")
    }

    /// All rooms at once say what each says for itself.
    @Test func allRoomsAtOnce() async throws {
        let rooms = [general, try await people.createRoom("a").id, try await people.createRoom("b").id]
        for room in rooms.dropLast() {
            _ = try await store.addMember(people.bob, to: room, at: people.noon)
            try await restrain(RestraintRecord(user: people.carol, isMuted: true, isDeafened: true), in: room)
        }
        _ = try await store.addBan(
            BanTarget(room: rooms[1], user: people.carol), reason: "why", expiresAt: nil, by: people.alice,
            at: people.noon)
        _ = try await store.addBan(
            BanTarget(user: people.carol), reason: "", expiresAt: nil, by: people.alice, at: people.noon)
        let all = try await store.roomStates(at: people.noon)
        #expect(Set(all.keys) == Set(rooms))
        for room in rooms { #expect(all[room] == (try await state(of: room))) }
        #expect(all[general]?.members == [people.bob])
        #expect(all[rooms[1]]?.bans.map(\.userName) == ["Carol"])
        #expect(all[rooms[2]]?.bans.isEmpty == true)
    }
}
