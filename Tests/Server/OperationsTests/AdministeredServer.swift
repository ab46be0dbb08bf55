import Daemon
import DaemonTestSupport
import Foundation
import TestSupport
import Testing

@testable import Operations

/// A server whose administration is on.
enum AdministeredServer {
    static let token = String(repeating: "0123456789abcdef", count: 4)

    /// A server with a token, and whoever has it. Its data is in `data` of the folder.
    static func with(
        prepared prepare: (TemporaryFolder) throws -> Void = { _ in },
        _ change: (inout DaemonConfiguration) -> Void = { _ in },
        loggers: @escaping LoggerFactory = TestDaemon.silent,
        _ body: (RunningDaemon, HTTPClient, TemporaryFolder) async throws -> Void
    ) async throws {
        let folder = try TemporaryFolder()
        try folder.write(token + "\n", to: "token")
        try prepare(folder)
        let server = try await TestDaemon.start(
            in: folder.file("data"),
            {
                $0.operations.tokenFile = folder.file("token")
                change(&$0)
            }, loggers: loggers)
        do {
            try await body(server, HTTPClient(port: server.operationsPort ?? 0, token: token), folder)
            await server.stop()
        } catch {
            await server.stop()
            throw error
        }
    }

    static func object(_ answer: HTTPClient.Answer) throws -> [String: Any] {
        #expect(answer.type == HTTPReply.jsonType)
        return try #require(try JSONSerialization.jsonObject(with: Data(answer.body.utf8)) as? [String: Any])
    }

    static func rows(_ list: String, _ answer: HTTPClient.Answer) throws -> [[String: Any]] {
        #expect(answer.status == 200, "\(answer.body)")
        return try #require(try object(answer)[list] as? [[String: Any]])
    }
}
