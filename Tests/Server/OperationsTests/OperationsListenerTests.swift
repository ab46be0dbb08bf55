import Daemon
import DaemonTestSupport
import Foundation
import TestSupport
import Testing

@testable import Operations

/// The listener of a real server, over a real socket.
@Suite(.timeLimit(.minutes(1))) struct OperationsListenerTests {
    private func withServer(
        isEnabled: Bool = true, _ body: (RunningDaemon, HTTPClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let server = try await TestDaemon.start(in: folder.path) { $0.operations.isEnabled = isEnabled }
        do {
            try await body(server, HTTPClient(port: server.operationsPort ?? 0))
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    @Test func metricsAreTextAndHealthIsJSON() async throws {
        try await withServer { _, client in
            let metrics = try await client.ask("/metrics")
            #expect(metrics.status == 200 && metrics.type == MetricText.contentType)
            for name in [
                "roomtone_voice_sessions 0\n", "roomtone_relay_forward_latency_seconds_count 0\n", "roomtone_ready 1\n",
                "roomtone_control_events_total{event=\"connectionAccepted\"} 0\n", "process_resident_memory_bytes ",
                "roomtone_relay_thread_up{thread=\"0\"} 1\n",
                "roomtone_message_latency_seconds_bucket{le=\"0.00025\"} 0\n",
            ] {
                #expect(metrics.body.contains(name), "\(name)")
            }
            let live = try await client.ask("/livez")
            #expect(live.status == 200 && live.body == #"{"status":"alive"}"#)
            let ready = try await client.ask("/readyz")
            #expect(
                ready.status == 200
                    && ready.body
                        == #"{"status":"ready","checks":[{"name":"store","is_ok":true},{"name":"relay","is_ok":true},"#
                        + #"{"name":"listener","is_ok":true},{"name":"draining","is_ok":true}]}"#,
                "\(ready.body)")
            // Its own requests are counted by the next scrape, through swift-metrics.
            let again = try await client.ask("/metrics")
            #expect(again.body.contains("roomtone_http_requests_total{status=\"200\"} 3\n"))
        }
    }

    @Test func whatIsNotThereAndWhatMayNotBeDoneIsSaid() async throws {
        try await withServer { _, client in
            let unknown = try await client.ask("/nothing")
            #expect(unknown.status == 404 && unknown.body.contains("/metrics"))
            let wrong = try await client.ask("/metrics", method: "DELETE")
            #expect(wrong.status == 405 && wrong.headers["allow"] == "GET, HEAD")
            let off = try await client.ask("/api/v1/sessions")
            #expect(off.status == 403 && off.body.contains("operations.token_file"))
        }
    }

    @Test func switchedOffThereIsNone() async throws {
        try await withServer(isEnabled: false) { server, _ in #expect(server.operationsPort == nil) }
    }

    @Test func aPortInUseStopsTheStartWithOneLine() async throws {
        try await withServer { server, _ in
            let folder = try TemporaryFolder()
            let port = server.operationsPort ?? 0
            let error = await #expect(throws: DaemonError.self) {
                try await TestDaemon.start(in: folder.path) { $0.operations.port = port }
            }
            #expect(error?.description.contains("TCP port \(port) of 127.0.0.1 is in use") == true, "\(error as Any)")
            // Nothing of the failed start holds the folder.
            let next = try await TestDaemon.start(in: folder.path)
            await next.stop()
        }
    }

    @Test(arguments: [0o644, 0o640, 0o604]) func aTokenThatOthersCanReadStopsTheStart(mode: Int) async throws {
        let folder = try TemporaryFolder()
        try folder.write(String(repeating: "t", count: 64), to: "token", permissions: mode)
        let error = await #expect(throws: DaemonError.self) {
            try await TestDaemon.start(in: folder.file("data")) { $0.operations.tokenFile = folder.file("token") }
        }
        #expect(error?.description.contains("chmod 600") == true, "\(error as Any)")
    }
}
