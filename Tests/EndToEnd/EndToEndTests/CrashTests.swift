import AudioTestSupport
import ChatStore
import Foundation
import Glibc
import Identifiers
import NetworkSimulator
import TestSupport
import Testing

/// A server that is killed again and again, while people write: what was acknowledged is there afterwards, once.
///
/// `ROOMTONE_CRASH_SEED` repeats a run as far as its random choices go, `ROOMTONE_CRASH_KILLS` makes it longer.
@Suite("No acknowledged message is lost or doubled when the server is killed")
struct CrashTests {
    private static let killsDefault = 50
    private static let writerCount = 4

    @Test("by SIGKILL at random moments", .timeLimit(.minutes(30)))
    func killedAtRandomMoments() async throws {
        let environment = ProcessInfo.processInfo.environment
        let seed = environment["ROOMTONE_CRASH_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 1...999_999)
        let kills = environment["ROOMTONE_CRASH_KILLS"].flatMap(Int.init) ?? Self.killsDefault
        let again = Comment(rawValue: "again with ROOMTONE_CRASH_SEED=\(seed)")
        let folder = try TemporaryFolder()
        let writers = try await blocking { try Self.write(into: folder.file("data"), seed: seed, kills: kills) }

        let store = try await ChatStore.open(path: folder.file("data/roomtone.sqlite"))
        var stored: [StoredMessage] = []
        while case let page = try await store.allMessages(after: stored.last?.id, limit: 1_000), !page.isEmpty {
            stored += page
        }
        try await store.close()
        for writer in writers {
            let problems = writer.compare(with: stored.filter { $0.author == writer.user })
            #expect(problems.isEmpty, again)
        }
        #expect(stored.count == writers.reduce(0) { $0 + $1.acknowledged.count }, again)
        // Far more than a message a life: the kills met a server at work.
        #expect(stored.count > 10 * kills, again)
    }

    /// Lets writers write through `kills` deaths of the server, then to the end of what they have begun. Blocks.
    private static func write(into directory: String, seed: UInt64, kills: Int) throws -> [CrashWriter] {
        var generator = SeededGenerator(seed: seed)
        let board = CrashBoard()
        let writers = (0..<writerCount).map { CrashWriter($0, board, seed: generator.next()) }
        try settle(writers, in: directory)
        let threads = DispatchGroup()
        for writer in writers {
            threads.enter()
            Thread.detachNewThread {
                writer.run()
                threads.leave()
            }
        }
        // Whatever is thrown here, nobody is left waiting for a server.
        defer {
            board.end()
            threads.wait()
        }
        for _ in 0..<kills {
            let server = try CrashServer(directory)
            board.serve(port: server.port)
            // Now and then before anybody is back, mostly in full swing, sometimes after a longer life.
            let life = [0, 1, .random(in: 2...40, using: &generator), .random(in: 40...400, using: &generator)]
            board.waitForAcknowledgements(life.randomElement(using: &generator) ?? 0)
            for _ in 0..<Int.random(in: 0...3_000, using: &generator) { sched_yield() }
            board.takeDown()
            server.kill()
        }
        let server = try CrashServer(directory)
        board.serve(port: server.port)
        board.finishWriting()
        threads.wait()
        #expect(server.stop() == 0)
        #expect(board.problems.isEmpty, "seed \(seed)")
        return writers
    }

    /// Everybody has an account and somebody to write to before anybody dies.
    private static func settle(_ writers: [CrashWriter], in directory: String) throws {
        let server = try CrashServer(directory)
        for writer in writers { try writer.settle(port: server.port) }
        for (index, writer) in writers.enumerated() { writer.peer = writers[(index + 1) % writers.count].user }
        server.kill()
    }
}

/// One life of the server.
private struct CrashServer {
    /// What writers do here is more than people may.
    private static let settings = [
        "ROOMTONE_CONTROL_MESSAGE_BURST": "10000", "ROOMTONE_CONTROL_MESSAGE_INTERVAL_MILLISECONDS": "1",
        "ROOMTONE_TEXT_MESSAGES_PER_USER_BURST": "1000000", "ROOMTONE_TEXT_MESSAGES_PER_ADDRESS_BURST": "1000000",
        "ROOMTONE_ACCOUNTS_HASH_MEMORY_BYTES": "8192", "ROOMTONE_ACCOUNTS_HASH_PASSES": "1",
    ]

    let port: UInt16
    private let program: Program

    init(_ directory: String) throws {
        program = try Program(
            "roomtoned",
            [
                "--host", "127.0.0.1", "--control-port", "0", "--voice-port", "0", "--log-level", "error",
                "--operations-port", "0", "--data-directory", directory,
            ], environment: Self.settings)
        port = UInt16(try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")) ?? 0
    }

    func kill() { _ = program.end(SIGKILL) }

    func stop() -> Int32 { program.end(SIGTERM) }
}
