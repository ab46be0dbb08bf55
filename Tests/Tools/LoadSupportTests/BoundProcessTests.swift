import Foundation
import LockFree
import Synchronization
import Testing

@testable import LoadSupport

@Suite("A process that is bound to this one", .timeLimit(.minutes(1)))
struct BoundProcessTests {
    @Test("goes on when the thread has ended that asked for it")
    func thread() async throws {
        let (input, output) = (Pipe(), Pipe())
        let started = Mutex<BoundProcess?>(nil)
        let asking = try DedicatedThread(name: "asking") {
            let process = try? BoundProcess("cat") { process in
                process.standardInput = input
                process.standardOutput = output
            }
            started.withLock { $0 = process }
        }
        await asking.ended()
        let process = try #require(started.withLock { $0 })
        try input.fileHandleForWriting.write(contentsOf: Data("still here".utf8))
        #expect(output.fileHandleForReading.availableData == Data("still here".utf8))
        #expect(process.isRunning)
        try input.fileHandleForWriting.close()
        process.waitUntilEnd()
        #expect(!process.isRunning)
    }

    @Test(
        "a program that is not there is an error, by path and by name", arguments: ["/nowhere/program", "no-program"])
    func missing(program: String) {
        #expect(throws: LoadError.self) { try BoundProcess(program) }
    }
}
