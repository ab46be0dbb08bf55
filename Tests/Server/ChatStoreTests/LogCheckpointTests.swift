import Foundation
import GRDB
import TestSupport
import Testing

@testable import ChatStore

@Suite struct LogCheckpointTests {
    private static let logBytesMax = 1 << 20
    private static let pageBytes = 4_096

    private let directory: TemporaryFolder
    private let pool: DatabasePool
    private let checkpoints: LogCheckpoints

    init() throws {
        directory = try TemporaryFolder()
        let path = directory.file("log.sqlite")
        pool = try DatabasePool(path: path)
        try pool.writeWithoutTransaction { database in
            try database.execute(
                sql: """
                    PRAGMA wal_autocheckpoint = 0;
                    CREATE TABLE page (content BLOB NOT NULL);
                    """)
        }
        checkpoints = try LogCheckpoints(
            path: path, pageBytes: Self.pageBytes, configuration: Configuration(), rowsPerCheckpoint: 20,
            logBytesMax: Self.logBytesMax)
    }

    private func logBytes() throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.file("log.sqlite-wal"))
        return try #require(attributes[.size] as? Int)
    }

    /// Ten pages or a few more.
    private func writeRows() throws {
        try pool.write { database in
            for _ in 0..<10 { try database.execute(sql: "INSERT INTO page VALUES (zeroblob(4000))") }
        }
    }

    /// With what the message log does after every batch.
    private func writeBatch() throws {
        try writeRows()
        pool.writeWithoutTransaction { checkpoints.finishIfNeeded($0) }
        checkpoints.didChange(rows: 10)
        // What copies in the background is done before the next batch, or the sizes would be a matter of luck.
        checkpoints.connection.inDatabase { _ in }
    }

    @Test func logOfManyTimesItsLimitBeginsAnew() throws {
        // 40 KiB each: ten times the limit.
        for _ in 0..<256 { try writeBatch() }
        // A batch and a copy's rows more than the limit, not ten times as much.
        #expect(try logBytes() < Self.logBytesMax * 3 / 2)
        let rows = try pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM page") }
        #expect(rows == 2_560)
    }

    /// As when the writer went on while the log was copied: something is left, and the next commit would append.
    @Test func writerCopiesWhatIsLeftOfALogThatIsTooLong() throws {
        for _ in 0..<40 { try writeRows() }
        try pool.read { database in
            // As long as it looks at this state, nothing newer is copied.
            _ = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM page")
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                try? writeRows()
                checkpoints.didChange(rows: 20)
                checkpoints.connection.inDatabase { _ in }
                done.signal()
            }
            done.wait()
        }
        let before = try logBytes()
        #expect(before > Self.logBytesMax)
        pool.writeWithoutTransaction { checkpoints.finishIfNeeded($0) }
        for _ in 0..<10 { try writeRows() }
        #expect(try logBytes() == before)
    }

    /// The writer goes on, the reader sees what it saw, and the log begins anew when the reader is gone.
    @Test func readerOfTheOldLogIsNotWaitedFor() throws {
        try writeBatch()
        try pool.read { database in
            let before = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM page")
            let done = DispatchSemaphore(value: 0)
            Thread.detachNewThread {
                for _ in 0..<64 { try? writeBatch() }
                done.signal()
            }
            done.wait()
            #expect(try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM page") == before)
        }
        let grown = try logBytes()
        #expect(grown > Self.logBytesMax * 2)
        for _ in 0..<64 { try writeBatch() }
        // The first few batches come before a copy is due; all of them would be twice the limit more.
        #expect(try logBytes() < grown + Self.logBytesMax / 2)
    }

    @Test func logIsEmptiedAndNobodyIsWaitedFor() throws {
        try writeRows()
        let other = try DatabaseQueue(path: pool.path)
        try other.read { database in
            _ = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM page")
            let start = ContinuousClock.now
            #expect(!pool.writeWithoutTransaction { checkpoints.empty($0) }, "somebody reads the log")
            #expect(start.duration(to: .now) < .seconds(ChatStore.busySecondsMax / 2))
        }
        let timeout = try pool.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA busy_timeout") }
        #expect(timeout == Int(ChatStore.busySecondsMax * 1_000), "other statements wait as ever")
        #expect(pool.writeWithoutTransaction { checkpoints.empty($0) })
        #expect(try logBytes() == 0)
        try writeRows()
        let rows = try pool.read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM page") }
        #expect(rows == 20)
        try checkpoints.close()
        #expect(!pool.writeWithoutTransaction { checkpoints.empty($0) }, "the end empties it itself")
    }

    /// A write that ends while the store is closed reports its rows too late; copying then would end the process.
    @Test func nothingIsCopiedAfterTheEnd() throws {
        try writeRows()
        try checkpoints.close()
        checkpoints.didChange(rows: 1_000)
        checkpoints.connection.inDatabase { _ in }
    }

    @Test func storeLeavesCopyingToItself() async throws {
        let fixture = try await MessageFixture()
        let (pages, synchronous, cache) = try await fixture.store.write { database in
            (
                try Int.fetchOne(database, sql: "PRAGMA wal_autocheckpoint"),
                try Int.fetchOne(database, sql: "PRAGMA synchronous"),
                try Int.fetchOne(database, sql: "PRAGMA cache_size")
            )
        }
        #expect(pages == 0)
        #expect(synchronous == 2)
        let isZeroed = try await fixture.store.write { try Bool.fetchOne($0, sql: "PRAGMA secure_delete") }
        #expect(isZeroed == true)
        #expect(cache == -(ChatStore.writerCacheBytesMax >> 10))
        let readersCache = try await fixture.store.read { try Int.fetchOne($0, sql: "PRAGMA cache_size") }
        #expect(readersCache == -(ChatStore.readerCacheBytesMax >> 10))
    }
}
