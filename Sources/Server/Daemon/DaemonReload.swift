import ControlServer
import Logging
import Rooms
import VoiceRelay

/// Where a configuration was read from, to read it again.
public struct ConfigurationSource: Sendable {
    let file: String?
    let environment: [String: String]
    let flags: [ConfigurationFlag]

    public init(file: String?, environment: [String: String], flags: [ConfigurationFlag]) {
        self.file = file
        self.environment = environment
        self.flags = flags
    }

    func load() throws(ConfigurationError) -> DaemonConfiguration {
        try DaemonConfiguration.load(file: file, environment: environment, flags: flags)
    }
}

/// What came of reading the configuration again.
public struct ReloadOutcome: Equatable, Sendable {
    /// Keys whose new values hold now.
    public var changed: [String] = []
    /// Keys whose new values hold after the next start.
    public var needsRestart: [String] = []
    /// Of the certificate that new connections are shown.
    public var certificateFingerprint = ""

    public init() {}
}

/// The limits that those who keep them look up each time.
struct LiveLimits: Sendable {
    let rooms: Live<RoomsLimits>
    let text: Live<TextLimits>
    let attempts: Live<AttemptLimits>
    let control: Live<ControlServerConfiguration>
    let drainTime: Live<Duration>
    /// What came last, for who brings it to the relay and the rooms.
    let voiceChanges: AsyncStream<VoiceRelayConfiguration>
    private let voiceChanged: AsyncStream<VoiceRelayConfiguration>.Continuation

    init(_ configuration: DaemonConfiguration) {
        rooms = Live(configuration.rooms)
        text = Live(configuration.text)
        attempts = Live(configuration.attempts)
        control = Live(configuration.control)
        drainTime = Live(configuration.drainTime)
        (voiceChanges, voiceChanged) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func apply(_ configuration: DaemonConfiguration) {
        rooms.set(configuration.rooms)
        text.set(configuration.text)
        attempts.set(configuration.attempts)
        control.set(configuration.control)
        drainTime.set(configuration.drainTime)
        voiceChanged.yield(configuration.voice)
    }
}

/// Reads the configuration again while the server runs: nobody is dropped, and a wrong file changes nothing.
actor Reloader {
    private let source: ConfigurationSource
    private let dataDirectory: String
    private let settings: RunningSettings
    private let server: ControlServer
    private let logger: Logger
    /// The data directory's own identity has been served.
    private var hasServedOwn: Bool

    init(
        _ source: ConfigurationSource, settings: RunningSettings, dataDirectory: String, server: ControlServer,
        logger: Logger
    ) {
        self.source = source
        self.settings = settings
        self.dataDirectory = dataDirectory
        self.server = server
        self.logger = logger
        hasServedOwn = settings.certificate.certificateFile.isEmpty
    }

    func reload() throws(DaemonError) -> ReloadOutcome {
        do {
            let wanted = try source.load()
            let isFirst = !hasServedOwn
            var fingerprint = ""
            var outcome = try settings.take(wanted) { merged in
                let identity = try ServerIdentity.load(
                    merged.certificate, directory: dataDirectory, isFirst: isFirst)
                server.serve(identity)
                fingerprint = identity.fingerprint
            }
            outcome.certificateFingerprint = fingerprint
            hasServedOwn = hasServedOwn || settings.certificate.certificateFile.isEmpty
            tell(outcome)
            return outcome
        } catch {
            logger.error(
                "the configuration was read again and cannot be used: nothing has changed",
                metadata: ["cause": "\(error)"])
            throw DaemonError("\(error)")
        }
    }

    /// What may change while the server runs, changed; and the names of what was.
    static func merge(
        _ wanted: DaemonConfiguration, over current: DaemonConfiguration
    ) -> (DaemonConfiguration, ReloadOutcome) {
        var (merged, outcome) = (current, ReloadOutcome())
        for setting in DaemonSettings.all where setting.write(wanted) != setting.write(current) {
            if setting.isLive, setting.read(setting.write(wanted), &merged) {
                outcome.changed.append(setting.key)
            } else {
                outcome.needsRestart.append(setting.key)
            }
        }
        return (merged, outcome)
    }

    private func tell(_ outcome: ReloadOutcome) {
        logger.notice(
            "the configuration was read again",
            metadata: [
                "changed": "\(outcome.changed.joined(separator: ", "))",
                "certificate": "\(outcome.certificateFingerprint)",
            ])
        guard !outcome.needsRestart.isEmpty else { return }
        logger.warning(
            "some of it holds after the next start only",
            metadata: ["keys": "\(outcome.needsRestart.joined(separator: ", "))"])
    }
}

extension Setting {
    /// Whether a new value holds without a restart.
    var isLive: Bool { Self.live.contains { key.hasPrefix($0) } && !Self.liveExceptions.contains { key.hasPrefix($0) } }

    private static let live = [
        "log_level", "drain_seconds", "control.", "tls.certificate_file", "tls.key_file", "accounts.", "sessions.",
        "rooms.",
        "text.", "voice.loudest_talkers", "voice.keepalive_seconds", "voice.datagrams_per_second_max",
        "voice.bytes_per_second",
    ]
    /// Sockets that are bound, threads and queues that are made, memory that rooms have taken.
    private static let liveExceptions = [
        "control.host", "control.port", "control.voice_tunnels_max", "accounts.hash_", "accounts.hashes_at_once_max",
        "accounts.hashes_waiting_max", "text.history_cached",
    ]
}
