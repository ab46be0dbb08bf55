import AudioTestSupport
import Foundation
import TestSupport
import Testing

/// The load tester against a server as it is installed, both as processes.
///
/// How soon anything comes is not asserted, and a tester that is kept waiting by other tests is not taken for the
/// bottleneck: the machine may be busy.
@Suite("roomtone-load fills a server, checks what listeners hear, and leaves nothing behind")
struct LoadTesterTests {
    private static let small = [
        "--rooms", "2", "--users", "4", "--speakers", "2", "--duration", "3s", "--deadline", "10s",
    ]

    @Test("everything is delivered: status 0, and a report that says so", .timeLimit(.minutes(2)))
    func delivered() async throws {
        try await blocking {
            let server = try TestServer()
            let folder = try TemporaryFolder()
            let end = try server.load(
                Self.small + [
                    "--pattern", "constant", "--chat", "2/s", "--json", folder.file("report.json"),
                    "--require", "loss=0%", "duplicates=0%", "chat-missing=0", "lost-sessions=0", "server-memory>1MiB",
                ])
            #expect(end.status == 0, "\(end.errors)")
            let report = try JSONDecoder().decode(
                Report.self, from: Data(contentsOf: URL(filePath: folder.file("report.json"))))
            #expect(report.verdict == "passed")
            #expect(report.phases.map(\.name) == ["load"])
            // Four talkers without pause, each heard by three: some 50 frames a second for three seconds.
            let figures = try #require(report.phases.first?.steady?.all)
            #expect(figures.deliveriesOwed > 4 * 3 * 50)
            #expect(figures.deliveries == figures.deliveriesOwed)
            #expect(try server.rooms().contains("General"))
            #expect(try !server.rooms().contains("load "))
        }
    }

    @Test("accounts that are kept come again", .timeLimit(.minutes(2)))
    func accounts() async throws {
        try await blocking {
            let server = try TestServer()
            let folder = try TemporaryFolder()
            let arguments = ["--users", "3", "--speakers", "1", "--duration", "1s", "--deadline", "10s"]
            let kept = arguments + ["--accounts", folder.file("accounts.json")]
            #expect(try server.load(kept).status == 0)
            let made = try Data(contentsOf: URL(filePath: folder.file("accounts.json")))
            #expect(String(decoding: made, as: UTF8.self).contains("load-"))
            #expect(try server.load(kept).status == 0)
            #expect(try Data(contentsOf: URL(filePath: folder.file("accounts.json"))) == made)
        }
    }

    @Test("frames that are lost on the way break a requirement: status 1", .timeLimit(.minutes(2)))
    func lost() async throws {
        try await blocking {
            let end = try TestServer().load(Self.small + ["--loss", "20%", "--require", "loss<1%"])
            #expect(end.status == 1, "\(end.errors)")
        }
    }

    @Test("interrupted, it takes its rooms away: status 130", .timeLimit(.minutes(2)))
    func interrupted() async throws {
        try await blocking {
            let server = try TestServer()
            let tester = try server.beginLoad(Self.small + ["--duration", "10m"])
            try tester.waitFor("load, 600 s")
            #expect(try server.rooms().contains("load "))
            #expect(tester.end(SIGINT) == 130, "\(tester.output)")
            #expect(try !server.rooms().contains("load "))
        }
    }

    @Test(
        "the server that it started ends with it: asked to, or killed", .timeLimit(.minutes(2)),
        arguments: [SIGINT, SIGTERM, SIGKILL])
    func ownServer(signal: Int32) async throws {
        try await blocking {
            let folder = try TemporaryFolder()
            let tester = try Program(
                "roomtone-load",
                ["--server-program", try Program.path(of: "roomtoned")] + Self.small + ["--duration", "10m"],
                environment: ["TMPDIR": folder.path])
            try tester.waitFor("load, 600 s")
            #expect(tester.end(signal) == (signal == SIGKILL ? 128 + SIGKILL : 130), "\(tester.output)")
            // The server has the tester's standard error: while it runs, that is open.
            try tester.waitForSilence()
            if signal != SIGKILL { #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == []) }
        }
    }

    @Test("what cannot be carried out is one line and a status of its own", .timeLimit(.minutes(1)))
    func refused() async throws {
        try await blocking {
            let server = try TestServer()
            #expect(try server.load(["--users", "0"]).status == 64)
            #expect(try server.load(["--require", "latency<5ms"]).status == 64)
            #expect(server.program.end(SIGTERM) == 0)
            let end = try server.load(Self.small)
            #expect(end.status == 69)
            #expect(end.errors.contains("roomtone-load: ") && end.errors.contains(server.port))
        }
    }

    /// Of the report, what is asserted.
    private struct Report: Decodable {
        struct Phase: Decodable {
            struct Group: Decodable {
                struct Figures: Decodable {
                    var deliveriesOwed: Int
                    var deliveries: Int
                }
                var all: Figures
            }
            var name: String
            var steady: Group?
        }
        var verdict: String
        var phases: [Phase]
    }
}

extension TestServer {
    /// `roomtone-load` against this server to its end. Blocks.
    fileprivate func load(_ arguments: [String]) throws -> Program.End {
        try Program.run(
            "roomtone-load", ["--server", "127.0.0.1:\(port)"] + arguments, environment: environment("load"))
    }

    fileprivate func beginLoad(_ arguments: [String]) throws -> Program {
        try Program("roomtone-load", ["--server", "127.0.0.1:\(port)"] + arguments, environment: environment("load"))
    }

    /// What somebody sees who lists the rooms. Blocks.
    fileprivate func rooms() throws -> String {
        let name = "visitor\(UInt32.random(in: 0...UInt32.max))"
        let login = try Program.run(
            "roomtone", ["register", "--server", "127.0.0.1:\(port)", "--user", name], environment: environment(name))
        guard login.status == 0 else { throw Program.Failure(description: login.errors) }
        let list = try Program("roomtone", ["rooms", "list"], environment: environment(name))
        let status = list.wait()
        guard status == 0 else { throw Program.Failure(description: list.output) }
        try list.waitFor("General")
        return list.output
    }
}
