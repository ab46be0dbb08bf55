/// Where Redis is: `redis://[user@]host[:port][/database]`, or `unix:///path/to/socket[?db=database]`. Pure.
public struct RedisURL: Equatable, Sendable, CustomStringConvertible {
    public enum Place: Equatable, Sendable {
        case tcp(host: String, port: UInt16)
        case unix(path: String)
    }

    public let place: Place
    /// Of Redis's access lists; empty for the default user.
    public let user: String
    public let database: Int

    public static let portDefault: UInt16 = 6_379
    public static let databaseMax = 65_535
    /// What a person reads who wrote something else.
    public static let form =
        "redis://[user@]host[:port][/database] or unix:///path[?db=database], without a password"

    /// Nil for anything of another form; also for a password, which has no place in a configuration.
    public init?(_ text: String) {
        if text.hasPrefix("redis://") {
            self.init(authority: text.dropFirst("redis://".count))
        } else if text.hasPrefix("unix:///") {
            self.init(socket: text.dropFirst("unix://".count))
        } else {
            return nil
        }
    }

    private init?(authority text: Substring) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard var address = parts.first, let database = Self.database(parts.count > 1 ? parts[1] : "") else {
            return nil
        }
        self.database = database
        if let at = address.lastIndex(of: "@") {
            user = String(address[..<at])
            guard !user.isEmpty, !user.contains(":") else { return nil }
            address = address[address.index(after: at)...]
        } else {
            user = ""
        }
        var port: Substring = ""
        if address.hasPrefix("[") {
            guard let close = address.firstIndex(of: "]") else { return nil }
            let rest = address[address.index(after: close)...]
            guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
            port = rest.dropFirst()
            address = address[..<close].dropFirst()
        } else if let colon = address.firstIndex(of: ":") {
            port = address[address.index(after: colon)...]
            guard !port.isEmpty, !port.contains(":") else { return nil }
            address = address[..<colon]
        }
        let number = port.isEmpty ? Self.portDefault : UInt16(port) ?? 0
        guard number > 0, !address.isEmpty, !address.contains(where: { $0.isWhitespace || $0 == "?" }) else {
            return nil
        }
        place = .tcp(host: String(address), port: number)
    }

    private init?(socket text: Substring) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.count > 1 else { return nil }
        var database = 0
        if parts.count > 1 {
            guard parts[1].hasPrefix("db="), let number = Self.database(parts[1].dropFirst(3)) else { return nil }
            database = number
        }
        place = .unix(path: String(path))
        user = ""
        self.database = database
    }

    private static func database(_ text: Substring) -> Int? {
        if text.isEmpty { return 0 }
        guard let number = Int(text), (0...databaseMax).contains(number) else { return nil }
        return number
    }

    /// In the form it was written, for logs.
    public var description: String {
        switch place {
        case .tcp(let host, let port):
            let name = host.contains(":") ? "[\(host)]" : host
            return "redis://\(user.isEmpty ? "" : user + "@")\(name):\(port)/\(database)"
        case .unix(let path): return "unix://\(path)?db=\(database)"
        }
    }
}
