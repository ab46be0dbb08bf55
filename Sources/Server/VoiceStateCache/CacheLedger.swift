import Identifiers
import Synchronization

/// The state of voice and the keys that are to be written of it. Any thread; a lock is held for a look-up or the copy of
/// a batch, never while anything is written.
final class CacheLedger: Sendable {
    /// A key and its value when it was read.
    struct Change: Equatable, Sendable {
        let key: CacheKey
        let value: CacheValue
    }

    struct Figures: Equatable, Sendable {
        var sessions = 0
        var rooms = 0
        var waiting = 0
        var waitingPeak = 0
        var changes: UInt64 = 0
        var coalesced: UInt64 = 0
        var overflows: UInt64 = 0
    }

    private struct State {
        var table = VoiceStateTable()
        var queue: CacheQueue
    }

    private let state: Mutex<State>
    /// Called outside the lock when something is to be written and nothing was.
    private let onWaiting: @Sendable () -> Void

    init(keysMax: Int, onWaiting: @escaping @Sendable () -> Void = {}) {
        state = Mutex(State(queue: CacheQueue(keysMax: keysMax)))
        self.onWaiting = onWaiting
    }

    func change(_ body: (inout VoiceStateTable) -> [CacheKey]) {
        let isWaiting = state.withLock { state in
            var isWaiting = false
            for key in body(&state.table) where state.queue.mark(key) { isWaiting = true }
            return isWaiting
        }
        if isWaiting { onWaiting() }
    }

    func read<Output: Sendable>(_ body: (VoiceStateTable) -> Output) -> Output {
        state.withLock { body($0.table) }
    }

    // What follows is for the one thread that writes.

    /// All there is at this moment; from here on changes are kept.
    func beginFilling() -> VoiceStateTable {
        state.withLock { state in
            state.queue.close()
            state.queue.open()
            return state.table
        }
    }

    /// Nothing can be written: changes are not kept until the next filling.
    func endWriting() { state.withLock { $0.queue.close() } }

    /// False once changes were given up because too many waited, or nothing can be written.
    var isKeepingChanges: Bool { state.withLock { $0.queue.isOpen } }

    var waitingCount: Int { state.withLock { $0.queue.count } }

    func take(_ countMax: Int) -> [Change] {
        state.withLock { state in state.queue.take(countMax).map { Change(key: $0, value: state.table[$0]) } }
    }

    func values(of keys: some Sequence<CacheKey>) -> [Change] {
        state.withLock { state in keys.map { Change(key: $0, value: state.table[$0]) } }
    }

    var figures: Figures {
        state.withLock { state in
            Figures(
                sessions: state.table.sessions.count, rooms: state.table.rooms.count, waiting: state.queue.count,
                waitingPeak: state.queue.peak, changes: state.queue.changeCount,
                coalesced: state.queue.coalescedCount, overflows: state.queue.overflowCount)
        }
    }
}
