import Foundation
import GRDB
import Identifiers
import Testing

@testable import ChatStore

@Suite struct BanTests {
    private let people: PeopleFixture
    private var store: ChatStore { people.store }
    private let general = PeopleFixture.general

    init() async throws { people = try await PeopleFixture() }

    private func addresses(_ first: UInt8, _ last: UInt8) throws -> BanAddresses {
        let prefix = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF, 192, 0, 2]
        return try #require(BanAddresses(first: prefix + [first], last: prefix + [last]))
    }

    private func ban(
        _ target: BanTarget, text: String? = nil, reason: String = "spam", until seconds: Double? = nil
    ) async throws(ChatStoreError) -> Ban {
        try await store.addBan(
            target, addressText: text, reason: reason, expiresAt: seconds.map(people.later), by: people.alice,
            at: people.noon)
    }

    @Test func bansComeBackAsTheyWereMade() async throws {
        let account = try await ban(BanTarget(user: people.bob), until: 60)
        let range = try await ban(BanTarget(addresses: try addresses(0, 255)), text: "192.0.2.0/24")
        let room = try await ban(BanTarget(room: general, user: people.bob))
        #expect(try await store.bans(.server, at: people.noon) == [range, account])
        #expect(try await store.bans(.room(general), at: people.noon) == [room])
        #expect(try await store.ban(id: account.id) == account)
        #expect(account.userName == "Bob")
        #expect(account.actorName == "Alice")
        #expect(account.reason == "spam")
        #expect(account.createdAt == people.noon)
        #expect(account.expiresAt == people.later(60))
        #expect(range.target.addresses?.last.last == 255)
        #expect(range.expiresAt == nil)
    }

    @Test func addressesAreSixteenBytesInOrder() {
        let low = [UInt8](repeating: 1, count: 16)
        let high = [UInt8](repeating: 2, count: 16)
        #expect(BanAddresses(first: low, last: high) != nil)
        #expect(BanAddresses(first: low, last: low) != nil)
        #expect(BanAddresses(first: high, last: low) == nil)
        #expect(BanAddresses(first: low, last: high + [0]) == nil)
        #expect(BanAddresses(first: [], last: []) == nil)
    }

    @Test func secondBanOnTheSameTargetChangesTheFirst() async throws {
        let targets = [
            BanTarget(user: people.bob), BanTarget(room: general, user: people.bob),
            BanTarget(addresses: try addresses(1, 1)), BanTarget(addresses: try addresses(1, 2)),
        ]
        for target in targets {
            let first = try await ban(target, reason: "first")
            let second = try await ban(target, reason: "second", until: 5)
            #expect(second.id == first.id)
            #expect(try await store.ban(id: first.id) == second)
            #expect(second.reason == "second")
        }
        #expect(try await store.bans(.server, at: people.noon).count == 3)
    }

    @Test func roomBanEndsTheMembershipThereOnly() async throws {
        let other = try await people.createRoom("other").id
        for room in [general, other] { _ = try await store.addMember(people.bob, to: room, at: people.noon) }
        _ = try await store.createSession(of: people.bob, tokenHash: [1], device: "", at: people.noon)
        _ = try await ban(BanTarget(room: general, user: people.bob))
        #expect(try await store.memberships(of: people.bob) == [other])
        #expect(try await store.sessions(of: people.bob).count == 1)
    }

    @Test func serverBanEndsTheSessionsAndKeepsTheMemberships() async throws {
        _ = try await store.addMember(people.bob, to: general, at: people.noon)
        for user in [people.bob, people.carol] {
            _ = try await store.createSession(
                of: user, tokenHash: [UInt8(user.rawValue)], device: "", at: people.noon)
        }
        _ = try await ban(BanTarget(user: people.bob))
        #expect(try await store.sessions(of: people.bob).isEmpty)
        #expect(try await store.sessions(of: people.carol).count == 1)
        #expect(try await store.memberships(of: people.bob) == [general])
    }

    @Test func removedBanIsGoneAndToldOnce() async throws {
        let made = try await ban(BanTarget(user: people.bob))
        #expect(try await store.removeBan(made.id, by: people.alice, at: people.noon) == made)
        #expect(try await store.removeBan(made.id, by: people.alice, at: people.noon) == nil)
        #expect(try await store.ban(id: made.id) == nil)
        #expect(try await people.lastAudit()?.action == "ban.remove")
        #expect(try await people.lastAudit()?.target == people.bob)
    }

    @Test func banRunsOutAtItsTime() async throws {
        _ = try await ban(BanTarget(user: people.bob), until: 60)
        #expect(try await store.bans(.server, at: people.later(59.999)).count == 1)
        #expect(try await store.bans(.server, at: people.later(60)).isEmpty)
    }

    @Test func banOfNobodyOrNowhereIsRefused() async throws {
        #expect(await storeError { _ = try await ban(BanTarget(user: PeopleFixture.nobody)) } == .notFound)
        let nowhere = BanTarget(room: PeopleFixture.noRoom, user: people.bob)
        #expect(await storeError { _ = try await ban(nowhere) } == .notFound)
        #expect(try await people.auditCount() == 0)
    }

    @Test func bansAtTheLimitAndOnePast() async throws {
        let noon = people.noon.storedMilliseconds
        try await store.write { database in
            try database.execute(
                sql: """
                    WITH RECURSIVE number (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM number WHERE value < ?)
                    INSERT INTO ban (first_address, last_address, reason, actor_id, created_at, expires_at)
                    SELECT randomblob(16), randomblob(16), '', 1, 0, iif(value = 1, ?, NULL) FROM number
                    """, arguments: [ChatStore.bansMax - 1, noon + 1_000])
        }
        let last = try await ban(BanTarget(user: people.bob))
        #expect(await storeError { _ = try await ban(BanTarget(user: people.carol)) } == .limitReached)
        #expect(try await ban(last.target, reason: "changed").id == last.id)
        // One of them has run out a second later.
        _ = try await store.addBan(
            BanTarget(user: people.carol), reason: "", expiresAt: nil, by: people.alice, at: people.later(1))
    }

    @Test func auditSaysWhomWhereAndWhy() async throws {
        let made = try await ban(
            BanTarget(addresses: try addresses(0, 255)), text: "192.0.2.0/24", reason: "flood", until: 60)
        let row = try #require(try await people.lastAudit())
        #expect(row.detail == "ban \(made.id); 192.0.2.0/24; until 2023-11-14T22:14:20Z; reason: flood")
        #expect(row.target == nil)
    }
}
