public import ChatStore
public import Logging
import Synchronization

/// Stays in voice on their way to the database: a bounded line between rooms, which never wait for it, and one task.
public final class VoiceLogQueue: Sendable {
    /// Stays that wait; more are let go and counted.
    public static let waitingMax = 10_000
    /// Stays of one transaction.
    static let batchMax = 200

    private let store: ChatStore
    private let counters: ControlCounters
    private let logger: Logger
    private let waiting = Mutex<[VoiceStay]>([])
    private let rings: AsyncStream<Void>
    private let bell: AsyncStream<Void>.Continuation

    public init(store: ChatStore, counters: ControlCounters, logger: Logger) {
        self.store = store
        self.counters = counters
        self.logger = logger
        (rings, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Puts a stay into the line. Any thread; takes a lock for an append.
    func add(_ stay: VoiceStay) {
        let isTaken = waiting.withLock { waiting in
            guard waiting.count < Self.waitingMax else { return false }
            waiting.append(stay)
            return true
        }
        if isTaken { bell.yield() } else { counters.count(.voiceLogFull) }
    }

    /// Writes down what comes until ``finish()``. One task.
    public func run() async {
        for await _ in rings { await writeWaiting() }
        await writeWaiting()
    }

    /// No stay comes any more: ``run()`` writes the last ones and returns.
    public func finish() { bell.finish() }

    private func writeWaiting() async {
        while true {
            let batch = waiting.withLock { waiting in
                let batch = Array(waiting.prefix(Self.batchMax))
                waiting.removeFirst(batch.count)
                return batch
            }
            guard !batch.isEmpty else { return }
            do {
                try await store.appendVoiceLog(batch)
            } catch {
                counters.count(.databaseFailed)
                logger.warning(
                    "stays in voice were not written down", metadata: ["cause": "\(error)", "count": "\(batch.count)"])
            }
        }
    }
}
