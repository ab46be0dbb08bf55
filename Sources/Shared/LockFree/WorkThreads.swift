import CLinux
import Dispatch
import Glibc
import Synchronization

/// Threads of their own for work that blocks and may be late, behind a bounded queue.
///
/// They are meant to run behind everything else in the process: whenever chat or voice has something to do, it goes first.
/// Each thread makes its own `Local`, which never leaves it.
public final class WorkThreads<Local: SendableMetatype>: Sendable {
    public enum Refusal: Error {
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
    /// Ends rests.
    private let stopping = DispatchSemaphore(value: 0)
    private let courier: Courier
    private let threadCount: Int
    private let waitingMax: Int

    /// Starts the threads. They hold this object until ``stop()``.
    /// - Parameters:
    ///   - waitingMax: jobs that may wait besides those that run.
    ///   - processorPercentMax: of one processor, for each thread, in the long run; 1…100.
    ///   - courier: hands back what came out; stopped after this.
    public init(
        name: String, threadCount: Int, waitingMax: Int, scheduling: ThreadScheduling, processorPercentMax: Int = 100,
        courier: Courier, makeLocal: @escaping @Sendable () -> Local
    ) throws(DedicatedThread.CreationError) {
        self.threadCount = threadCount
        self.waitingMax = waitingMax
        self.courier = courier
        var threads: [DedicatedThread] = []
        for index in 1...threadCount {
            do throws(DedicatedThread.CreationError) {
                let share = WorkShare(percent: processorPercentMax, burst: workBurst)
                threads.append(
                    try DedicatedThread(name: "\(name)-\(index)", scheduling: scheduling) { [self] in
                        work(makeLocal(), share)
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
    public func run<Output: Sendable>(
        _ body: @escaping @Sendable (Local) throws -> Output
    ) async throws -> Output {
        try await withCheckedThrowingContinuation { [courier] continuation in
            submit(
                Job(
                    run: { local in
                        let outcome = Result { try body(local) }
                        courier.hand { continuation.resume(with: outcome) }
                    },
                    refuse: { continuation.resume(throwing: $0) }))
        }
    }

    /// Jobs that no thread has taken up yet.
    public var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Refuses what waits, lets what runs finish, and waits for the threads to end. Once.
    public func stop() async {
        end()
        let threads = state.withLock { state in
            defer { state.threads = [] }
            return state.threads
        }
        for thread in threads { await thread.ended() }
    }

    /// ``stop()`` without waiting.
    public func end() {
        let abandoned = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in abandoned { job.refuse(.stopped) }
        for _ in 0..<threadCount {
            stopping.signal()
            available.signal()
        }
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

    private func work(_ local: Local, _ limit: WorkShare) {
        var share = limit
        while true {
            // Before the wait: who has to rest takes no job away from a thread that is free.
            rest(share.rest(now: .now))
            available.wait()
            let (job, isStopped) = state.withLock { state in
                let job = state.waiting.popLast()
                if job != nil { state.runningCount += 1 }
                return (job, state.isStopped)
            }
            if let job {
                let start = ThreadClock.now
                job.run(local)
                share.take(ThreadClock.now - start, now: .now)
                state.withLock { $0.runningCount -= 1 }
            } else if isStopped {
                return
            }
        }
    }

    private func rest(_ duration: Duration) {
        guard duration > .zero, !state.withLock({ $0.isStopped }) else { return }
        let (seconds, attoseconds) = duration.components
        _ = stopping.wait(
            timeout: .now() + .nanoseconds(Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)))
    }
}

/// Processor time that a thread may take before its share counts.
private let workBurst = Duration.milliseconds(200)

/// Processor time of the calling thread.
private enum ThreadClock {
    static var now: Duration {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
