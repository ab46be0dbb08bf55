import CSQLite
public import ChatStore
import Foundation
import GRDB
public import Identifiers
import LockFree
public import Logging
import Synchronization

/// Finds messages by their words, in an index file of its own beside the store.
///
/// Indexing, merging and searching never hold the store's writer or its log. The file is derived data: missing, damaged
/// or of another version it is made anew while the server runs. How queries are written is told in
/// `Documentation/Search.md`; why it is built like this in `Documentation/Decisions/0007-search.md`.
public final class MessageSearch: Sendable {
    /// Messages in one answer.
    public static let resultsMax = 50
    /// Conversations up to which the index is asked for each of them; beyond, what it finds is checked one by one.
    /// At least ``SearchQueryParser/partsMax``: rooms that a query names may be all that it asks for.
    static let scopeTokensMax = 32
    /// What a refused asker is told to wait.
    static let retryMilliseconds = 250

    /// Behind everybody else. Not less than a tenth of the share of a thread at 0: what a search holds while it is put
    /// aside (a lock of the allocator) is held until its turn comes again.
    static let scheduling = ThreadScheduling(niceness: 10, sliceNanoseconds: 20_000_000, isBatch: true)

    let threads: WorkThreads<SearchReaders>
    private let indexer: SearchIndexer
    private let courier: Courier
    private let following: Task<Void, Never>
    private let nameKey: @Sendable (String) -> String?
    private let timeLimitMilliseconds: Int
    private let tally: SearchTally
    private let logger: Logger
    /// Who is searching.
    private let searching = Mutex<Set<UserID>>([])

    /// Makes SQLite stop counting bytes under one lock for the whole process, so that a search that is put aside in
    /// the middle of an allocation holds up nobody. Before the first database is opened; later it does nothing.
    public static func prepareProcess() { _ = roomtone_sqlite_disable_memory_status() }

    /// Opens the index, or begins to build it, and follows the store from then on.
    /// - Parameter nameKey: the key under which a name as typed is unique; nil if nobody can be called so.
    public static func open(
        path: String, store: ChatStore, configuration: SearchConfiguration = SearchConfiguration(),
        nameKey: @escaping @Sendable (String) -> String?, logger: Logger
    ) async throws(SearchError) -> MessageSearch {
        try await open(
            path: path, store: store, configuration: configuration, pace: SearchIndexer.Pace(), nameKey: nameKey,
            logger: logger)
    }

    static func open(
        path: String, store: ChatStore, configuration: SearchConfiguration, pace: SearchIndexer.Pace,
        nameKey: @escaping @Sendable (String) -> String?, logger: Logger
    ) async throws(SearchError) -> MessageSearch {
        let tally = SearchTally()
        let courier: Courier
        do { courier = try Courier() } catch { throw SearchError(.unavailable, "\(error)") }
        let indexer: SearchIndexer
        do {
            indexer = try SearchIndexer(
                path: path, store: store, tally: tally, courier: courier, pace: pace, logger: logger)
        } catch {
            await courier.stop()
            throw error
        }
        let threads: WorkThreads<SearchReaders>
        do {
            try await indexer.open()
            let count = configuration.threadCount > 0 ? configuration.threadCount : threadCountDefault
            threads = try WorkThreads(
                name: "search", threadCount: count, waitingMax: configuration.waitingMax, scheduling: scheduling,
                processorPercentMax: configuration.processorPercentMax, courier: courier
            ) { SearchReaders(path: path, store: store) }
        } catch {
            await indexer.close()
            await courier.stop()
            throw SearchError(.unavailable, "the search index cannot be opened: \(error)")
        }
        return MessageSearch(
            threads: threads, indexer: indexer, courier: courier, nameKey: nameKey,
            timeLimitMilliseconds: configuration.timeLimitMilliseconds, tally: tally, logger: logger)
    }

    private static var threadCountDefault: Int { max(1, ProcessInfo.processInfo.activeProcessorCount / 2) }

    private init(
        threads: WorkThreads<SearchReaders>, indexer: SearchIndexer, courier: Courier,
        nameKey: @escaping @Sendable (String) -> String?, timeLimitMilliseconds: Int, tally: SearchTally, logger: Logger
    ) {
        self.threads = threads
        self.indexer = indexer
        self.courier = courier
        self.nameKey = nameKey
        self.timeLimitMilliseconds = timeLimitMilliseconds
        self.tally = tally
        self.logger = logger
        following = Task { await indexer.run() }
        indexer.noteChanges()
    }

    /// Tells the index that messages were committed. Any thread; never blocks.
    public func noteChanges() { indexer.noteChanges() }

    /// Tells that something was erased from the store besides messages, so that it leaves the store's log as well.
    public func noteErasure() { indexer.noteErasure() }

    public var counters: SearchCounters { tally.snapshot() }

    /// Returns when everything that is committed now can be found.
    public func caughtUp() async { await indexer.caughtUp() }

    /// Refuses what waits, lets what runs finish, and closes the index. Before the store is closed; once.
    public func close() async {
        indexer.stop()
        await following.value
        // Readers first: the last connection to leave brings the log into the file.
        await threads.stop()
        await indexer.close()
        await courier.stop()
    }
}

extension MessageSearch {
    /// Messages that match, in conversations that the asker may read.
    ///
    /// One search at a time for each asker. Suspends; the work is done on threads of their own at low priority.
    /// - Parameters:
    ///   - rooms: those that the asker may read. The asker's private conversations are searched as well.
    ///   - before: with ``SearchRanking/newest``: only messages with a lower number.
    ///   - limit: 1…``resultsMax``; what lies beyond is taken as the nearest of these.
    public func search(
        _ text: String, by user: UserID, rooms: [ReadableRoom], order: SearchRanking = .newest,
        before: MessageID? = nil, limit: Int = 20
    ) async throws(SearchError) -> SearchAnswer {
        tally.searches.add(1, ordering: .relaxed)
        guard searching.withLock({ $0.insert(user).inserted }) else { throw busy("your last search has not ended yet") }
        defer { searching.withLock { _ = $0.remove(user) } }
        let isIndexComplete = tally.isIndexComplete.load(ordering: .relaxed)
        let query: SearchQuery
        do { query = try SearchQueryParser.parse(text) } catch {
            tally.refusedQueries.add(1, ordering: .relaxed)
            throw error
        }
        let count = min(max(limit, 1), Self.resultsMax)
        let request = SearchThreadRequest(
            query: query, user: user, rooms: rooms, ranking: order, before: before, limit: count, nameKey: nameKey,
            timeLimitMilliseconds: timeLimitMilliseconds)
        let (hits, foundCount) = try await run(request)
        return SearchAnswer(
            hits: hits, hasMore: order == .newest && foundCount > count && !hits.isEmpty,
            isIndexComplete: isIndexComplete)
    }

    /// All of the reading, of the store too, is done by a search thread: those who wait for chat do not wait behind it.
    private func run(
        _ request: SearchThreadRequest
    ) async throws(SearchError) -> (hits: [FoundMessage], foundCount: Int) {
        let indexer = indexer
        do {
            return try await threads.run { readers in
                try request.run(readers, generation: indexer.generation.load(ordering: .acquiring))
            }
        } catch let error as SearchError {
            if error.code != .unavailable { tally.refusedQueries.add(1, ordering: .relaxed) }
            throw error
        } catch let refusal as WorkThreads<SearchReaders>.Refusal {
            guard refusal == .busy else { throw SearchError(.unavailable, "the server is stopping") }
            throw busy("too many searches are waiting")
        } catch let error as DatabaseError where error.resultCode == .SQLITE_INTERRUPT {
            tally.timedOut.add(1, ordering: .relaxed)
            throw SearchError(
                .timedOut,
                "the search took longer than \(timeLimitMilliseconds) ms; add a word, a room (in:) or days (after:)")
        } catch {
            logger.warning("a search failed", metadata: ["cause": "\(IndexFile.cause(of: error))"])
            if IndexFile.isDamage(error) { indexer.noteDamage() }
            throw SearchError(.unavailable, "messages cannot be searched just now")
        }
    }

    private func busy(_ reason: String) -> SearchError {
        tally.refusedBusy.add(1, ordering: .relaxed)
        return SearchError(.busy, reason, retryAfterMilliseconds: Self.retryMilliseconds)
    }
}
