import GRDB
import Glibc
import Testing

@testable import MessageSearch

/// Searches run on threads of low priority, SQLite included: GRDB does not take them elsewhere.
@Suite struct SearchPriorityTests {
    @Test func readsRunOnTheSearchThread() async throws {
        let threads = try WorkThreads(name: "test", threadCount: 1, waitingMax: 1) { Nothing() }
        let (niceness, isSameThread) = try await threads.run { _ in
            let caller = pthread_self()
            return try DatabaseQueue().read { _ in
                (getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0), pthread_equal(caller, pthread_self()) != 0)
            }
        }
        #expect(niceness == 10)
        #expect(isSameThread)
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == 0)
        await threads.stop()
    }

    private final class Nothing {}
}
