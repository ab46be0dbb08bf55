import GRDB
import Glibc
import LockFree
import Testing

@testable import MessageSearch

/// Searches run on threads of low priority, SQLite included: GRDB does not take them elsewhere.
@Suite struct SearchPriorityTests {
    @Test func readsRunOnTheSearchThread() async throws {
        let courier = try Courier()
        let threads = try WorkThreads(
            name: "test", threadCount: 1, waitingMax: 1, scheduling: MessageSearch.scheduling, courier: courier
        ) { Nothing() }
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
        await courier.stop()
    }

    /// Else a thread that the executor starts for the answer would run behind everybody, too.
    @Test func answersComeFromAThreadOfTheUsualPriority() async throws {
        let courier = try Courier()
        let niceness: Int32 = await withCheckedContinuation { continuation in
            courier.hand {
                continuation.resume(returning: getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0))
            }
        }
        #expect(niceness == 0)
        await courier.stop()
    }

    private final class Nothing {}
}
