import LockFree
import Testing

@Suite("Semaphore with a deadline")
struct TimedSemaphoreTests {
    @Test("each signal lets one wait end, also one that came before it")
    func signals() {
        let semaphore = TimedSemaphore()
        semaphore.signal()
        semaphore.signal()
        #expect(semaphore.wait(untilNanoseconds: .max))
        #expect(semaphore.wait(untilNanoseconds: .max))
        #expect(!semaphore.wait(untilNanoseconds: 0), "the third finds none, and its deadline is over")
    }

    @Test("another thread's signal ends a wait")
    func wakes() async throws {
        let (question, answer) = (TimedSemaphore(), TimedSemaphore())
        let thread = try DedicatedThread(name: "answerer") {
            if question.wait(untilNanoseconds: .max) { answer.signal() }
        }
        question.signal()
        #expect(answer.wait(untilNanoseconds: .max))
        await thread.ended()
    }
}
