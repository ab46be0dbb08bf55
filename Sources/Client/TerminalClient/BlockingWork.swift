import LockFree
import Synchronization
import TerminalSupport

/// Work that waits for a disk or a device, on a thread of its own: the shared threads are few, and keys wait for them.
enum BlockingWork {
    /// The result of `work`. Throws what it throws, or that there is no thread.
    static func run<Result: Sendable>(
        _ name: String, _ work: @escaping @Sendable () throws(CommandFailure) -> Result
    ) async throws(CommandFailure) -> Result {
        let result = Mutex<Swift.Result<Result, CommandFailure>?>(nil)
        let thread: DedicatedThread
        do {
            thread = try DedicatedThread(name: name) {
                let outcome = Swift.Result { () throws(CommandFailure) in try work() }
                result.withLock { $0 = outcome }
            }
        } catch {
            throw CommandFailure(.software, "\(error)")
        }
        await thread.ended()
        guard let outcome = result.withLock({ $0 }) else {
            throw CommandFailure(.software, "the thread “\(name)” ended without a result.")
        }
        return try outcome.get()
    }
}
