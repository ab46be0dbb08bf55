import GRDB
import Synchronization

/// Changes that are not messages (memberships, roles, bans, sessions …): those that wait share a transaction, for a
/// flush to the disk each would hold up the messages between them.
///
/// Each stands or falls alone, in a savepoint of its own, and is reported when the disk has it. Any thread may ask; it
/// takes a lock for an append. Asked is done: a caller that is cancelled meanwhile gets its answer all the same.
///
/// The line has no limit of its own: every caller waits for its answer, so it is no longer than there are connections.
final class SharedWrites: Sendable {
    /// Changes in one transaction.
    static let batchMax = 64

    private struct Change: Sendable {
        /// Does it in the open transaction, and gives what tells the caller once the disk has it.
        let attempt: @Sendable (Database) -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Change] = []
        var isWriting = false
        var isClosed = false
    }

    private let pool: DatabasePool
    private let checkpoints: LogCheckpoints
    private let state = Mutex(State())

    init(pool: DatabasePool, checkpoints: LogCheckpoints) {
        self.pool = pool
        self.checkpoints = checkpoints
    }

    /// Suspends until what the body did is on disk; throws what the body throws, or why it could not be written.
    func write<Output: Sendable>(_ body: @escaping @Sendable (Database) throws -> Output) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Change(
                    attempt: { database in
                        let result = Result { try Self.alone(database, body) }
                        return { continuation.resume(with: result) }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    /// Writes what waits, and takes nothing more. On the writer's queue only.
    func close(_ database: Database) {
        state.withLock { $0.isClosed = true }
        while writeBatch(database) {}
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private func submit(_ change: Change) {
        let (isTaken, mustStart) = state.withLock { state in
            guard !state.isClosed else { return (false, false) }
            state.waiting.append(change)
            defer { state.isWriting = true }
            return (true, !state.isWriting)
        }
        if !isTaken { change.fail(ChatStoreError(.databaseUnavailable, "the database is closed")) }
        if mustStart { scheduleBatch() }
    }

    private func scheduleBatch() {
        pool.asyncWriteWithoutTransaction { [self] database in
            if writeBatch(database) { scheduleBatch() }
        }
    }

    /// False when nothing was left; the next submission then starts the writer again.
    private func writeBatch(_ database: Database) -> Bool {
        let batch = state.withLock { state in
            let batch = Array(state.waiting.prefix(Self.batchMax))
            state.waiting.removeFirst(batch.count)
            state.isWriting = !batch.isEmpty
            return batch
        }
        guard !batch.isEmpty else { return false }
        let rowsBefore = database.totalChangesCount
        commit(batch, database)
        checkpoints.didChange(rows: database.totalChangesCount - rowsBefore)
        return true
    }

    private func commit(_ batch: [Change], _ database: Database) {
        var reports: [@Sendable () -> Void] = []
        do {
            try database.inTransaction(.immediate) {
                for change in batch {
                    reports.append(change.attempt(database))
                    // A full disk, say, undoes the transaction: what went well before, and nothing may come after.
                    guard database.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
                }
                return .commit
            }
        } catch {
            for change in batch { change.fail(error) }
            return
        }
        for report in reports { report() }
    }

    private static func alone<Output>(_ database: Database, _ body: (Database) throws -> Output) throws -> Output {
        var output: Output?
        try database.inSavepoint {
            output = try body(database)
            return .commit
        }
        guard let output else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        return output
    }
}
