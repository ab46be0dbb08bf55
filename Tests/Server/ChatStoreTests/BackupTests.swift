import Foundation
import GRDB
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
}
