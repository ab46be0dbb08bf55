import Dispatch
import Foundation
import GRDB
import Glibc
import LockFree

/// Accounts, rooms and messages in one SQLite file: one writer, a pool of readers, write-ahead log, every commit
/// on disk before it is acknowledged.
///
/// Any task may call it. Callers suspend; the work runs on GRDB's own queues, never on the threads
/// that run the actors. Every failure is a ``ChatStoreError``.
public final class ChatStore: Sendable {
    /// Reads that run at the same time.
    public static let readersMax = 4
    /// How long a statement waits for another process that holds the file.
    public static let busySecondsMax = 5.0

    /// Message changes on their way to the disk or to whoever collects their outcomes, unless ``open`` is told otherwise.
    public static let messagesWaitingMaxDefault = 10_000
    /// Pages that a connection keeps in memory; it grows that far only when it uses them. The writer's holds the ends of
    /// the busy conversations and a good part of the client ids; a reader's few hold a page of history.
    static let writerCacheBytesMax = 32 << 20
    static let readerCacheBytesMax = 2 << 20
    /// Who asks for a page waits for it, so there are never more than connections.
    private static let pagesWaitingMax = 65_536
    /// History waits for live messages, but gets its share.
    private static let pageScheduling = ThreadScheduling(sliceNanoseconds: 10_000_000, isBatch: true)

    let pool: DatabasePool
    let log: MessageLog
    private let sharedWrites: SharedWrites
    let checkpoints: LogCheckpoints
    private let pageReaders: WorkThreads<StoreReader>
    private let courier: Courier

    private init(pool: DatabasePool, messagesWaitingMax: Int, now: @escaping @Sendable () -> Int64) throws {
        self.pool = pool
        let pageBytes = try pool.read { try Int.fetchOne($0, sql: "PRAGMA page_size") ?? 4_096 }
        checkpoints = try LogCheckpoints(
            path: pool.path, pageBytes: pageBytes,
            configuration: Self.configuration(cacheBytesMax: Self.readerCacheBytesMax))
        let writer = try pool.read { try MessageWriter($0, now: now) }
        sharedWrites = SharedWrites(pool: pool, checkpoints: checkpoints)
        log = MessageLog(
            pool: pool, checkpoints: checkpoints, sharedWrites: sharedWrites, writer: writer,
            waitingMax: messagesWaitingMax)
        courier = try Courier()
        let path = pool.path
        let processors = ProcessInfo.processInfo.activeProcessorCount
        pageReaders = try WorkThreads(
            name: "history", threadCount: max(1, processors / 2), waitingMax: Self.pagesWaitingMax,
            scheduling: Self.pageScheduling, courier: courier
        ) { StoreReader(path: path, configuration: Self.readerConfiguration) }
    }

    deinit {
        pageReaders.end()
        courier.end()
    }

    /// Opens the file, creating it with a `General` room if there is none, and brings its schema up to date.
    ///
    /// The directory must exist. On `databaseTooNew` install the newer program; on `databaseDamaged`
    /// restore a copy.
    public static func open(
        path: String, messagesWaitingMax: Int = messagesWaitingMaxDefault
    ) async throws(ChatStoreError) -> ChatStore {
        try await open(path: path, messagesWaitingMax: messagesWaitingMax) { Date().storedMilliseconds }
    }

    /// With a clock of the caller's, in milliseconds since 1970.
    static func open(
        path: String, messagesWaitingMax: Int = messagesWaitingMaxDefault, now: @escaping @Sendable () -> Int64
    ) async throws(ChatStoreError) -> ChatStore {
        // Opening reads, migrates and waits for locks: on a queue that may block.
        let outcome: Result<ChatStore, ChatStoreError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    returning: Result { () throws(ChatStoreError) in
                        try openBlocking(path: path, messagesWaitingMax: messagesWaitingMax, now: now)
                    })
            }
        }
        return try outcome.get()
    }

    /// Writes the message changes that wait, finishes what runs and closes the file. Later calls fail with
    /// `databaseUnavailable`, later submissions are not taken, and ``commits`` ends.
    public func close() async throws(ChatStoreError) {
        await pageReaders.stop()
        await courier.stop()
        let outcome: Result<Void, ChatStoreError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async { [self] in
                continuation.resume(returning: Result { try closeBlocking() }.mapError(ChatStoreError.init))
            }
        }
        try outcome.get()
    }

    private func closeBlocking() throws {
        pool.writeWithoutTransaction { database in
            guard log.close(database) else { return }
            sharedWrites.close(database)
            // The log's content goes into the file itself, so that a copy of one file is a copy of all;
            // should a reader hold it up, the log stays and is read at the next start.
            _ = try? database.checkpoint(.truncate)
        }
        try checkpoints.close()
        try pool.close()
    }

    /// A connection for a thread of the caller's.
    public func makeReader() -> StoreReader { StoreReader(path: pool.path, configuration: Self.readerConfiguration) }

    private static var readerConfiguration: Configuration {
        var configuration = configuration(cacheBytesMax: readerCacheBytesMax)
        configuration.readonly = true
        return configuration
    }

    func readPage<Output: Sendable>(
        _ body: @escaping @Sendable (StoreReader) throws -> Output
    ) async throws(ChatStoreError) -> Output {
        do { return try await pageReaders.run(body) } catch is WorkThreads<StoreReader>.Refusal {
            throw ChatStoreError(.databaseUnavailable, "the database is closed")
        } catch {
            throw ChatStoreError(error)
        }
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws(ChatStoreError) -> Output {
        do { return try await pool.read(body) } catch { throw ChatStoreError(error) }
    }

    /// Writes that no transaction has taken up yet.
    var sharedWritesWaiting: Int { sharedWrites.waitingCount }

    /// All of the body, or none of it; on disk when this returns.
    /// - Parameter isBrief: whether it changes a few rows only, and may wait a moment for a message to go with.
    func write<Output: Sendable>(
        isBrief: Bool = false, _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws(ChatStoreError) -> Output {
        do {
            return try await sharedWrites.write(isBrief: isBrief, body)
        } catch { throw ChatStoreError(error) }
    }

    /// Makes the file for its owner only, if it is not there. SQLite would leave that to the process's umask;
    /// log and index get the mode of the file.
    static func makePrivately(_ path: String) throws(ChatStoreError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ChatStoreError(.databaseUnavailable, String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
    }

    private static func configuration(cacheBytesMax: Int) -> Configuration {
        var configuration = Configuration()
        configuration.maximumReaderCount = readersMax
        configuration.busyMode = .timeout(busySecondsMax)
        configuration.prepareDatabase { database in
            // Negative: in KiB.
            try database.execute(sql: "PRAGMA cache_size = -\(cacheBytesMax >> 10)")
        }
        return configuration
    }

    private static func openBlocking(
        path: String, messagesWaitingMax: Int, now: @escaping @Sendable () -> Int64
    ) throws(ChatStoreError) -> ChatStore {
        do {
            try makePrivately(path)
            let pool = try DatabasePool(path: path, configuration: configuration(cacheBytesMax: readerCacheBytesMax))
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw ChatStoreError(.databaseTooNew, "\(path) was written by a later version of this program")
            }
            try pool.writeWithoutTransaction(prepareWriter)
            try migrator.migrate(pool)
            return try ChatStore(pool: pool, messagesWaitingMax: messagesWaitingMax, now: now)
        } catch {
            let cause = ChatStoreError(error)
            throw cause.code == .databaseTooNew ? cause : ChatStoreError(cause.code, "\(path): \(cause.description)")
        }
    }

    private static func prepareWriter(_ database: Database) throws {
        // The pool sets NORMAL after any preparation hook; here, and only here, it can be raised. The log is copied
        // by LogCheckpoints; on disk it shrinks back to its limit when it begins anew. What is deleted is overwritten with
        // zeros, whatever SQLite was built with.
        try database.execute(
            sql: """
                PRAGMA synchronous = FULL;
                PRAGMA cache_size = -\(writerCacheBytesMax >> 10);
                PRAGMA wal_autocheckpoint = 0;
                PRAGMA secure_delete = ON;
                PRAGMA journal_size_limit = \(LogCheckpoints.logBytesMaxDefault);
                """)
    }
}
