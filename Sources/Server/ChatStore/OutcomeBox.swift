import Synchronization

/// Where the writer leaves outcomes until the one reader collects them: whatever has gathered, in one array.
///
/// An `AsyncStream` would buffer as well, but hand out batch by batch and not say when they were taken, so that
/// outcomes nobody collects would have no limit.
final class OutcomeBox: Sendable {
    private struct State {
        var changes: [CommittedChange] = []
        var isFinished = false
        var reader: CheckedContinuation<[CommittedChange]?, Never>?

        /// What a reader gets now; nil if it has to wait.
        mutating func collect(isCancelled: Bool) -> [CommittedChange]?? {
            if isCancelled { return .some(nil) }
            guard changes.isEmpty else {
                defer { changes = [] }
                return changes
            }
            return isFinished ? .some(nil) : nil
        }

        mutating func wakeReader() {
            guard let reader, let collected = collect(isCancelled: false) else { return }
            self.reader = nil
            reader.resume(returning: collected)
        }
    }

    private let state = Mutex(State())

    func put(_ changes: [CommittedChange]) {
        state.withLock { state in
            state.changes += changes
            state.wakeReader()
        }
    }

    /// What is in the box can still be collected; after it, nil.
    func finish() {
        state.withLock { state in
            state.isFinished = true
            state.wakeReader()
        }
    }

    /// Nil when finished, or when the calling task is cancelled; then nothing is taken.
    func next() async -> [CommittedChange]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                state.withLock { state in
                    if let collected = state.collect(isCancelled: Task.isCancelled) {
                        continuation.resume(returning: collected)
                    } else {
                        precondition(state.reader == nil, "outcomes have one reader")
                        state.reader = continuation
                    }
                }
            }
        } onCancel: {
            state.withLock { state in
                state.reader?.resume(returning: nil)
                state.reader = nil
            }
        }
    }
}
