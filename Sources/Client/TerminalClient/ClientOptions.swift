/// What a person asked the client for, as written; ``ClientRun`` checks it.
public struct ClientOptions: Sendable {
    /// `HOST`, `HOST:PORT`, `[IPV6]:PORT`; nil for the stored account's.
    public var server: String?
    /// Nil for the stored account's.
    public var user: String?
    /// Name or number of the room to go to first.
    public var room: String?
    /// Its first line is the password.
    public var passwordFile: String?
    /// Lines instead of a screen.
    public var isPlain = false
    /// ALSA device or WAV file, in place of what the settings say.
    public var input: String?
    public var output: String?
    /// The settings' file; nil for the usual one.
    public var settingsFile: String?
    public var fingerprint: String?
    public var isPlaintext = false
    /// HOME, USER, XDG_CONFIG_HOME, XDG_DATA_HOME, ROOMTONE_PASSWORD, NO_COLOR, TERM and COLORTERM are looked at.
    public var environment: [String: String]

    public init(environment: [String: String]) { self.environment = environment }
}
