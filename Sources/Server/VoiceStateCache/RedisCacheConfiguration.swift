/// How the state of voice is kept in Redis.
public struct RedisCacheConfiguration: Sendable, Equatable {
    public var url: RedisURL
    /// Empty for none. Never logged.
    public var password = ""
    /// This server's name among those that share the Redis: letters, digits, `.`, `_` and `-`.
    public var serverName: String
    /// After which Redis forgets what this server no longer refreshes; it refreshes at a third of it.
    public var lifetime: Duration = .seconds(60)
    public var connectTimeout: Duration = .seconds(1)
    /// For each answer; a whole batch has ``RedisConnection/batchTimeouts`` of it.
    public var commandTimeout: Duration = .milliseconds(500)
    /// Keys that may wait to be written.
    public var queueMax = 10_000

    public init(url: RedisURL, serverName: String) {
        self.url = url
        self.serverName = serverName
    }

    public static let serverNameCharactersMax = 64

    public static func isServerName(_ text: String) -> Bool {
        (1...serverNameCharactersMax).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }

    /// What a new connection says first.
    var greeting: [RedisCommand] {
        var commands: [RedisCommand] = []
        if !password.isEmpty {
            commands.append(RedisCommand(words: ["AUTH"] + (url.user.isEmpty ? [] : [url.user]) + [password]))
        }
        if url.database != 0 { commands.append(RedisCommand("SELECT", String(url.database))) }
        return commands
    }
}
