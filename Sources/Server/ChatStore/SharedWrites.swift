import Dispatch
import GRDB
import Synchronization

/// Changes that are not messages (memberships, roles, bans, sessions …): those that wait share a transaction, for a
/// flush to the disk each would hold up the messages between them.
///
/// Brief ones, as joining a room is, take no transaction of their own while messages are being written: they wait a moment
/// for the next message and go with it (``ride(_:)``), so that no message waits until the disk has them.
///
/// Each stands or falls alone, in a savepoint of its own, and is reported when the disk has it. Any thread may ask; it
/// takes a lock for an append. Asked is done: a caller that is cancelled meanwhile gets its answer all the same.
///
/// The line has no limit of its own: every caller waits for its answer, so it is no longer than there are connections.
final class SharedWrites: Sendable {
    /// Changes in one transaction.
    static let batchMax = 64
    /// Those that go with messages: so few that the messages do not notice.
    static let ridersMax = 8
    /// How long a brief change waits for a message to go with.
    static let patience = Duration.milliseconds(10)
    /// How long those that went with messages are told later than the messages are handed out: what follows on joining, telling
    /// everybody in the room of it, is not to stand between a message and its readers.
    static let courtesy = Duration.milliseconds(1)
    /// Messages are being written if the last transaction of some is no longer ago than that.
    static let flowMax = Duration.milliseconds(20)

    /// Does something later, on any thread.
    typealias Timer = @Sendable (_ delay: Duration, _ action: @escaping @Sendable () -> Void) -> Void

    fileprivate struct Change: Sendable {
        let isBrief: Bool
        /// Does it in the open transaction, and gives what tells the caller once the disk has it.
        let attempt: @Sendable (Database) -> @Sendable () -> Void
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Change] = []
        var isWriting = false
        /// Whether somebody's patience is running.
        var isPutOff = false
        var isClosed = false
        var lastRide: ContinuousClock.Instant?
    }

    /// Changes that go with messages, to be told of the transaction's end.
    struct Riders: Sendable {
        fileprivate var changes: [Change] = []
        fileprivate var reports: [@Sendable () -> Void] = []

        func fail(_ error: any Error) { for change in changes { change.fail(error) } }
    }

    private let pool: DatabasePool
    private let checkpoints: LogCheckpoints
    private let now: @Sendable () -> ContinuousClock.Instant
    private let timer: Timer
    private let state = Mutex(State())

    init(
        pool: DatabasePool, checkpoints: LogCheckpoints,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        timer: @escaping Timer = SharedWrites.wait
    ) {
        self.pool = pool
        self.checkpoints = checkpoints
        self.now = now
        self.timer = timer
    }

    /// Suspends until what the body did is on disk; throws what the body throws, or why it could not be written.
    /// - Parameter isBrief: whether it changes a few rows only, and may wait for a message to go with.
    func write<Output: Sendable>(
        isBrief: Bool = false, _ body: @escaping @Sendable (Database) throws -> Output
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Change(
                    isBrief: isBrief,
                    attempt: { database in
                        let result = Result { try Self.alone(database, body) }
                        return { continuation.resume(with: result) }
                    },
                    fail: { continuation.resume(throwing: $0) }))
        }
    }

    /// Takes brief changes into the open transaction of messages: ``finish(_:)`` when it is committed, or
    /// ``Riders/fail(_:)``. Throws, after that, if one of them undid all of it. On the writer's queue only.
    func ride(_ database: Database) throws -> Riders {
        let instant = now()
        var riders = Riders()
        riders.changes = state.withLock { state in
            state.lastRide = instant
            let brief = Array(state.waiting.prefix(Self.ridersMax).prefix { $0.isBrief })
            state.waiting.removeFirst(brief.count)
            return brief
        }
        do {
            riders.reports = try attempt(riders.changes, database)
        } catch {
            riders.fail(error)
            throw error
        }
        return riders
    }

    /// Their transaction is on the disk, and its messages are handed out.
    func finish(_ riders: Riders) {
        guard !riders.reports.isEmpty else { return }
        timer(Self.courtesy) { for report in riders.reports { report() } }
    }

    /// Writes what waits, and takes nothing more. On the writer's queue only.
    func close(_ database: Database) {
        state.withLock { $0.isClosed = true }
        while writeBatch(database) {}
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    private enum Start { case none, now, later, refused }

    private func submit(_ change: Change) {
        let instant = now()
        let start = state.withLock { state -> Start in
            guard !state.isClosed else { return .refused }
            state.waiting.append(change)
            guard !state.isWriting else { return .none }
            let isFlowing = state.lastRide.map { $0.duration(to: instant) < Self.flowMax } ?? false
            guard change.isBrief, isFlowing else {
                state.isWriting = true
                return .now
            }
            defer { state.isPutOff = true }
            return state.isPutOff ? .none : .later
        }
        switch start {
        case .none: break
        case .now: scheduleBatch()
        case .later: timer(Self.patience) { [self] in endPatience() }
        case .refused: change.fail(ChatStoreError(.databaseUnavailable, "the database is closed"))
        }
    }

    private func endPatience() {
        let mustStart = state.withLock { state in
            state.isPutOff = false
            guard !state.isWriting, !state.waiting.isEmpty else { return false }
            state.isWriting = true
            return true
        }
        if mustStart { scheduleBatch() }
    }

    private static let wait: Timer = { delay, action in
        let (seconds, attoseconds) = delay.components
        let nanoseconds = Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
        DispatchQueue.global().asyncAfter(deadline: .now() + .nanoseconds(nanoseconds), execute: action)
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
                reports = try attempt(batch, database)
                return .commit
            }
        } catch {
            for change in batch { change.fail(error) }
            return
        }
        for report in reports { report() }
    }

    private func attempt(_ changes: [Change], _ database: Database) throws -> [@Sendable () -> Void] {
        var reports: [@Sendable () -> Void] = []
        for change in changes {
            reports.append(change.attempt(database))
            // A full disk, say, undoes the transaction: what went well before, and nothing may come after.
            guard database.isInsideTransaction else { throw DatabaseError(resultCode: .SQLITE_ABORT) }
        }
        return reports
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
