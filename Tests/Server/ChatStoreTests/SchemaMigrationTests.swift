import Foundation
import GRDB
import Identifiers
import Permissions
import TestSupport
import Testing

@testable import ChatStore

/// A database of the first version is brought up to date with everything in it.
@Suite struct SchemaMigrationTests {
    @Test func accountsAndRoomsOfTheFirstVersionAreKept() async throws {
        let directory = try TemporaryFolder()
        let path = directory.file("store.sqlite")
        do {
            let old = try DatabaseQueue(path: path)
            try Schema.migrator.migrate(old, upTo: "0001 accounts and rooms")
            try await old.write { database in
                try database.execute(
                    sql: """
                        INSERT INTO account (name, name_key, password_hash, created_at, last_seen_at)
                        VALUES ('Alice', 'alice', 'hash', 1000, 2000);
                        INSERT INTO room (id, name, name_key, description, password_hash, creator_id, created_at)
                        VALUES (7, 'Secret', 'secret', 'd', 'hash', 1, 3000);
                        """)
            }
            try old.close()
        }
        let store = try await ChatStore.open(path: path)
        let alice = try #require(try await store.account(nameKey: "alice"))
        #expect(alice.role == .member)
        #expect(alice.passwordHash == "hash")
        let rooms = try await store.rooms()
        #expect(rooms.map(\.kind) == [.open, .private])
        #expect(rooms.last?.creator == alice.id)
        #expect(rooms.last?.passwordHash == "hash")
        #expect(rooms.map(\.slowModeSeconds) == [0, 0])
        #expect(rooms.allSatisfy { $0.membersMax == nil && $0.retentionDays == nil && $0.retentionCount == nil })
        #expect(rooms.map(\.loudestTalkers) == [nil, nil])
        #expect(rooms.map(\.delivery) == [.forwarded, .forwarded])
        #expect(rooms.map(\.recordingDays) == [nil, nil])
        var secret = RoomState()
        secret.overrides = [PermissionOverride(subject: .user(alice.id), allowed: PermissionTable.creator)]
        #expect(try await store.roomStates(at: .now) == [RoomID(rawValue: 7): secret])
    }
}
