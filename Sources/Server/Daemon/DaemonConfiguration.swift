public import ControlServer
public import Credentials
public import Logging
public import MessageSearch
public import Operations
public import Recordings
public import Rooms
public import VoiceMixer
public import VoiceRelay

/// Everything that can be set. ``DaemonSettings`` names each value for the file, the environment and the command line.
public struct DaemonConfiguration: Sendable {
    /// Where database, certificate and key live; empty means the user's data directory (``DataDirectory``).
    public var dataDirectory = ""
    public var logLevel = Logger.Level.info
    /// Where they differ from ``logLevel``.
    public var logLevels: [LogModule: Logger.Level] = [:]
    public var logFormat = LogFormat.text
    /// How long a server that is told to close waits for people in voice.
    public var drainTime = Duration.seconds(30)
    public var control = ControlServerConfiguration()
    public var certificate = CertificateSource()
    public var voice = VoiceRelayConfiguration()
    /// Relay threads; 0 means one for two processors.
    public var voiceThreads = 0
    /// With 0 threads no room is mixed.
    public var mixing = VoiceMixerConfiguration()
    public var rooms = RoomsLimits()
    public var text = TextLimits()
    public var search = SearchConfiguration()
    public var attempts = AttemptLimits()
    public var hashing = PasswordHasher.Configuration()
    public var recordings = RecordingsConfiguration()
    /// Days that the voice log is kept; 0: for ever.
    public var voiceLogDays = 90
    /// Between two looks for recordings and rows of the voice log that are past their time.
    public var voiceRetentionInterval: Duration = .seconds(3_600)
    public var cache = CacheSettings()
    public var operations = OperationsConfiguration()

    public init() {}
}

/// Where the server's certificate comes from.
public struct CertificateSource: Sendable, Equatable {
    /// PEM files of a certificate chain and its key; both empty: one is made in the data directory.
    public var certificateFile = ""
    public var keyFile = ""
    /// DNS names for a certificate that is made, besides `localhost` and the machine's own.
    public var names: [String] = []

    public init() {}
}
