import Foundation
import TestSupport

/// A server whose configuration is written again while it runs, and which is administered over HTTP.
final class RunningServer: Sendable {
    /// What a test sets; everything else leaves room for people who never pause.
    struct Settings {
        /// Tells one configuration from the next: a reload is over when this number holds.
        var roomsMax = 300
        var voiceBytesPerSecondMax = 20_000
        var voiceKeepaliveSeconds = 20
        /// Further lines.
        var more = ""
    }

    static let token = "0123456789abcdef" + UUID().uuidString
    let program: Program
    let port: UInt16
    let operationsPort: UInt16
    private let folder: TemporaryFolder

    init(_ settings: Settings = Settings()) throws {
        folder = try TemporaryFolder()
        try folder.write(Self.token, to: "token")
        try folder.write(Self.text(settings, folder), to: "roomtoned.yaml")
        program = try Program(
            "roomtoned",
            [
                "--config", folder.file("roomtoned.yaml"), "--host", "127.0.0.1", "--control-port", "0",
                "--voice-port", "0", "--operations-port", "0", "--data-directory", folder.file("data"),
            ])
        port = UInt16(try program.captured(/TCP port ([0-9]+)/, after: "Stop with Ctrl-C")) ?? 0
        let operations = try program.captured(
            /Metrics and health: http:\/\/127\.0\.0\.1:([0-9]+)\//, after: "Stop with Ctrl-C")
        operationsPort = UInt16(operations) ?? 0
    }

    /// Of its data directory.
    func file(_ name: String) -> String { folder.file("data/" + name) }

    /// Writes the configuration anew and has it read; returns when it holds. Blocks.
    func reload(_ settings: Settings) throws {
        try readAgain(settings)
        try wait(for: "a reload") {
            struct Limits: Decodable {
                struct Limit: Decodable { var (key, value) = ("", "") }
                var limits: [Limit]
            }
            let limits = try JSONDecoder().decode(Limits.self, from: Data(try ask("/api/v1/limits").body.utf8)).limits
            return limits.contains { $0.key == "rooms.max" && $0.value == "\(settings.roomsMax)" }
        }
    }

    /// Writes the configuration anew and says that it shall be read.
    func readAgain(_ settings: Settings) throws {
        try folder.write(Self.text(settings, folder), to: "roomtoned.yaml")
        program.send(SIGHUP)
    }

    /// Blocks until it is so; every look asks the server something.
    func wait(for what: String, _ isSo: () throws -> Bool) throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !isSo() {
            guard ContinuousClock.now < end else { throw Program.Failure(description: "\(what): not within a minute") }
        }
    }

    /// Of the HTTP listener. Blocks.
    func ask(
        _ path: String, method: String = "GET", token: String = RunningServer.token, body: String = ""
    ) throws -> (status: Int, body: String) {
        let socket = try LoopbackSocket(port: operationsPort)
        let head = [
            "\(method) \(path) HTTP/1.1", "Host: localhost", "Connection: close", "Authorization: Bearer \(token)",
            "Content-Type: application/json", "Content-Length: \(body.utf8.count)",
        ]
        try socket.send(Array((head.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8))
        let answer = String(decoding: socket.receiveToEnd(), as: UTF8.self)
        guard let end = answer.firstRange(of: "\r\n\r\n"), let status = Int(answer.dropFirst(9).prefix(3)) else {
            throw Program.Failure(description: "\(path) was answered “\(answer)”")
        }
        return (status, String(answer[end.upperBound...]))
    }

    /// A metric's only value, or that of the series that begins so. Blocks.
    func metric(_ series: String) throws -> Int? {
        let line = try ask("/metrics").body.split(separator: "\n").first { $0.hasPrefix(series) }
        return line?.split(separator: " ").last.flatMap { Double($0) }.map { Int($0) }
    }

    /// What stands beside a message of the log, which is JSON. Blocks until it is there.
    func logged(_ message: String) throws -> [String: String] {
        struct Entry: Decodable {
            var message: String
            var metadata: [String: String]?
        }
        try program.waitFor("\"message\":\"\(message)\"")
        let entries = program.output.split(separator: "\n").compactMap {
            try? JSONDecoder().decode(Entry.self, from: Data($0.utf8))
        }
        return entries.last { $0.message == message }?.metadata ?? [:]
    }

    private static func text(_ settings: Settings, _ folder: TemporaryFolder) -> String {
        """
        log_format: json
        drain_seconds: 3600
        rooms: {max: \(settings.roomsMax)}
        voice:
          allow_unsealed: true
          timeout_seconds: 600
          keepalive_seconds: \(settings.voiceKeepaliveSeconds)
          bytes_per_second_max: \(settings.voiceBytesPerSecondMax)
        text:
          messages_per_user_burst: 1000000
          messages_per_user_per_second: 1000000
          messages_per_address_burst: 1000000
          messages_per_address_per_second: 1000000
        control: {message_burst: 10000, message_interval_milliseconds: 1}
        accounts: {hash_memory_bytes: 8192, hash_passes: 1}
        operations: {token_file: "\(folder.file("token"))"}
        \(settings.more)
        """
    }
}
