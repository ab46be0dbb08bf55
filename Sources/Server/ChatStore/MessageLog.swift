import GRDB
import Synchronization

/// The only way into the table of messages: a line of changes, and one writer that commits all that stand in it.
///
/// While a transaction is on its way to the disk the next one's changes gather. So a lone message waits for nobody, and
/// under load one flush to the disk serves hundreds. Outcomes come out in the order of submission, durable.
///
/// Any thread may submit; it takes a lock for an append and never blocks on the disk. Transactions run on the pool's
/// writer queue, a batch at a time, so that other writes of the store come in between.
final class MessageLog: Sendable {
    /// Changes in one transaction.
    static let batchMax = 512

    private struct Submission {
        let ticket: MessageTicket
        let change: MessageChange
    }

    private struct State {
        var waiting: [Submission] = []
        var isWriting = false
        var isClosed = false
        /// Submitted, and not yet collected by whoever reads the outcomes.
        var uncollected = 0
        var nextTicket: UInt64 = 1
        var figures = MessageLogFigures()
    }

    /// What only the writer's queue touches; the lock is never contended.
    private struct Writing {
        var batch: ArraySlice<Submission> = []
        var writer: MessageWriter
    }

    private let pool: DatabasePool
    private let checkpoints: LogCheckpoints
    private let sharedWrites: SharedWrites
    private let outcomes = OutcomeBox()
    private let waitingMax: Int
    private let state = Mutex(State())
    private let writing: Mutex<Writing>

    /// - Parameter sharedWrites: what may go with messages.
    init(
        pool: DatabasePool, checkpoints: LogCheckpoints, sharedWrites: SharedWrites, writer: MessageWriter,
        waitingMax: Int
    ) {
        self.pool = pool
        self.checkpoints = checkpoints
        self.sharedWrites = sharedWrites
        self.waitingMax = waitingMax
        writing = Mutex(Writing(writer: writer))
    }

    var figures: MessageLogFigures {
        state.withLock { state in
            var figures = state.figures
            figures.uncollected = state.uncollected
            return figures
        }
    }

    /// Nil when `waitingMax` changes are on their way, or the log is closed.
    func submit(_ change: MessageChange) -> MessageTicket? {
        let (ticket, mustStart) = state.withLock { state -> (MessageTicket?, Bool) in
            guard !state.isClosed, state.uncollected < waitingMax else {
                state.figures.refused += 1
                return (nil, false)
            }
            let ticket = MessageTicket(rawValue: state.nextTicket)
            state.nextTicket += 1
            state.uncollected += 1
            state.waiting.append(Submission(ticket: ticket, change: change))
            let mustStart = !state.isWriting
            state.isWriting = true
            return (ticket, mustStart)
        }
        if mustStart { scheduleBatch() }
        return ticket
    }

    /// Everything committed since the last call, in order; suspends while there is nothing. Nil after ``close(_:)``.
    func nextOutcomes() async -> [CommittedChange]? {
        guard let changes = await outcomes.next() else { return nil }
        state.withLock { $0.uncollected -= changes.count }
        return changes
    }

    /// Takes no more changes, and writes those that wait. False if that was done before. On the writer's queue only.
    func close(_ database: Database) -> Bool {
        let wasOpen = state.withLock { state in
            defer { state.isClosed = true }
            return !state.isClosed
        }
        guard wasOpen else { return false }
        while writeBatch(database) {}
        outcomes.finish()
        return true
    }

    private func scheduleBatch() {
        pool.asyncWriteWithoutTransaction { [self] database in
            if writeBatch(database) { scheduleBatch() }
        }
    }

    /// Commits the next batch. False when nothing is left; the next submission then starts the writer again.
    private func writeBatch(_ database: Database) -> Bool {
        writing.withLock { writing in
            if writing.batch.isEmpty {
                writing.batch = takeWaiting()
            }
            guard !writing.batch.isEmpty else { return false }
            let batch = writing.batch.prefix(Self.batchMax)
            writing.batch = writing.batch.dropFirst(Self.batchMax)
            let start = ContinuousClock.now
            let rowsBefore = database.totalChangesCount
            let (committed, riders) = commit(batch, with: &writing.writer, database)
            record(committed, took: ContinuousClock.now - start)
            outcomes.put(committed)
            sharedWrites.finish(riders)
            // In this order: a copy that begins now would keep the log from being finished.
            checkpoints.finishIfNeeded(database)
            checkpoints.didChange(rows: database.totalChangesCount - rowsBefore)
            return true
        }
    }

    /// All at once: what stands in the line is moved, not shifted, and the submitters' lock is held for a moment only.
    private func takeWaiting() -> ArraySlice<Submission> {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isWriting = false
                return []
            }
            defer { state.waiting = [] }
            return state.waiting[...]
        }
    }

    private func commit(
        _ batch: ArraySlice<Submission>, with writer: inout MessageWriter, _ database: Database
    ) -> ([CommittedChange], SharedWrites.Riders) {
        var outcomes: [MessageOutcome] = []
        var riders = SharedWrites.Riders()
        outcomes.reserveCapacity(batch.count)
        do {
            writer.beginBatch()
            try database.inTransaction(.immediate) {
                for submission in batch { outcomes.append(try writer.outcome(of: submission.change, database)) }
                riders = try sharedWrites.ride(database)
                return .commit
            }
        } catch {
            riders.fail(error)
            riders = SharedWrites.Riders()
            // The transaction as a whole is undone, so is what succeeded in it.
            outcomes = Array(repeating: .failed(ChatStoreError(error)), count: batch.count)
        }
        let committed = zip(batch, outcomes).map { submission, outcome in
            CommittedChange(ticket: submission.ticket, conversation: submission.change.conversation, outcome: outcome)
        }
        return (committed, riders)
    }

    private func record(_ committed: [CommittedChange], took duration: Duration) {
        let failures = committed.count { if case .failed = $0.outcome { true } else { false } }
        state.withLock { $0.figures.add(changes: committed.count, failures: failures, took: duration) }
    }
}
