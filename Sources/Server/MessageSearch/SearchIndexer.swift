import ChatStore
import GRDB
import Identifiers
import LockFree
import Logging
import Synchronization

/// Follows the store's changes, batch by batch, and builds the index where there is none.
///
/// The store is read and the index is written on a thread of its own at low priority. Each batch is one transaction
/// together with how far it came, so an end at any moment loses nothing and repeats nothing.
final class SearchIndexer: Sendable {
    struct Pace: Sendable {
        /// How long changes gather before they are taken up: many small batches cost more than a few large ones.
        var gathering = Duration.milliseconds(100)
        /// Rest after a full batch, for whoever waits for the same disk and processors.
        var rest = Duration.milliseconds(5)
        /// After a failure.
        var retry = Duration.seconds(1)
        /// Messages in one transaction.
        var batchMax = 500
        /// Changes taken up before the store forgets them.
        var forgetting = 512
        /// From a removal until the words are taken out of the files: those of many removals go together.
        var purgeDelay = Duration.seconds(60)
        /// Until it is tried again where a reader was in the way.
        var purgeRetry = Duration.seconds(5)
        /// Pages of the index in one transaction of a purge: a few milliseconds.
        var purgePagesMax = 64
        /// How long the end may take for what is left to do.
        var closing = Duration.seconds(10)
    }

    private struct State {
        var sequence: Int64 = 0
        var isComplete = false
        var waiters: [(sequence: Int64, continuation: CheckedContinuation<Void, Never>)] = []
        var isStopped = false
        /// Waits for the next purge.
        var alarm: Task<Void, Never>?
    }

    /// Counts the files that were put aside: a reader of another one has to open the new.
    let generation = Atomic<Int>(0)

    private let store: ChatStore
    private let thread: WorkThreads<IndexFile>
    private let tally: SearchTally
    private let pace: Pace
    private let logger: Logger
    private let state = Mutex(State())
    private let isNoted = Atomic<Bool>(false)
    private let isDamaged = Atomic<Bool>(false)
    private let isErased = Atomic<Bool>(false)
    private let (nudges, nudging) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(
        path: String, store: ChatStore, tally: SearchTally, courier: Courier, pace: Pace, logger: Logger
    ) throws(SearchError) {
        self.store = store
        self.tally = tally
        self.pace = pace
        self.logger = logger
        do {
            thread = try WorkThreads(
                name: "index", threadCount: 1, waitingMax: 1, scheduling: MessageSearch.scheduling, courier: courier
            ) {
                IndexFile(path: path, store: store)
            }
        } catch {
            throw SearchError(.unavailable, "\(error)")
        }
    }

    /// Opens the file; before ``run()``.
    func open() async throws {
        let bounds = try await store.searchChangeBounds()
        let cause = try await thread.run { try $0.open(bounds) }
        if let cause {
            logger.warning("the search index was put aside and is built anew", metadata: ["cause": "\(cause)"])
            generation.add(1, ordering: .releasing)
        }
        let progress = try await progress()
        if progress.builtThrough == 0 { tally.rebuilds.add(1, ordering: .relaxed) }
        reached(progress)
    }

    /// Something was committed. Any thread; an atomic exchange when the indexer knows already.
    func noteChanges() {
        if !isNoted.exchange(true, ordering: .acquiringAndReleasing) { nudging.yield() }
    }

    /// A reader met damage.
    func noteDamage() {
        isDamaged.store(true, ordering: .releasing)
        noteChanges()
    }

    /// Something was erased from the store that is in no message: its log is emptied with the next purge.
    func noteErasure() {
        isErased.store(true, ordering: .releasing)
        noteChanges()
    }

    /// Follows until ``stop()``.
    func run() async {
        var unforgotten = 0
        var schedule = PurgeSchedule(delay: pace.purgeDelay, retry: pace.purgeRetry)
        for await _ in nudges {
            isNoted.store(false, ordering: .sequentiallyConsistent)
            while !state.withLock({ $0.isStopped }) {
                do {
                    if isDamaged.exchange(false, ordering: .acquiring) { try await replace() }
                    let step = try await step()
                    unforgotten += step.taken
                    if unforgotten >= pace.forgetting, try await forget() { unforgotten = 0 }
                    if isErased.exchange(false, ordering: .acquiring) || step.isPurgeDue,
                        let due = schedule.noteRemoval(at: .now)
                    {
                        wake(at: due)
                    }
                    var isBusy = step.isBehind
                    if !isBusy, schedule.begin(at: .now) { isBusy = try await purge(&schedule) }
                    if !isBusy { break }
                    try? await Task.sleep(for: pace.rest)
                } catch {
                    await recover(error)
                }
            }
            try? await Task.sleep(for: pace.gathering)
        }
    }

    /// Returns when everything that is committed now can be found, or the indexer is stopped.
    func caughtUp() async {
        guard let bounds = try? await store.searchChangeBounds() else { return }
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if state.isStopped || (state.isComplete && state.sequence >= bounds.newest) { return true }
                state.waiters.append((bounds.newest, continuation))
                return false
            }
            if isThere { continuation.resume() } else { noteChanges() }
        }
    }

    /// Lets ``run()`` return after the batch at hand.
    func stop() {
        let waiters = state.withLock { state in
            state.isStopped = true
            state.alarm?.cancel()
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
        nudging.finish()
    }

    /// Does what is left to do in the time that an end may take, and closes the file; after ``run()`` has returned.
    func close() async {
        let (batchMax, pagesMax) = (pace.batchMax, pace.purgePagesMax)
        let end = ContinuousClock.now + pace.closing
        do {
            try await thread.run { try $0.finish(batchMax: batchMax, pagesMax: pagesMax, until: end) }
        } catch {
            logger.warning("the search index was not finished", metadata: ["cause": "\(IndexFile.cause(of: error))"])
        }
        do { try await thread.run { try $0.close() } } catch {
            logger.warning("the search index was not closed", metadata: ["cause": "\(error)"])
        }
        await thread.stop()
    }
}

extension SearchIndexer {
    /// One batch of changes, or else one page of building. Returns what it took of the changes, and whether there is more
    /// to do at once.
    private func step() async throws -> (taken: Int, isBehind: Bool, isPurgeDue: Bool) {
        let batchMax = pace.batchMax
        let step = try await thread.run { try $0.step(batchMax: batchMax) }
        tally.messagesIndexed.add(UInt64(step.messageCount), ordering: .relaxed)
        tally.indexLag.store(UInt64(max(step.lag, 0)), ordering: .relaxed)
        reached(step.progress)
        let isBehind = step.changeCount == batchMax || step.progress.builtThrough != nil
        return (step.changeCount, isBehind, step.isPurgeDue)
    }

    /// One step of taking removed words out of the index, and at its end out of both logs. Returns whether there is more to
    /// do at once.
    private func purge(_ schedule: inout PurgeSchedule) async throws -> Bool {
        do {
            let pagesMax = pace.purgePagesMax
            guard try await thread.run({ try $0.writer.purge(pagesMax: pagesMax) }) else { return true }
            if try await thread.run({ try $0.writer.emptyLog() }), await store.emptyLog() {
                tally.purges.add(1, ordering: .relaxed)
                schedule.finish(at: .now)
                // What was removed meanwhile begins the next.
                return true
            }
        } catch let error where !IndexFile.isDamage(error) {
            logger.warning(
                "the search index was not purged", metadata: ["cause": "\(IndexFile.cause(of: error))"])
        }
        wake(at: schedule.postpone(at: .now))
        return false
    }

    private func wake(at instant: ContinuousClock.Instant) {
        let alarm = Task { [weak self] in
            guard (try? await Task.sleep(until: instant, clock: .continuous)) != nil else { return }
            self?.noteChanges()
        }
        state.withLock { state in
            state.alarm?.cancel()
            state.alarm = alarm
            if state.isStopped { alarm.cancel() }
        }
    }

    /// Lets the store forget what the index holds on disk. False if that has to wait for a reader.
    private func forget() async throws -> Bool {
        let (sequence, isOnDisk) = try await thread.run { file in
            let writer = try file.writer
            return (writer.progress.sequence, try writer.checkpoint())
        }
        guard isOnDisk else { return false }
        try await store.forgetSearchChanges(through: sequence)
        return true
    }

    private func progress() async throws -> IndexProgress { try await thread.run { try $0.writer.progress } }

    private func reached(_ progress: IndexProgress) {
        let isComplete = progress.builtThrough == nil
        tally.isIndexComplete.store(isComplete, ordering: .relaxed)
        let satisfied = state.withLock { state in
            state.sequence = progress.sequence
            state.isComplete = isComplete
            guard isComplete else { return [CheckedContinuation<Void, Never>]() }
            let count = state.waiters.partition { $0.sequence <= progress.sequence }
            defer { state.waiters.removeSubrange(count...) }
            return state.waiters[count...].map(\.continuation)
        }
        for continuation in satisfied { continuation.resume() }
    }

    private func recover(_ error: any Error) async {
        logger.warning("the search index was not written", metadata: ["cause": "\(error)"])
        if IndexFile.isDamage(error) { isDamaged.store(true, ordering: .releasing) }
        try? await Task.sleep(for: pace.retry)
    }

    /// Puts the file aside and begins a new one.
    private func replace() async throws {
        try await thread.run { try $0.putAside() }
        generation.add(1, ordering: .releasing)
        try await open()
    }
}
