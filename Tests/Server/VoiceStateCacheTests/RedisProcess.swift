import AudioTestSupport
import Foundation
import TestSupport

@testable import VoiceStateCache

/// A redis-server of the test's own, on a socket in a folder of its own. Needs Debian's redis-server.
final class RedisProcess {
    private let folder: TemporaryFolder
    private let options: [String]
    private var process: ChildProcess?

    init(_ options: [String] = []) throws {
        folder = try TemporaryFolder()
        self.options = options
        try start()
    }

    deinit { process?.end(SIGKILL) }

    var url: String { "unix://" + folder.file("s") }

    func start() throws {
        process = try ChildProcess(
            Command.path("redis-server", package: "redis-server"),
            ["--port", "0", "--unixsocket", folder.file("s"), "--save", "", "--appendonly", "no", "--dir", folder.path]
                + options, environment: [:])
    }

    /// Ends it at once, with everything that it had.
    func kill() {
        process?.end(SIGKILL)
        process = nil
    }

    /// Stops it in its tracks: connections stay, nothing is answered.
    func freeze() { process.map { _ = Foundation.kill($0.identifier, SIGSTOP) } }

    func thaw() { process.map { _ = Foundation.kill($0.identifier, SIGCONT) } }

    func configuration(_ change: (inout RedisCacheConfiguration) -> Void = { _ in }) throws -> RedisCacheConfiguration {
        guard let url = RedisURL(url) else { throw RedisConnection.Failure(description: "no URL: \(url)") }
        var configuration = RedisCacheConfiguration(url: url, serverName: "test")
        change(&configuration)
        return configuration
    }

    /// Asks as another program would; waits until it is up.
    func ask(_ commands: [RedisCommand], password: String = "") async throws -> [RedisReply] {
        var configuration = try configuration()
        configuration.commandTimeout = .seconds(10)
        while true {
            do throws(RedisConnection.Failure) {
                let connection = try RedisConnection(configuration)
                if !password.isEmpty { _ = try connection.send([RedisCommand("AUTH", password)]) }
                return try connection.send(commands)
            } catch {
                // Not up yet: its socket is not there. The suite's time limit ends this.
                await Task.yield()
            }
        }
    }

    /// Everything there is, but the hash about the state itself.
    func state(password: String = "") async throws -> [String: StoredValue] {
        let names = try await ask([RedisCommand("KEYS", "roomtone:test:voice:*")], password: password)[0].texts
        var values: [String: StoredValue] = [:]
        for name in names {
            let isSet = name.hasSuffix("sessions") || name.hasSuffix("rooms")
            let command = RedisCommand(isSet ? "SMEMBERS" : "HGETALL", name)
            let texts = try await ask([command], password: password)[0].texts
            guard !isSet else {
                values[name] = .set(Set(texts))
                continue
            }
            let pairs = stride(from: 0, to: texts.count, by: 2).map { (texts[$0], texts[$0 + 1]) }
            values[name] = .hash(Dictionary(pairs) { $1 })
        }
        return values
    }
}
