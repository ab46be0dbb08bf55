import ChatStore
import Identifiers
import Logging

/// How far people have read: gathered, and written many at a time, because each on its own would be a disk flush.
///
/// A crash forgets the last second of them: something is shown as unread that was read.
actor ReadMarkers {
    private let store: ChatStore
    private let counters: ControlCounters
    private let logger: Logger
    private let waitingMax: Int
    private var unsaved: [UserID: [ConversationKey: MessageID]] = [:]
    private(set) var waitingCount = 0
    private var saving: Task<Void, Never>?
    /// One save at a time: whoever has to see what is being written waits for it.
    private let turns = Turnstile()
    private var isWriting = false

    init(
        store: ChatStore, counters: ControlCounters, logger: Logger, waitingMax: Int = TextLimits.markersWaitingMax
    ) {
        self.store = store
        self.counters = counters
        self.logger = logger
        self.waitingMax = waitingMax
    }

    /// Notes a marker; one that lies behind another changes nothing. Waits for the disk only when as many wait as may.
    func note(_ marker: ReadMarker) async {
        add(marker)
        if waitingCount >= waitingMax { return await flush() }
        if saving == nil { saving = Task { await saveLater() } }
    }

    /// Writes what this user has noted, so that counting sees it.
    func flush(of user: UserID) async {
        if isWriting || unsaved[user] != nil { await flush() }
    }

    /// Writes everything; returns when it is on disk or could not be written.
    func flush() async {
        if let saving {
            saving.cancel()
            await saving.value
        }
        await save()
    }

    private func saveLater() async {
        while !unsaved.isEmpty, (try? await Task.sleep(for: TextLimits.markerDelay)) != nil { await save() }
        saving = nil
    }

    private func save() async {
        await turns.enter()
        isWriting = true
        defer {
            isWriting = false
            turns.leave()
        }
        let batch = unsaved.flatMap { user, markers in
            markers.map { ReadMarker(user: user, conversation: $0.key, message: $0.value) }
        }
        unsaved = [:]
        waitingCount = 0
        guard !batch.isEmpty else { return }
        do throws(ChatStoreError) {
            try await store.saveReadMarkers(batch)
        } catch {
            // They go with the next ones, as long as there is room.
            for marker in batch where waitingCount < waitingMax { add(marker) }
            // `flush` has cut the task short and writes them itself.
            guard error.code != .cancelled else { return }
            counters.count(.databaseFailed)
            logger.warning(
                "read markers were not saved", metadata: ["cause": "\(error)", "markers": "\(batch.count)"])
        }
    }

    private func add(_ marker: ReadMarker) {
        let noted = unsaved[marker.user]?[marker.conversation]
        if noted == nil { waitingCount += 1 }
        unsaved[marker.user, default: [:]][marker.conversation] = max(noted ?? marker.message, marker.message)
    }
}
