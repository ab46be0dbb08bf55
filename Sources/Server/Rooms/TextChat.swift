public import ChatStore
import Foundation
import Identifiers
public import Logging
public import MessageSearch
import Synchronization

/// What writing, reading and searching need besides the rooms; one for the server.
public final class TextChat: Sendable {
    let store: ChatStore
    /// Nil where nothing can be searched.
    let search: MessageSearch?
    private let live: Live<TextLimits>
    var limits: TextLimits { live.value }
    let privateMessages: PrivateMessages
    let markers: ReadMarkers
    private let names: MentionNames
    private let counters: ControlCounters
    private let logger: Logger
    private let limiter: Mutex<TextLimiter>
    private let tasks = Mutex<[Task<Void, Never>]>([])

    public init(
        store: ChatStore, search: MessageSearch?, limits: Live<TextLimits>, counters: ControlCounters, logger: Logger
    ) {
        self.store = store
        self.search = search
        live = limits
        self.counters = counters
        self.logger = logger
        privateMessages = PrivateMessages(store: store, counters: counters)
        markers = ReadMarkers(store: store, counters: counters, logger: logger)
        names = MentionNames(store: store)
        limiter = Mutex(TextLimiter(limits))
    }

    /// Begins to publish what the store commits, and to delete what is past its time. Called once.
    func start(_ directory: RoomDirectory) {
        let dispatcher = TextDispatcher(
            store: store, search: search, privateMessages: privateMessages, directory: directory)
        let retention = retentionJob(directory)
        tasks.withLock { $0 = [Task { await dispatcher.run() }, Task { await retention.run() }] }
    }

    /// Ends what ``start(_:)`` began and writes what is unsaved; a second call does nothing. Whoever still waits for a
    /// message to be written is refused, so sessions end before.
    func stop() async {
        let tasks = tasks.withLock { tasks in
            defer { tasks = [] }
            return tasks
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await markers.flush()
    }

    func retentionJob(_ directory: RoomDirectory) -> RetentionJob {
        RetentionJob(
            store: store, search: search, directory: directory, counters: counters,
            interval: { [live] in live.value.retentionInterval },
            logger: logger)
    }

    /// The accounts that a text mentions.
    func mentions(in text: String) async throws(RoomRefusal) -> [UserID] {
        do {
            let (users, isCut) = try await names.mentioned(in: text, max: limits.mentionsPerMessageMax)
            if isCut { counters.count(.mentionsCut) }
            return users
        } catch {
            throw .store(error)
        }
    }

    func takeMessage(of user: UserID, from address: String) throws(RoomRefusal) {
        if let (event, wait) = limited({ $0.takeMessage(of: user, from: address, now: .now) }) {
            throw .tooFast(event, wait)
        }
    }

    func takeSearch(of user: UserID) throws(RoomRefusal) {
        if let wait = limited({ $0.takeSearch(of: user, now: .now) }) { throw .tooFast(.searchLimited, wait) }
    }

    func takeTyping(of user: UserID) throws(RoomRefusal) {
        if let wait = limited({ $0.takeTyping(of: user, now: .now) }) { throw .tooFast(.typingLimited, wait) }
    }

    private func limited<Output: Sendable>(_ body: (inout TextLimiter) -> Output) -> Output {
        let (output, isForgotten) = limiter.withLock { limiter in
            let before = limiter.forgottenCount
            return (body(&limiter), limiter.forgottenCount > before)
        }
        if isForgotten { counters.count(.rateTableFull) }
        return output
    }
}
