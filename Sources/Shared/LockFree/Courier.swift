import Dispatch
import Synchronization

/// Hands results back on a thread of the usual priority.
///
/// Who resumes a task may make the executor start a thread, and a thread inherits its maker's place among others. Done by
/// a thread of low priority, that would put sessions and rooms behind the searches.
public final class Courier: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var isStopped = false
        var thread: DedicatedThread?
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)

    /// Starts the thread, which holds this object until ``stop()``. On a thread of the usual priority.
    public init() throws(DedicatedThread.CreationError) {
        let thread = try DedicatedThread(name: "answers") { [self] in work() }
        state.withLock { $0.thread = thread }
    }

    /// Runs it soon, in the order of the calls. Any thread; takes a lock for an append.
    public func hand(_ delivery: @escaping @Sendable () -> Void) {
        state.withLock { $0.waiting.append(delivery) }
        available.signal()
    }

    /// Hands over what waits and ends the thread. After the last ``hand(_:)``.
    public func stop() async {
        let thread = state.withLock { $0.thread.take() }
        end()
        await thread?.ended()
    }

    /// ``stop()`` without waiting.
    public func end() {
        state.withLock { $0.isStopped = true }
        available.signal()
    }

    private func work() {
        while true {
            available.wait()
            let (deliveries, isStopped) = state.withLock { state in
                defer { state.waiting = [] }
                return (state.waiting, state.isStopped)
            }
            for deliver in deliveries { deliver() }
            if isStopped { return }
        }
    }
}
