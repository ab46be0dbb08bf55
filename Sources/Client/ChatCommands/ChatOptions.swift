/// What every chat command takes, as written; ``ChatRunner`` checks it.
public struct ChatOptions: Sendable {
    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT`; nil for the stored account's.
    public var server: String?
    /// Nil for the stored account's.
    public var user: String?
    /// Its first line is the password.
    public var passwordFile: String?
    public var fingerprint: String?
    public var isPlaintext = false
    /// Protocol fields, one object a line, instead of text for people.
    public var isJSON = false
    /// Requests that a limit refuses are made again when it says so.
    public var waitsForLimits = true
    /// For one request with all its retries.
    public var timeoutSeconds: Double = 60
    /// HOME, XDG_CONFIG_HOME, XDG_DATA_HOME, USER, ROOMTONE_PASSWORD, ROOMTONE_NEW_PASSWORD and ROOMTONE_ROOM_PASSWORD are
    /// looked at.
    public var environment: [String: String]

    public init(environment: [String: String]) { self.environment = environment }

    /// Longest `--timeout`: a day.
    public static let timeoutSecondsMax = 86_400.0
}
