import AudioTestSupport
import Daemon
import DaemonTestSupport
import Foundation
import TestSupport
import Testing

@testable import Operations

/// Prometheus' own checks of what we give it.
@Suite(.timeLimit(.minutes(2))) struct PromtoolTests {
    private static let promtool = "/usr/bin/promtool"

    /// What it said, and how it ended. Blocks.
    private func promtool(_ arguments: [String], input: String? = nil) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.promtool)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        if let input {
            process.standardInput = try FileHandle(forReadingFrom: URL(filePath: input))
        }
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    private func path(_ name: String) -> String {
        URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../" + name).standardized.path
    }

    @Test func theAlertsAreValid() async throws {
        let rules = path("Configuration/prometheus-alerts.yaml")
        let (status, text) = try await blocking { try promtool(["check", "rules", rules]) }
        #expect(status == 0 && text.contains("SUCCESS"), "\(text)")
    }

    /// Each fires over its limit, once its time is up, and not just under it.
    @Test func theAlertsFireWhenTheyShould() async throws {
        let file = "Tests/Server/OperationsTests/Fixtures/prometheus-alerts.test.yaml"
        let (status, text) = try await blocking { try promtool(["test", "rules", path(file)]) }
        #expect(status == 0 && text.contains("SUCCESS"), "\(text)")
        let alerts = try inRepository("Configuration/prometheus-alerts.yaml").matches(of: /alert: (\w+)/).map(\.1)
        let tested = try inRepository(file).matches(of: /alertname: (\w+)/).map(\.1)
        for alert in alerts { #expect(tested.count { $0 == alert } == 2, "\(alert)") }
    }

    /// Names, types, units, help: what its linter finds is a line each, and a status of its own.
    @Test func theExpositionOfARealServerIsWithoutFault() async throws {
        let folder = try TemporaryFolder()
        let server = try await TestDaemon.start(in: folder.file("data"))
        let client = HTTPClient(port: server.operationsPort ?? 0)
        _ = try await client.ask("/metrics")
        try folder.write(try await client.ask("/metrics").body, to: "metrics")
        await server.stop()
        let (status, text) = try await blocking { try promtool(["check", "metrics"], input: folder.file("metrics")) }
        #expect(status == 0 && text.isEmpty, "\(text)")
    }
}
