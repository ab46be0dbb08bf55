import AudioTestSupport
import Daemon
import DaemonTestSupport
import Foundation
import NIOCore
import TestSupport
import Testing

@testable import Operations

/// The listener of a real server, over a real socket.
@Suite(.timeLimit(.minutes(1))) struct OperationsListenerTests {
    private func withServer(
        isEnabled: Bool = true, connectionsMax: Int = 64, _ body: (RunningDaemon, HTTPClient) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        let server = try await TestDaemon.start(in: folder.path) {
            $0.operations.isEnabled = isEnabled
            $0.operations.connectionsMax = connectionsMax
        }
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
                "roomtone_relay_thread_up{thread=\"0\"} 1\n", "roomtone_relay_batch_datagrams_bucket{le=\"1\"} 0\n",
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

    /// Who comes when there are as many as may be is answered when one has gone.
    @Test func connectionsBeyondTheLimitWait() async throws {
        try await withServer(connectionsMax: 2) { server, _ in
            let port = server.operationsPort ?? 0
            try await blocking {
                var held = [try RawHTTPConnection(port: port), try RawHTTPConnection(port: port)]
                for connection in held {
                    try connection.ask("/livez")
                    #expect(try connection.answer().hasPrefix("HTTP/1.1 200"))
                }
                let third = try RawHTTPConnection(port: port)
                try third.ask("/livez")
                #expect(!third.isAnswered(within: 200), "two hold all that there are")
                held.removeLast()
                #expect(try third.answer().hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    /// Who asks two hundred times at once and reads nothing is in nobody's way, nor in that of a server that stops.
    @Test func whoAsksTooMuchAtOnceIsInNobodysWay() async throws {
        try await withServer(connectionsMax: 2) { server, client in
            let port = server.operationsPort ?? 0
            let strangers = try await blocking {
                try (0..<2).map { _ in
                    let stranger = try RawHTTPConnection(port: port)
                    try stranger.say(String(repeating: "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n", count: 200))
                    return stranger
                }
            }
            #expect(try await client.ask("/livez").status == 200)
            await server.stop()
            withExtendedLifetime(strangers) {}
        }
    }

    /// Lines that are no HTTP, and header fields beyond the limit, end their connection and nothing else.
    @Test(arguments: [
        "\u{16}\u{3}\u{1}\u{2}\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "GET /livez HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 2 * OperationsLimits.headerBytesMax)
            + "\r\n\r\n",
        "GET /livez HTTP/1.1\r\nHost: a\r\n"
            + String(repeating: "X: y\r\n", count: 2 * OperationsLimits.headerFieldsMax)
            + "\r\n",
        "POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 7\r\n\r\nabcdefg",
    ]) func hostileRequestsAreRefused(text: String) async throws {
        try await withServer { server, client in
            let port = server.operationsPort ?? 0
            try await blocking {
                let stranger = try RawHTTPConnection(port: port)
                try stranger.say(text)
                let answer = try stranger.answer()
                #expect(answer.isEmpty || answer.hasPrefix("HTTP/1.1 4"), "\(answer)")
            }
            #expect(try await client.ask("/livez").status == 200)
        }
    }

    /// Whoever begins a body and does not go on is not waited for.
    @Test func aBodyThatDoesNotComeIsNotWaitedFor() async throws {
        let (body, source) = AsyncThrowingStream.makeStream(of: ByteBuffer.self)
        source.yield(ByteBuffer(string: "{"))
        await #expect(throws: HTTPQuestion.BodyFailure.tooSlow) {
            try await HTTPQuestion.read(body, within: .milliseconds(1))
        }
        source.yield(ByteBuffer(string: "}"))
        source.finish()
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
