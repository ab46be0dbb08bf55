import Foundation
import Glibc
import Synchronization
import Testing

@testable import LockFree

@Suite("A dedicated thread")
struct DedicatedThreadTests {
    /// What a thread found out about itself.
    private final class Findings: Sendable {
        let niceness = Atomic<Int32>(.min)
        let name = Mutex("")
    }

    private func run(name: String, niceness: Int32) async throws -> Findings {
        let findings = Findings()
        let thread = try DedicatedThread(name: name, scheduling: ThreadScheduling(niceness: niceness)) {
            findings.niceness.store(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0), ordering: .relaxed)
            let name = try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)
            findings.name.withLock { $0 = name ?? "" }
        }
        await thread.ended()
        return findings
    }

    @Test("can be put behind others, alone in its process")
    func yields() async throws {
        let usual = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        let findings = try await run(name: "behind", niceness: 10)
        #expect(findings.niceness.load(ordering: .relaxed) == 10)
        #expect(getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0) == usual)
    }

    @Test("runs like others when it may not be put before them")
    func asksInVain() async throws {
        let usual = getpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0)
        let findings = try await run(name: "before", niceness: -5)
        let granted = findings.niceness.load(ordering: .relaxed)
        #expect(granted == -5 || granted == usual)
    }

    @Test("has the first 15 bytes of its name")
    func isNamed() async throws {
        let findings = try await run(name: "voice-relay-0 and more", niceness: 0)
        #expect(findings.name.withLock { $0 } == "voice-relay-0 a\n")
    }
}
