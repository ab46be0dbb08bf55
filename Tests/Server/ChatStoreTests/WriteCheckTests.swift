import GRDB
import Testing

@testable import ChatStore

/// Whether the database takes writes is found out by writing.
@Suite(.timeLimit(.minutes(1))) struct WriteCheckTests {
    /// Each: a second one that wrote what the first had written would not get to the disk.
    @Test func eachCheckReachesTheFile() async throws {
        let fixture = try await MessageFixture()
        let observer = try DatabaseQueue(path: fixture.path)
        // Changes with what other connections have committed into the file.
        func version() throws -> Int? { try observer.read { try Int.fetchOne($0, sql: "PRAGMA data_version") } }
        var versions = [try #require(try version())]
        for _ in 0..<3 {
            try await fixture.store.checkWritable()
            versions.append(try #require(try version()))
        }
        #expect(Set(versions).count == versions.count, "\(versions)")
        try observer.close()
        try await fixture.store.close()
    }

    @Test func aDatabaseThatTakesNoWritesIsFoundOut() async throws {
        let fixture = try await MessageFixture()
        let pool = fixture.store.pool
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 1") }
        await #expect(throws: ChatStoreError.self) { try await fixture.store.checkWritable() }
        try await pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA query_only = 0") }
        try await fixture.store.checkWritable()
        try await fixture.store.close()
        await #expect(throws: ChatStoreError.self) { try await fixture.store.checkWritable() }
    }
}
