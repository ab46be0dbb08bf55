import Foundation
import GRDB
import Glibc
import Identifiers
import Synchronization
import TestSupport
import Testing

@testable import ChatStore

/// Copies of the database that are made while people write.
@Suite(.timeLimit(.minutes(1))) struct BackupTests {
    private func messages(in path: String) throws -> [(id: Int64, content: String)] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { database in
            try Row.fetchAll(database, sql: "SELECT id, content FROM message ORDER BY id").map { ($0[0], $0[1]) }
        }
    }

    /// Writes without pause, a hundred messages at a time, until it is told to stop.
    private final class Writer: Sendable {
        private let isDone = Atomic(false)
        private let ids = Mutex<[MessageID]>([])

        var acknowledged: [MessageID] { ids.withLock { $0 } }

        func stop() { isDone.store(true, ordering: .releasing) }

        func run(_ fixture: MessageFixture) async throws {
            var number = 0
            while !isDone.load(ordering: .acquiring) {
                let batch = (0..<100).map { fixture.append("message \(number + $0)") }
                number += batch.count
                for outcome in try await fixture.commit(batch) {
                    if case .appended(let message) = outcome { ids.withLock { $0.append(message.id) } }
                }
            }
        }
    }

    @Test func aCopyUnderWritersHasEverythingAcknowledgedBefore() async throws {
        let fixture = try await MessageFixture()
        let writer = Writer()
        async let writing: Void = writer.run(fixture)
        var copies: [(path: String, before: [MessageID])] = []
        for number in 0..<5 {
            while writer.acknowledged.count < number * 500 + 1 { await Task.yield() }
            let before = writer.acknowledged
            let path = fixture.directory.file("copy-\(number)")
            #expect(try await fixture.store.backup(to: path) > 0)
            copies.append((path, before))
        }
        writer.stop()
        try await writing
        #expect(copies.count == 5)
        for (path, before) in copies {
            #expect(try ChatStore.integrityFindings(ofFile: path, max: 10).isEmpty)
            let held = try Set(messages(in: path).map(\.id))
            #expect(before.allSatisfy { held.contains($0.stored) }, "\(before.count) were acknowledged")
            // One moment's state: no message without all that came before it.
            #expect(held.count == Int(held.max() ?? 0))
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        try await fixture.store.close()
    }

    @Test func aCopyIsADatabaseToGoOnWith() async throws {
        let fixture = try await MessageFixture()
        try await fixture.commit([fixture.append("hello")])
        let path = fixture.directory.file("copy")
        _ = try await fixture.store.backup(to: path)
        try await fixture.store.close()
        let again = try await ChatStore.open(path: path)
        #expect(try await again.account(nameKey: "alice") != nil)
        try await again.close()
    }

    @Test func nothingIsOverwrittenAndNothingIsLeftOfAFailure() async throws {
        let fixture = try await MessageFixture()
        try fixture.directory.write("mine", to: "taken")
        await #expect(throws: ChatStoreError.self) {
            try await fixture.store.backup(to: fixture.directory.file("taken"))
        }
        #expect(try fixture.directory.text(of: "taken") == "mine")
        await #expect(throws: ChatStoreError.self) {
            try await fixture.store.backup(to: fixture.directory.file("no/such/folder"))
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: fixture.directory.path)
        #expect(!names.contains { $0.contains("unfinished") })
        try await fixture.store.close()
    }

    @Test func aDamagedFileIsFoundOut() async throws {
        let fixture = try await MessageFixture()
        for number in 0..<20 {
            try await fixture.commit(
                (0..<50).map { fixture.append("message \(number) \($0) " + String(repeating: "x", count: 200)) })
        }
        let path = fixture.directory.file("copy")
        _ = try await fixture.store.backup(to: path)
        #expect(try await fixture.store.integrityFindings(max: 5).isEmpty)
        try await fixture.store.close()
        var bytes = try Data(contentsOf: URL(filePath: path))
        // In the middle, past the schema: pages of the table of messages.
        let middle = bytes.count / 2 / 4_096 * 4_096
        bytes.replaceSubrange(middle..<middle + 4_096, with: Data(repeating: 0x5A, count: 4_096))
        try bytes.write(to: URL(filePath: path))
        let findings = try? ChatStore.integrityFindings(ofFile: path, max: 5)
        #expect(findings.map { (1...5).contains($0.count) } ?? true, "at most as many as asked for")
        #expect(findings != [])
    }

    @Test func whatIsNoDatabaseOfOursIsNamed() async throws {
        let folder = try TemporaryFolder()
        try folder.write("just text, and no database at all", to: "text")
        for name in ["text", "missing"] {
            let error = #expect(throws: ChatStoreError.self) {
                try ChatStore.integrityFindings(ofFile: folder.file(name), max: 5)
            }
            #expect(error != nil)
        }
        let foreign = try DatabaseQueue(path: folder.file("foreign"))
        try await foreign.write { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        try foreign.close()
        let error = #expect(throws: ChatStoreError.self) {
            try ChatStore.integrityFindings(ofFile: folder.file("foreign"), max: 5)
        }
        #expect(
            error?.code == .databaseDamaged && error?.description.contains("not a database of this program") == true)
    }

    /// Tables of those names others have as well, and a history of their own too.
    @Test func theNamesOfTablesAreNotEnough() async throws {
        let folder = try TemporaryFolder()
        let foreign = try DatabaseQueue(path: folder.file("foreign"))
        try await foreign.write { database in
            try database.execute(sql: "CREATE TABLE message (a INTEGER); CREATE TABLE account (b INTEGER)")
        }
        func problem() -> ChatStoreError? {
            #expect(throws: ChatStoreError.self) {
                try ChatStore.integrityFindings(ofFile: folder.file("foreign"), named: "this", max: 5)
            }
        }
        #expect(problem()?.description == "this is not a database of this program")
        var others = DatabaseMigrator()
        others.registerMigration("first") { try $0.execute(sql: "CREATE TABLE other (id INTEGER)") }
        try others.migrate(foreign)
        #expect(problem()?.description == "this is not a database of this program")
        try foreign.close()
    }

    @Test func aDatabaseOfAnEarlierVersionIsOneOfOurs() throws {
        let folder = try TemporaryFolder()
        let first = try #require(Schema.migrator.migrations.first)
        let early = try DatabaseQueue(path: folder.file("early"))
        try Schema.migrator.migrate(early, upTo: first)
        try early.close()
        #expect(try ChatStore.integrityFindings(ofFile: folder.file("early"), max: 5).isEmpty)
    }

    /// The file alone has next to nothing in it: all is in the log.
    @Test func aCopyOfAFileInUseHasWhatIsInItsLog() async throws {
        let fixture = try await MessageFixture()
        try await fixture.post("hello")
        let log = try #require(
            try FileManager.default.attributesOfItem(atPath: fixture.path + "-wal")[.size] as? Int)
        #expect(log > 0)
        let copy = fixture.directory.file("copy")
        try ChatStore.makeCopy(ofFile: fixture.path, at: copy)
        #expect(try messages(in: copy).map(\.content) == ["hello"])
        #expect(try fixture.directory.permissions(of: "copy") == 0o600)
        #expect(try ChatStore.integrityFindings(ofFile: copy, max: 5).isEmpty)
        for suffix in ["-wal", "-shm", "-journal"] { #expect(!FileManager.default.fileExists(atPath: copy + suffix)) }
        try await fixture.store.close()
    }

    /// As SQLite reports a full disk: the copy may not grow any further.
    @Test func aFullDiskIsCalledThat() async throws {
        let fixture = try await MessageFixture()
        let target = try DatabaseQueue(path: fixture.directory.file("copy"))
        try await target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA max_page_count = 2") }
        let error = #expect(throws: ChatStoreError.self) { try ChatStore.copy(fixture.store.pool, into: target) }
        #expect(error?.code == .databaseUnavailable)
        #expect(error?.description == "\(target.path): No space left on device")
        try target.close()
        try await fixture.store.close()
    }

    /// Closed, but its header says that there may be a log, for the index of which there is no place here.
    @Test(.enabled(if: geteuid() != 0, "root writes everywhere")) func whereNothingCanBeWrittenAFileIsReadAllTheSame()
        async throws
    {
        let fixture = try await MessageFixture()
        try await fixture.post("hello")
        try await fixture.store.close()
        let folder = try TemporaryFolder()
        let path = folder.file("a file #1?.sqlite")
        try FileManager.default.copyItem(atPath: fixture.path, toPath: path)
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        #expect(try ChatStore.integrityFindings(ofFile: path, max: 5).isEmpty)
        let copy = fixture.directory.file("copy")
        try ChatStore.makeCopy(ofFile: path, at: copy)
        #expect(try messages(in: copy).map(\.content) == ["hello"])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }

    @Test(.enabled(if: geteuid() != 0, "root writes everywhere")) func aLogThatCannotBeReadIsNotLeftOut() async throws {
        let fixture = try await MessageFixture()
        try await fixture.post("hello")
        let folder = try TemporaryFolder()
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: fixture.path + suffix, toPath: folder.file("file" + suffix))
        }
        try await fixture.store.close()
        chmod(folder.path, 0o500)
        defer { chmod(folder.path, 0o700) }
        let copy = fixture.directory.file("copy")
        let error = #expect(throws: ChatStoreError.self) {
            try ChatStore.makeCopy(ofFile: folder.file("file"), at: copy)
        }
        #expect(error?.description.contains("cannot be read where it is: copy it, with ") == true)
        #expect(!FileManager.default.fileExists(atPath: copy))
    }
}
