import Dispatch
import Synchronization
import Testing

@testable import Credentials

@Suite struct HashingThreadsTests {
    private enum Step: Equatable { case started, finished, refused }

    /// Two jobs hold the threads, three fill the queue: the sixth is refused, and never more than two run.
    @Test func runsNoMoreAtOnceThanAllowedAndRefusesOnePastTheQueue() async throws {
        let threads = HashingThreads(threadCount: 2, waitingMax: 3)
        threads.start()
        let gate = DispatchSemaphore(value: 0)
        let (steps, reporting) = AsyncStream.makeStream(of: Step.self)
        let job = HashingThreads.Job(
            run: {
                reporting.yield(.started)
                gate.wait()
                reporting.yield(.finished)
            }, refuse: { _ in reporting.yield(.refused) })
        var seen = steps.makeAsyncIterator()
        for _ in 0..<2 { threads.submit(job) }
        for _ in 0..<2 { #expect(await seen.next() == .started) }
        for _ in 0..<3 { threads.submit(job) }
        threads.submit(job)
        #expect(await seen.next() == .refused)
        #expect(threads.counters().refusedBusy == 1)
        for _ in 0..<5 { gate.signal() }
        var finishedCount = 0
        while finishedCount < 5 { if await seen.next() == .finished { finishedCount += 1 } }
        #expect(threads.counters().runningPeak == 2)
        threads.stop()
    }

    @Test func whatWaitsAtStopIsRefused() async {
        // No thread was started: the job can only wait.
        let threads = HashingThreads(threadCount: 1, waitingMax: 1)
        let (refusals, refusing) = AsyncStream.makeStream(of: PasswordHasherError.self)
        threads.submit(.init(run: {}, refuse: { refusing.yield($0) }))
        threads.stop()
        var iterator = refusals.makeAsyncIterator()
        #expect(await iterator.next() == .stopped)
    }
}
