import Dispatch
import GRDB
import Glibc

/// Accounts and rooms in one SQLite file: one writer, a pool of readers, write-ahead log, every commit
/// on disk before it is acknowledged.
///
/// Any task may call it. Callers suspend; the work runs on GRDB's own queues, never on the threads
/// that run the actors. Every failure is a ``ChatStoreError``.
public final class ChatStore: Sendable {
    /// Reads that run at the same time.
    public static let readersMax = 4
    /// How long a statement waits for another process that holds the file.
    public static let busySecondsMax = 5.0

    let pool: DatabasePool

    private init(pool: DatabasePool) { self.pool = pool }

    /// Opens the file, creating it with a `General` room if there is none, and brings its schema up to date.
    ///
    /// The directory must exist. On `databaseTooNew` install the newer program; on `databaseDamaged`
    /// restore a copy.
    public static func open(path: String) async throws(ChatStoreError) -> ChatStore {
        // Opening reads, migrates and waits for locks: on a queue that may block.
        let outcome: Result<ChatStore, ChatStoreError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(returning: Result { () throws(ChatStoreError) in try openBlocking(path: path) })
            }
        }
        return try outcome.get()
    }

    /// Finishes what runs and closes the file. Later calls fail with `databaseUnavailable`.
    public func close() async throws(ChatStoreError) {
        let pool = pool
        let outcome: Result<Void, ChatStoreError> = await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                // The log's content goes into the file itself, so that a copy of one file is a copy of all;
                // should a reader hold it up, the log stays and is read at the next start.
                try? pool.writeWithoutTransaction { _ = try $0.checkpoint(.truncate) }
                continuation.resume(returning: Result { try pool.close() }.mapError(ChatStoreError.init))
            }
        }
        try outcome.get()
    }

    func read<Output: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws(ChatStoreError) -> Output {
        do { return try await pool.read(body) } catch { throw ChatStoreError(error) }
    }

    /// One transaction: all of the body, or none of it.
    func write<Output: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws(ChatStoreError) -> Output {
        do { return try await pool.write(body) } catch { throw ChatStoreError(error) }
    }

    /// Makes the file for its owner only, if it is not there. SQLite would leave that to the process's umask;
    /// log and index get the mode of the file.
    private static func makePrivately(_ path: String) throws(ChatStoreError) {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ChatStoreError(.databaseUnavailable, String(cString: strerror(errno)))
        }
        Glibc.close(descriptor)
    }

    private static func openBlocking(path: String) throws(ChatStoreError) -> ChatStore {
        var configuration = Configuration()
        configuration.maximumReaderCount = readersMax
        configuration.busyMode = .timeout(busySecondsMax)
        do {
            try makePrivately(path)
            let pool = try DatabasePool(path: path, configuration: configuration)
            let migrator = Schema.migrator
            if try pool.read(migrator.hasBeenSuperseded) {
                throw ChatStoreError(.databaseTooNew, "\(path) was written by a later version of this program")
            }
            try pool.writeWithoutTransaction { database in
                // The pool sets NORMAL after any preparation hook; here, and only here, it can be raised.
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try migrator.migrate(pool)
            return ChatStore(pool: pool)
        } catch {
            let cause = ChatStoreError(error)
            throw cause.code == .databaseTooNew ? cause : ChatStoreError(cause.code, "\(path): \(cause.description)")
        }
    }
}
