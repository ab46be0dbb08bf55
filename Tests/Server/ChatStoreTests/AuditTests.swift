import Foundation
import GRDB
import Identifiers
import Permissions
import Testing

@testable import ChatStore

/// Nothing is done without its trace, and no trace stays of what was not done.
@Suite struct AuditTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }
    private let general = PeopleFixture.general

    init() async throws { people = try await PeopleFixture() }

    private typealias Change = @Sendable (PeopleFixture) async throws -> Void

    /// One of each, by what it is to leave in the log; `message.edit` and `message.delete` are the message log's.
    private static let changes: [(AuditAction, Change)] = [
        (.roomCreate, { _ = try await $0.createRoom("r") }),
        (
            .roomUpdate,
            {
                var update = RoomUpdate()
                update.topic = "t"
                _ = try await $0.store.updateRoom(PeopleFixture.general, update, by: $0.alice, at: $0.noon)
            }
        ),
        (.roomDelete, { _ = try await $0.store.deleteRoom(PeopleFixture.general, by: $0.alice, at: $0.noon) }),
        (
            .ownershipClaim,
            {
                _ = try await $0.store.setOwnerTokenHash([1])
                _ = try await $0.store.claimOwnership(tokenHash: [1], user: $0.alice, at: $0.noon)
            }
        ),
        (
            .roleSet,
            {
                let owner = try await $0.store.createAccount(
                    name: "o", nameKey: "o", passwordHash: "", role: .owner, at: $0.noon, accountsMax: 10)
                _ = try await $0.store.setRole(of: $0.bob, to: .guest, by: owner.id, at: $0.noon)
            }
        ),
        (
            .overrideSet,
            {
                let override = PermissionOverride(subject: .user($0.bob), allowed: .all)
                try await $0.store.setOverride(override, in: PeopleFixture.general, by: $0.alice, at: $0.noon)
            }
        ),
        (
            .voiceRestrain,
            {
                try await $0.store.setRestraint(
                    RestraintRecord(user: $0.bob, isMuted: true, isDeafened: false), in: PeopleFixture.general,
                    reason: "", by: $0.alice, at: $0.noon)
            }
        ),
        (
            .memberKick,
            {
                let entry = AuditEntry(.memberKick, by: $0.alice, target: $0.bob, room: PeopleFixture.general)
                _ = try await $0.store.removeMember($0.bob, from: PeopleFixture.general, audit: entry, at: $0.noon)
            }
        ),
        (.memberMove, { try await $0.store.recordAudit(AuditEntry(.memberMove, by: $0.alice), at: $0.noon) }),
        (
            .banAdd,
            {
                _ = try await $0.store.addBan(
                    BanTarget(user: $0.bob), reason: "", expiresAt: nil, by: $0.alice, at: $0.noon)
            }
        ),
        (
            .banRemove,
            {
                let ban = try await $0.store.addBan(
                    BanTarget(user: $0.bob), reason: "", expiresAt: nil, by: $0.alice, at: $0.noon)
                _ = try await $0.store.removeBan(ban.id, by: $0.alice, at: $0.noon)
            }
        ),
        (
            .invitationCreate,
            {
                _ = try await $0.store.createInvitation(
                    code: "secret", room: PeopleFixture.general, usesMax: 3, expiresAt: nil, by: $0.alice, at: $0.noon)
            }
        ),
        (
            .invitationRevoke,
            {
                _ = try await $0.store.createInvitation(
                    code: "secret", room: PeopleFixture.general, usesMax: 3, expiresAt: nil, by: $0.alice, at: $0.noon)
                _ = try await $0.store.revokeInvitation(code: "secret", by: $0.alice, at: $0.noon)
            }
        ),
        (
            .passwordChange,
            { _ = try await $0.store.setPassword(of: $0.bob, hash: "secret", keeping: nil, at: $0.noon) }
        ),
        (
            .backupMake,
            { try await $0.store.recordAudit(AuditEntry(.backupMake, by: $0.alice, detail: "b"), at: $0.noon) }
        ),
        (
            .userDataDelete,
            { try await $0.store.eraseAccount($0.bob, by: $0.alice, detail: "in 2 recordings", at: $0.noon) }
        ),
        (.sessionsEnd, { _ = try await $0.store.endSessions(of: $0.bob, except: nil, by: $0.alice, at: $0.noon) }),
    ]

    @Test func everyActionIsTried() {
        let tried = Set(Self.changes.map(\.0))
        // The first two are the message log's. The others change nothing in the store: whoever does them records them.
        let recordedElsewhere: Set<AuditAction> = [
            .messageEdit, .messageDelete, .recordingStart, .recordingStop, .recordingFetch, .recordingDelete,
            .userDataExport, .settingChange,
        ]
        #expect(tried.union(recordedElsewhere) == Set(AuditAction.allCases))
        #expect(tried.isDisjoint(with: recordedElsewhere))
    }

    @Test(arguments: Self.changes.indices) func changeLeavesItsTrace(index: Int) async throws {
        let (action, change) = Self.changes[index]
        try await change(people)
        let row = try #require(try await people.lastAudit())
        #expect(row.action == action.rawValue)
        #expect(row.at == people.noon)
        #expect(!row.actorName.isEmpty)
        #expect(!row.detail.contains("secret"))
    }

    /// With a log that cannot be written, nothing of the change is.
    @Test(arguments: Self.changes.indices) func changeWithoutATraceIsNotDone(index: Int) async throws {
        try await store.write { database in
            try database.execute(
                sql: "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
        }
        // Where a change takes two steps, the first may be refused already.
        #expect(await storeError { try await Self.changes[index].1(people) } == .databaseUnavailable)
        let rows = try await store.read { database in
            try ["room_override", "voice_restraint", "ban", "invitation"].reduce(0) {
                try $0 + (Int.fetchOne(database, sql: "SELECT COUNT(*) FROM \($1)") ?? 0)
            }
        }
        #expect(rows == 0)
        let rooms = try await store.rooms()
        #expect(rooms.map(\.name) == ["General"])
        #expect(rooms.first?.topic == "")
        let bob = try await store.account(id: people.bob)
        #expect(bob?.role == .member)
        #expect(bob?.passwordHash == "")
        #expect(try await store.account(id: people.alice)?.role == .member)
    }

    @Test func pagesGoBackWithoutGapOrRepetition() async throws {
        for number in 0..<10 {
            try await store.recordAudit(
                AuditEntry(.memberMove, by: people.alice, target: people.bob, room: general, detail: "\(number)"),
                at: people.noon)
        }
        var pages: [[String]] = []
        var before: UInt64?
        while true {
            let page = try await store.audit(before: before, limit: 4)
            pages.append(page.entries.map(\.detail))
            before = page.entries.last?.id
            guard page.hasMore else { break }
        }
        #expect(pages == [["9", "8", "7", "6"], ["5", "4", "3", "2"], ["1", "0"]])
        let row = try #require(try await people.lastAudit())
        #expect((row.actorName, row.targetName) == ("Alice", "Bob"))
        #expect((row.actor, row.target, row.room) == (people.alice, people.bob, general))
        let plan = try await store.explain(ChatStore.auditPage, [10, 5])
        #expect(!plan.contains { $0.contains("TEMP B-TREE") || $0.hasPrefix("SCAN") }, "\(plan)")
    }

    @Test func oldestEntriesGoBeyondTheLimit() async throws {
        let insertion = "INSERT INTO audit (id, at, actor_id, action, detail) VALUES (?, 0, 1, 'x', '')"
        let newest = Int64(ChatStore.auditEntriesMax) + 1
        try await store.write { database in
            for id in [1, 2, newest - 1] { try database.execute(sql: insertion, arguments: [id]) }
        }
        #expect(try await store.purgeExpired(at: people.noon) == 0, "at the limit")
        try await store.write { try $0.execute(sql: insertion, arguments: [newest]) }
        #expect(try await store.purgeExpired(at: people.noon) == 1)
        #expect(
            try await store.audit(before: nil, limit: 9).entries.map(\.id) == [UInt64(newest), UInt64(newest) - 1, 2])
    }

    @Test func everyActionIsDocumented() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let page = try String(contentsOf: root.appending(path: "Documentation/Permissions.md"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: "\n## ").first { $0.hasPrefix("The audit log\n") })
        let documented = section.split(separator: "\n").filter { $0.hasPrefix("| `") }
            .compactMap { $0.split(separator: "`").dropFirst().first.map(String.init) }
        #expect(documented == AuditAction.allCases.map(\.rawValue))
    }

    @Test func limitsAreDocumented() throws {
        let root = URL(filePath: #filePath).appending(path: "../../../..").standardized
        let page = try String(contentsOf: root.appending(path: "Documentation/Permissions.md"), encoding: .utf8)
            .replacing("\n", with: " ")
        for sentence in [
            "The newest 1,000,000 entries are kept.", "A room takes 500.", "A room takes 100 at a time.",
            "A server takes 10,000 bans", "An account stays logged in on 50 devices",
        ] {
            #expect(page.contains(sentence), "\(sentence)")
        }
        #expect(ChatStore.auditEntriesMax == 1_000_000)
        #expect(ChatStore.overridesPerRoomMax == 500)
        #expect(ChatStore.invitationsPerRoomMax == 100)
        #expect(ChatStore.bansMax == 10_000)
        #expect(ChatStore.sessionsPerAccountMax == 50)
    }
}
