import Foundation
import Logging
import VoiceStateCache

/// Where the state of voice is kept for others to read.
public struct CacheSettings: Sendable, Equatable {
    public enum Store: String, CaseIterable, Sendable { case memory, redis }

    public var store = Store.memory
    public var url = "redis://127.0.0.1:6379/0"
    /// A file with Redis's password and nothing else, its owner's alone; empty for none.
    public var passwordFile = ""
    /// In the names of the keys; empty for this machine's name.
    public var serverName = ""
    public var lifetime: Duration = .seconds(60)
    public var connectTimeout: Duration = .seconds(1)
    public var commandTimeout: Duration = .milliseconds(500)
    public var queueMax = 10_000

    public init() {}

    /// Redis need not be there: the cache connects by itself, when it can.
    func makeCache(logger: Logger) throws -> any VoiceStateCache {
        guard store == .redis else { return InMemoryVoiceStateCache() }
        guard let url = RedisURL(url) else { throw DaemonError("cache.url: expected \(RedisURL.form)") }
        var configuration = RedisCacheConfiguration(url: url, serverName: try keyName())
        configuration.password = try password()
        configuration.lifetime = lifetime
        configuration.connectTimeout = connectTimeout
        configuration.commandTimeout = commandTimeout
        configuration.queueMax = queueMax
        return try RedisVoiceStateCache(configuration, logger: logger)
    }

    /// Throws what ``makeCache(logger:)`` would throw, and makes nothing.
    func check() throws(DaemonError) {
        guard store == .redis else { return }
        _ = (try keyName(), try password())
    }

    private func keyName() throws(DaemonError) -> String {
        let name = serverName.isEmpty ? ProcessInfo.processInfo.hostName : serverName
        guard RedisCacheConfiguration.isServerName(name) else {
            throw DaemonError("this machine's name, “\(name)”, cannot be part of a key: set cache.server_name")
        }
        return name
    }

    private func password() throws(DaemonError) -> String {
        guard !passwordFile.isEmpty else { return "" }
        guard let text = try? String(contentsOfFile: passwordFile, encoding: .utf8),
            let mode = (try? FileManager.default.attributesOfItem(atPath: passwordFile))?[.posixPermissions] as? Int
        else { throw DaemonError("cache.password_file: \(passwordFile) cannot be read") }
        guard mode & 0o077 == 0 else {
            throw DaemonError(
                "cache.password_file: \(passwordFile) is open to other users: run “chmod 600 \(passwordFile)”")
        }
        return text.trimmingCharacters(in: .newlines)
    }
}

extension DaemonSettings {
    static let cache: [Setting] = [
        .choice("cache.store", \.cache.store),
        .checkedText("cache.url", \.cache.url, RedisURL.form) { RedisURL($0) != nil },
        .text("cache.password_file", \.cache.passwordFile, "a file of mode 0600; empty for no password"),
        .checkedText(
            "cache.server_name", \.cache.serverName,
            "letters, digits, “.”, “_” and “-”, \(RedisCacheConfiguration.serverNameCharactersMax) at most; empty for this machine's name"
        ) { $0.isEmpty || RedisCacheConfiguration.isServerName($0) },
        .seconds("cache.lifetime_seconds", \.cache.lifetime, 10...3_600),
        .integer(
            "cache.connect_timeout_milliseconds", \.cache.connectTimeout.inMilliseconds, 10...10_000, "milliseconds"),
        .integer(
            "cache.command_timeout_milliseconds", \.cache.commandTimeout.inMilliseconds, 10...10_000, "milliseconds"),
        .integer("cache.queue_max", \.cache.queueMax, 100...1_000_000, "keys"),
    ]
}
