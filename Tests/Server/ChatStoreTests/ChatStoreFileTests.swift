import Foundation
import GRDB
import Identifiers
import TestSupport
import Testing

@testable import ChatStore

@Suite struct ChatStoreFileTests {
    private let directory: TemporaryFolder
    private var path: String { directory.file("store.sqlite") }

    init() throws { directory = try TemporaryFolder() }

    @Test func everyCommitReachesTheDiskThroughTheLog() async throws {
        let store = try await ChatStore.open(path: path)
        let (journal, synchronous, foreignKeys) = try await store.write { database in
            (
                try String.fetchOne(database, sql: "PRAGMA journal_mode"),
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try Bool.fetchOne(database, sql: "PRAGMA foreign_keys")
            )
        }
        #expect(journal == "wal")
        #expect(synchronous == 2)
        #expect(foreignKeys == true)
    }

    @Test func filesAreTheirOwnersOnly() async throws {
        let store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: "A", nameKey: "a", passwordHash: "h", at: .now, accountsMax: 10)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(Set(names) == ["store.sqlite", "store.sqlite-shm", "store.sqlite-wal"])
        for name in names { #expect(try directory.permissions(of: name) == 0o600, "\(name)") }
        try await store.close()
    }

    @Test func whatWasWrittenIsThereAfterReopening() async throws {
        var store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: "A", nameKey: "a", passwordHash: "h", at: .now, accountsMax: 10)
        try await store.close()
        store = try await ChatStore.open(path: path)
        #expect(try await store.account(nameKey: "a")?.name == "A")
        #expect(try await store.rooms().count == 1)
    }

    @Test func closedDatabaseIsOneFile() async throws {
        let store = try await ChatStore.open(path: path)
        _ = try await store.createAccount(name: "A", nameKey: "a", passwordHash: "h", at: .now, accountsMax: 10)
        try await store.close()
        let log = try? FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int
        #expect((log ?? 0) == 0)
    }

    /// General is made by the first migration, not by an empty table: a deleted one stays deleted.
    @Test func generalIsMadeOnlyOnce() async throws {
        var store = try await ChatStore.open(path: path)
        try await store.write { try $0.execute(sql: "DELETE FROM room") }
        try await store.close()
        store = try await ChatStore.open(path: path)
        #expect(try await store.rooms().isEmpty)
    }

    @Test func databaseOfALaterVersionIsLeftAlone() async throws {
        let store = try await ChatStore.open(path: path)
        try await store.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 from the future')") }
        try await store.close()
        let error = await #expect(throws: ChatStoreError.self) { try await ChatStore.open(path: path) }
        #expect(error?.code == .databaseTooNew)
    }

    @Test func fileThatIsNoDatabaseIsNamed() async throws {
        try Data(repeating: 0x41, count: 4_096).write(to: URL(fileURLWithPath: path))
        let error = await #expect(throws: ChatStoreError.self) { try await ChatStore.open(path: path) }
        #expect(error?.code == .databaseDamaged)
        #expect(error?.description.contains(path) == true)
    }

    @Test func missingDirectoryIsNamed() async throws {
        let error = await #expect(throws: ChatStoreError.self) {
            try await ChatStore.open(path: directory.file("missing/store.sqlite"))
        }
        #expect(error?.code == .databaseUnavailable)
        #expect(error?.description.contains("missing/store.sqlite") == true)
    }

    @Test func afterCloseEveryCallSaysUnavailable() async throws {
        let store = try await ChatStore.open(path: path)
        try await store.close()
        let error = await #expect(throws: ChatStoreError.self) { try await store.rooms() }
        #expect(error?.code == .databaseUnavailable)
    }
}
