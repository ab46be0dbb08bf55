import AudioTestSupport
import Foundation
import FoundationNetworking
import TestSupport
import Testing

/// A real Prometheus beside a real server under the load tester: what it stored is what the tester saw.
@Suite("Prometheus counts what the load tester counts")
struct PrometheusScrapeTests {
    /// What the load tester reported, as far as the server knows it too.
    private struct Report: Decodable {
        struct Phase: Decodable {
            struct Group: Decodable {
                struct Figures: Decodable {
                    var deliveries: Int
                    var deliveriesOwed: Int
                }
                var all: Figures
            }
            var steady: Group?
        }
        var phases: [Phase]
        var framesSentInAll: Int
    }

    @Test(.timeLimit(.minutes(2))) func counts() async throws {
        try await blocking {
            let server = try TestServer()
            let folder = try TemporaryFolder()
            let prometheus = try Prometheus(scraping: server.operationsPort(), in: folder)
            try prometheus.waitFor("up", 1)
            let end = try Program.run(
                "roomtone-load",
                [
                    "--server", "127.0.0.1:\(server.port)", "--rooms", "2", "--users", "4", "--speakers", "2",
                    "--duration", "3s", "--deadline", "10s", "--pattern", "constant", "--no-bundles", "--chat", "4/s",
                    "--json", folder.file("report.json"),
                ], environment: server.environment("load"))
            #expect(end.status == 0, "\(end.errors)")
            let report = try JSONDecoder().decode(
                Report.self, from: Data(contentsOf: URL(filePath: folder.file("report.json"))))
            let figures = try #require(report.phases.first?.steady?.all)
            #expect(figures.deliveries == figures.deliveriesOwed)
            // Every frame of the tester's is one of the server's.
            try prometheus.waitFor("roomtone_relay_frames_accepted_total", report.framesSentInAll)
            // Of its copies the tester counts those of its measured windows alone.
            try prometheus.waitFor("roomtone_relay_frames_forwarded_total > bool \(figures.deliveries)", 1)
            try prometheus.waitFor("sum(roomtone_relay_drops_total)", 0)
            try prometheus.waitFor("roomtone_voice_sessions", 0)
            // Eight people came in voice and each said goodbye.
            try prometheus.waitFor("max_over_time(roomtone_voice_sessions[5m])", 8)
            try prometheus.waitFor("max_over_time(roomtone_voice_rooms[5m])", 2)
            #expect(server.program.end(SIGTERM) == 0)
            try prometheus.waitFor("up", 0)
        }
    }
}

/// A Prometheus of the test's own, on a free port, with its data in a folder that goes with it.
private final class Prometheus {
    struct Failure: Error, CustomStringConvertible { let description: String }

    private let process: ChildProcess
    private let port: UInt16

    init(scraping target: UInt16, in folder: TemporaryFolder) throws {
        port = try Self.freePort()
        try folder.write(
            """
            global: {scrape_interval: 500ms, scrape_timeout: 500ms}
            scrape_configs:
              - job_name: roomtone
                static_configs: [{targets: ["127.0.0.1:\(target)"]}]

            """, to: "prometheus.yml")
        process = try ChildProcess(
            "/usr/bin/prometheus",
            [
                "--config.file=" + folder.file("prometheus.yml"), "--storage.tsdb.path=" + folder.file("series"),
                "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
            ], environment: [:])
    }

    deinit { process.end(SIGKILL) }

    /// Blocks until the query has one result and that is `value`; throws with what it was last.
    func waitFor(_ query: String, _ value: Int) throws {
        let end = ContinuousClock.now + .seconds(30)
        var last = "nothing"
        // It says when it is asked, and to be asked again costs it and us a little: five times for each scrape.
        let pause = DispatchSemaphore(value: 0)
        while ContinuousClock.now < end {
            if let found = try? ask(query) {
                if found == "\(value)" { return }
                last = found
            }
            _ = pause.wait(timeout: .now() + .milliseconds(100))
        }
        throw Failure(description: "\(query) is \(last), not \(value)")
    }

    /// The only value, or nil.
    private func ask(_ query: String) throws -> String? {
        var components = URLComponents(string: "http://127.0.0.1:\(port)/api/v1/query")
        components?.queryItems = [URLQueryItem(name: "query", value: query)]
        guard let url = components?.url else { return nil }
        let answer = try JSONSerialization.jsonObject(with: try Data(contentsOf: url)) as? [String: Any]
        let data = answer?["data"] as? [String: Any]
        let result = (data?["result"] as? [[String: Any]])?.first
        return (result?["value"] as? [Any])?.last as? String
    }

    /// One that nobody has now; Prometheus itself cannot be told to choose.
    private static func freePort() throws -> UInt16 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) | getsockname(descriptor, $0, &length)
            }
        }
        guard status == 0 else { throw Failure(description: "no free port") }
        return UInt16(bigEndian: address.sin_port)
    }
}
