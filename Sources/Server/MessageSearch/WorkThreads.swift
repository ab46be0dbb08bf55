import CLinux
import Dispatch
import LockFree
import Synchronization

/// Threads of their own for work that blocks and may be late, behind a bounded queue.
///
/// They run at a lower priority than everything else in the process: whenever chat or voice has something to do, it goes
/// first. Each thread makes its own `Local`, which never leaves it.
final class WorkThreads<Local: SendableMetatype>: Sendable {
    enum Refusal: Error {
        case busy
        case stopped
    }

    private struct Job: Sendable {
        let run: @Sendable (Local) -> Void
        let refuse: @Sendable (Refusal) -> Void
    }

    private struct State {
        /// Oldest last, so that taking one is cheap.
        var waiting: [Job] = []
        var runningCount = 0
        var isStopped = false
        var threads: [DedicatedThread] = []
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let threadCount: Int
    private let waitingMax: Int

    /// Starts the threads. They hold this object until ``stop()``.
    init(
        name: String, threadCount: Int, waitingMax: Int, makeLocal: @escaping @Sendable () -> Local
    ) throws(DedicatedThread.CreationError) {
        self.threadCount = threadCount
        self.waitingMax = waitingMax
        var threads: [DedicatedThread] = []
        for index in 1...threadCount {
            do throws(DedicatedThread.CreationError) {
                threads.append(
                    try DedicatedThread(name: "\(name)-\(index)", niceness: searchNiceness) { [self] in
                        // Refused, the thread runs in longer slices.
                        _ = thread_set_slice(searchNiceness, searchSliceNanoseconds)
                        work(makeLocal())
                    })
            } catch {
                end()
                for thread in threads { thread.join() }
                throw error
            }
        }
        state.withLock { $0.threads = threads }
    }

    /// Runs the body on one of the threads; suspends until it has. Throws what it throws, or a ``Refusal`` at once.
    func run<Output: Sendable>(
        _ body: @escaping @Sendable (Local) throws -> Output
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { continuation in
            submit(
                Job(
                    run: { local in continuation.resume(with: Result { try body(local) }) },
                    refuse: { continuation.resume(throwing: $0) }))
        }
    }

    /// Jobs that no thread has taken up yet.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Refuses what waits, lets what runs finish, and waits for the threads to end. Once.
    func stop() async {
        end()
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { await thread.ended() }
    }

    private func end() {
        let abandoned = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in abandoned { job.refuse(.stopped) }
        for _ in 0..<threadCount { available.signal() }
    }

    private func submit(_ job: Job) {
        let refusal: Refusal? = state.withLock { state in
            guard !state.isStopped else { return .stopped }
            guard state.runningCount + state.waiting.count < threadCount + waitingMax else { return .busy }
            state.waiting.insert(job, at: 0)
            return nil
        }
        if let refusal { job.refuse(refusal) } else { available.signal() }
    }

    private func work(_ local: Local) {
        while true {
            available.wait()
            let (job, isStopped) = state.withLock { state in
                let job = state.waiting.popLast()
                if job != nil { state.runningCount += 1 }
                return (job, state.isStopped)
            }
            if let job {
                job.run(local)
                state.withLock { $0.runningCount -= 1 }
            } else if isStopped {
                return
            }
        }
    }
}

/// A tenth of the share of a thread at 0. Not less: what a search holds while it is put aside (a lock of the allocator)
/// is held until its turn comes again.
private let searchNiceness: Int32 = 10
/// Linux lets who runs finish its slice, usually some milliseconds, whoever wakes up meanwhile: too long for a message
/// that changes threads six times on its way.
private let searchSliceNanoseconds: UInt64 = 100_000
