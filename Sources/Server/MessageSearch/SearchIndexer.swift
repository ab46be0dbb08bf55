import ChatStore
import GRDB
import Identifiers
import Logging
import Synchronization

/// Follows the store's changes, batch by batch, and builds the index where there is none.
///
/// The store is asked from a task; the index is written on a thread of its own at low priority. Each batch is one
/// transaction together with how far it came, so an end at any moment loses nothing and repeats nothing.
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
    }

    private struct State {
        var sequence: Int64 = 0
        var isComplete = false
        var waiters: [(sequence: Int64, continuation: CheckedContinuation<Void, Never>)] = []
        var isStopped = false
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
    private let (nudges, nudging) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))

    init(path: String, store: ChatStore, tally: SearchTally, pace: Pace, logger: Logger) throws(SearchError) {
        self.store = store
        self.tally = tally
        self.pace = pace
        self.logger = logger
        do {
            thread = try WorkThreads(name: "index", threadCount: 1, waitingMax: 1) { IndexFile(path: path) }
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

    /// Follows until ``stop()``.
    func run() async {
        var unforgotten = 0
        for await _ in nudges {
            isNoted.store(false, ordering: .sequentiallyConsistent)
            while !state.withLock({ $0.isStopped }) {
                do {
                    if isDamaged.exchange(false, ordering: .acquiring) { try await replace() }
                    let (taken, isBehind) = try await step()
                    unforgotten += taken
                    if unforgotten >= pace.forgetting, try await forget() { unforgotten = 0 }
                    if !isBehind { break }
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
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.continuation.resume() }
        nudging.finish()
    }

    /// Closes the file; after ``run()`` has returned.
    func close() async {
        do { try await thread.run { try $0.close() } } catch {
            logger.warning("the search index was not closed", metadata: ["cause": "\(error)"])
        }
        await thread.stop()
    }
}

extension SearchIndexer {
    /// One batch of changes, or else one page of building. Returns what it took of the changes, and whether there is more
    /// to do at once.
    private func step() async throws -> (taken: Int, isBehind: Bool) {
        let before = try await progress()
        let changes = try await store.searchChanges(after: before.sequence, limit: pace.batchMax)
        if let last = changes.last {
            try await write { try $0.apply(changes) }
            tally.messagesIndexed.add(UInt64(changes.count), ordering: .relaxed)
            let newest = changes.count < pace.batchMax ? last.sequence : try await store.searchChangeBounds().newest
            tally.indexLag.store(UInt64(max(newest - last.sequence, 0)), ordering: .relaxed)
        } else if let builtThrough = before.builtThrough {
            let page = try await store.allMessages(
                after: MessageID(rawValue: UInt64(builtThrough)), limit: pace.batchMax)
            try await write { try $0.build(page) }
            tally.messagesIndexed.add(UInt64(page.count), ordering: .relaxed)
        }
        let after = try await progress()
        reached(after)
        return (changes.count, changes.count == pace.batchMax || after.builtThrough != nil)
    }

    /// Lets the store forget what the index holds on disk. False if that has to wait for a reader.
    private func forget() async throws -> Bool {
        let sequence = try await progress().sequence
        var isOnDisk = false
        isOnDisk = try await thread.run { try $0.writer?.checkpoint() ?? false }
        guard isOnDisk else { return false }
        try await store.forgetSearchChanges(through: sequence)
        return true
    }

    private func progress() async throws -> IndexProgress {
        try await thread.run { file in
            guard let writer = file.writer else { throw UnusableIndex(reason: "it could not be opened") }
            return writer.progress
        }
    }

    private func write(_ body: @escaping @Sendable (IndexWriter) throws -> Void) async throws {
        try await thread.run { file in
            guard let writer = file.writer else { throw UnusableIndex(reason: "it could not be opened") }
            try body(writer)
        }
    }

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
