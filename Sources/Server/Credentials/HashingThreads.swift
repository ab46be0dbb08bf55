import Dispatch
import Foundation
import Synchronization

/// A few threads of their own that run blocking work, and a bounded queue in front of them.
///
/// Hashing a password takes a core and 64 MiB for a tenth of a second; on the threads that run the
/// actors it would stop every room.
final class HashingThreads: Sendable {
    struct Job: Sendable {
        let run: @Sendable () -> Void
        let refuse: @Sendable (PasswordHasherError) -> Void
    }

    private struct State {
        /// Oldest last, so that taking one is cheap.
        var waiting: [Job] = []
        var runningCount = 0
        var isStopped = false
        var counters = PasswordHasherCounters()
    }

    private let state = Mutex(State())
    private let available = DispatchSemaphore(value: 0)
    private let threadCount: Int
    private let waitingMax: Int

    init(threadCount: Int, waitingMax: Int) {
        self.threadCount = threadCount
        self.waitingMax = waitingMax
    }

    /// Called once. The threads hold this object until ``stop()``.
    func start() {
        for index in 1...threadCount {
            let thread = Thread { self.work() }
            thread.name = "hash-\(index)"
            thread.start()
        }
    }

    /// Any thread; never blocks. Runs the job later, or refuses it before returning.
    func submit(_ job: Job) {
        let refusal: PasswordHasherError? = state.withLock { state in
            guard !state.isStopped else { return .stopped }
            guard state.runningCount + state.waiting.count < threadCount + waitingMax else {
                state.counters.refusedBusy += 1
                return .busy
            }
            state.waiting.insert(job, at: 0)
            return nil
        }
        if let refusal { job.refuse(refusal) } else { available.signal() }
    }

    /// Refuses what waits, lets what runs finish, and ends the threads.
    func stop() {
        let abandoned = state.withLock { state in
            state.isStopped = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for job in abandoned { job.refuse(.stopped) }
        for _ in 0..<threadCount { available.signal() }
    }

    func counters() -> PasswordHasherCounters { state.withLock { $0.counters } }

    private func work() {
        while true {
            available.wait()
            let (job, isStopped) = state.withLock { state in
                let job = state.waiting.popLast()
                if job != nil {
                    state.runningCount += 1
                    state.counters.runningPeak = max(state.counters.runningPeak, UInt64(state.runningCount))
                }
                return (job, state.isStopped)
            }
            if let job {
                job.run()
                state.withLock { state in
                    state.runningCount -= 1
                    state.counters.finished += 1
                }
            } else if isStopped {
                return
            }
        }
    }
}
