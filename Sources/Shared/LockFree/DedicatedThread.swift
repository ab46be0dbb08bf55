import CLinux
import Glibc
import Synchronization

/// A POSIX thread with a name and one job, for work that must not share the executors' threads.
public final class DedicatedThread: Sendable {
    private let handle: pthread_t
    private let ending: Ending

    /// The kernel gave no thread.
    public struct CreationError: Error, CustomStringConvertible {
        public let errorNumber: Int32
        public var description: String {
            "no thread could be started (errno \(errorNumber)): raise the limit of processes (ulimit -u)"
        }
    }

    /// Starts `job` on a new thread.
    /// - Parameters:
    ///   - name: cut to the 15 bytes that Linux keeps (prctl(2)).
    ///   - scheduling: nil for that of the thread that asks.
    public init(
        name: String, scheduling: ThreadScheduling? = nil, _ job: @escaping @Sendable () -> Void
    ) throws(CreationError) {
        let ending = Ending()
        self.ending = ending
        let start = unsafe Unmanaged.passRetained(
            Start {
                unsafe thread_set_name(name)
                scheduling?.apply()
                job()
                ending.reached()
            })
        var handle = pthread_t()
        let failure = unsafe pthread_create(
            &handle, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let start = unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
                start.job()
                return nil
            }, start.toOpaque())
        guard failure == 0 else {
            unsafe start.release()
            throw CreationError(errorNumber: failure)
        }
        self.handle = handle
    }

    /// Waits until the job has returned; once. Blocks: never call it on a cooperative thread.
    public func join() {
        pthread_join(handle, nil)
    }

    /// Waits until the job has returned; once. Suspends instead of blocking.
    public func ended() async {
        await withCheckedContinuation { ending.resumes($0) }
        join()  // The job is over: this returns as soon as the thread has left.
    }

    /// Whether the job has returned, and who wants to know.
    private final class Ending: Sendable {
        private let state = Mutex<(isReached: Bool, waiter: CheckedContinuation<Void, Never>?)>((false, nil))

        func reached() {
            let waiter = state.withLock { state in
                state.isReached = true
                return state.waiter
            }
            waiter?.resume()
        }

        func resumes(_ waiter: CheckedContinuation<Void, Never>) {
            let isReached = state.withLock { state in
                if !state.isReached { state.waiter = waiter }
                return state.isReached
            }
            if isReached { waiter.resume() }
        }
    }

    private final class Start: Sendable {
        let job: @Sendable () -> Void
        init(_ job: @escaping @Sendable () -> Void) { self.job = job }
    }
}
