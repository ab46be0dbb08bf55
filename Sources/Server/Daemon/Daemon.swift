import ChatStore
import ControlServer
import CoreMetrics
import Credentials
import Foundation
import Glibc
import Logging
import MessageSearch
import Operations
import Recordings
import Rooms
import ServiceLifecycle
public import UnixSignals
import VoiceMixer
import VoiceRelay
import VoiceStateCache

/// Puts the server together: store, hashing, relay, rooms, control listener.
public enum Daemon {
    /// Starts a server in this process; it serves when this returns.
    ///
    /// Ports 0 and a directory of its own make as many servers as wanted. Whatever was started before a
    /// failure is stopped again.
    /// - Parameters:
    ///   - signals: what drains, stops and reloads it (``DaemonSignals``); nil for nothing.
    ///   - source: what is read again at a reload; nil where there is nothing to read.
    ///   - loggers: makes each module's.
    ///   - registry: what libraries count into, if it is this process's.
    public static func start(
        _ configuration: DaemonConfiguration, signals: UnixSignalsSequence? = nil,
        source: ConfigurationSource? = nil, loggers: @escaping LoggerFactory = LogModule.logger,
        registry: MetricsRegistry = MetricsRegistry()
    ) async throws(DaemonError) -> RunningDaemon {
        let logger = loggers(.daemon)
        // Before anything opens a database.
        MessageSearch.prepareProcess()
        let path = try DataDirectory.resolve(
            configuration.dataDirectory, environment: ProcessInfo.processInfo.environment)
        try DataDirectory.prepare(path)
        let lock = try DataDirectoryLock(path)
        let filesMax = FileDescriptorLimit.raise()
        if filesMax < UInt64(configuration.control.connectionsMax) {
            logger.warning(
                "fewer files may be open than control.connections_max asks for", metadata: ["files": "\(filesMax)"])
        }
        let identity = try ServerIdentity.load(configuration.certificate, directory: path)
        var voice = configuration.voice
        if configuration.voiceThreads > 0 { voice.threadCount = configuration.voiceThreads }
        let mixer = try makeMixer(configuration.mixing)
        let relay: VoiceRelay
        let recorderTap: FrameTap
        do {
            recorderTap = try FrameTap()
            relay = try VoiceRelay(voice, mixerTap: mixer?.tap, recorderTap: recorderTap)
        } catch {
            let isUnbound = (error as? VoiceRelayError)?.code == .bindFailed
            throw DaemonError("\(error)" + (isUnbound ? " (voice.host, voice.port; --host, --voice-port)" : ""))
        }
        if relay.isReceiveBufferShort {
            logger.notice(
                """
                the kernel gives voice small buffers: when hundreds talk, frames may be lost; \
                sysctl -w net.core.rmem_max=4194304 net.core.wmem_max=4194304 gives it more
                """)
        }
        do {
            let parts = try await assemble(
                configuration, voice, relay, mixer, recorderTap, identity, directory: path, lock, loggers,
                registry)
            let running = RunningDaemon(
                parts, identity: identity, configuration: configuration, dataDirectory: path,
                source: source, signals: signals, loggers: loggers)
            return running
        } catch {
            await mixer?.stop()
            await relay.stop()
            throw error
        }
    }

    /// Nil where the configuration has no thread for it.
    private static func makeMixer(_ configuration: VoiceMixerConfiguration) throws(DaemonError) -> VoiceMixer? {
        guard configuration.threadCount > 0 else { return nil }
        do { return try VoiceMixer(configuration) } catch { throw DaemonError("\(error)") }
    }

    /// The program: reads the configuration, serves until a signal, and says how to join.
    /// - Returns: the exit status. What went wrong is one line on standard error.
    public static func run(configurationFile: String?, flags: [ConfigurationFlag]) async -> Int32 {
        // Whatever this process writes is its owner's alone, from the moment it exists.
        umask(0o077)
        do {
            let source = ConfigurationSource(
                file: configurationFile, environment: ProcessInfo.processInfo.environment, flags: flags)
            let configuration = try source.load()
            LogLevels.shared.set(general: configuration.logLevel, modules: configuration.logLevels)
            LoggingSystem.bootstrap { DaemonLogHandler(label: $0, format: configuration.logFormat) }
            // From here on they end nobody by surprise; what comes during the start is heeded after it.
            let signals = await DaemonSignals.trap()
            let registry = MetricsRegistry()
            MetricsSystem.bootstrap(registry)
            let running = try await start(configuration, signals: signals, source: source, registry: registry)
            UnknownVariables(in: source.environment)?.log(LogModule.logger(.daemon))
            print(running.joinInstructions)
            // Whoever reads through a pipe waits for this.
            fflush(nil)
            await running.wait()
            return 0
        } catch {
            StandardError.shared.write("roomtoned: \(error)\n")
            return 1
        }
    }

    /// What ``RunningDaemon`` runs.
    struct Parts {
        let store: ChatStore
        let search: MessageSearch
        let hasher: PasswordHasher
        let directory: RoomDirectory
        let relay: VoiceRelay
        let mixer: VoiceMixer?
        let access: VoiceAccess
        let recordings: RecordingArchive
        let voiceLog: VoiceLogQueue
        let server: ControlServer
        let cache: any VoiceStateCache
        let limits: LiveLimits
        let settings: RunningSettings
        let lock: DataDirectoryLock
        let readiness: Readiness
        /// Nil where it is switched off.
        let operations: OperationsServer?
        /// Makes its holder the owner; nil when there is one.
        let ownershipToken: SecretToken?
    }

    /// What was started, so that a failure further on leaves nothing behind.
    private struct Started {
        var store: ChatStore?
        var search: MessageSearch?
        var hasher: PasswordHasher?
        var directory: RoomDirectory?
        var recordings: RecordingArchive?
        var cache: (any VoiceStateCache)?
        var operations: OperationsServer?

        func stop() async {
            await operations?.stop()
            await cache?.stop()
            hasher?.stop()
            await recordings?.stop()
            await directory?.flush()
            await search?.close()
            // What is told is why the server did not start.
            try? await store?.close()
        }
    }

    private static func assemble(
        _ configuration: DaemonConfiguration, _ voice: VoiceRelayConfiguration, _ relay: VoiceRelay,
        _ mixer: VoiceMixer?, _ recorderTap: FrameTap, _ identity: ServerIdentity, directory path: String,
        _ lock: DataDirectoryLock, _ loggers: LoggerFactory, _ registry: MetricsRegistry
    ) async throws(DaemonError) -> Parts {
        let counters = ControlCounters()
        let limits = LiveLimits(configuration)
        let settings = RunningSettings(configuration, limits)
        var started = Started()
        do {
            let cache = try configuration.cache.makeCache(logger: loggers(.cache))
            started.cache = cache
            let store = try await ChatStore.open(path: path + "/" + DataDirectory.databaseFile)
            started.store = store
            let search = try await MessageSearch.open(
                path: path + "/" + DataDirectory.searchFile, store: store, configuration: configuration.search,
                nameKey: { (try? RoomName($0))?.key }, logger: loggers(.search))
            started.search = search
            let recordings = try RecordingArchive.open(
                directory: path + "/" + DataDirectory.recordingsFolder, tap: recorderTap,
                configuration: configuration.recordings)
            started.recordings = recordings
            let voiceLog = VoiceLogQueue(store: store, counters: counters, logger: loggers(.rooms))
            let access = VoiceAccess(
                relay: relay, mixer: mixer, configuration: voice, recordings: recordings, log: voiceLog,
                cache: cache)
            let hasher = try PasswordHasher(configuration.hashing)
            started.hasher = hasher
            let text = TextChat(
                store: store, search: search, limits: limits.text, counters: counters, logger: loggers(.rooms))
            let directory = try await RoomDirectory.load(
                store: store, voice: access, text: text, limits: limits.rooms, counters: counters,
                logger: loggers(.rooms))
            started.directory = directory
            let accounts = Accounts(
                store: store, hasher: hasher, limits: limits.rooms, attempts: limits.attempts,
                counters: counters)
            let services = MemberSession.Services(
                directory: directory, accounts: accounts, voice: access, text: text, limits: limits.rooms,
                counters: counters, tunnels: tunnels(configuration.control, voice, relay),
                maintenance: Maintenance(store: store, dataDirectory: path),
                settings: settings)
            let token = SecretToken()
            let isUnowned = try await store.setOwnerTokenHash(token.hash)
            try recordings.start()
            try relay.start()
            try mixer?.start(delivering: relay)
            let server = try await ControlServer.bind(
                limits.control, identity: identity, services: services, logger: loggers(.control))
            let readiness = Readiness()
            let watched = ServerParts(services: services, relay: relay, store: store, search: search)
            if configuration.operations.isEnabled {
                started.operations = try await OperationsServer.start(
                    configuration.operations, parts: watched, readiness: readiness, registry: registry,
                    sources: [PartsMetrics(cache: cache, mixer: mixer, recordings: recordings)],
                    logger: loggers(.operations))
            }
            readiness.add(of: watched, listener: server)
            return Parts(
                store: store, search: search, hasher: hasher, directory: directory, relay: relay, mixer: mixer,
                access: access, recordings: recordings, voiceLog: voiceLog, server: server, cache: cache,
                limits: limits,
                settings: settings, lock: lock,
                readiness: readiness, operations: started.operations, ownershipToken: isUnowned ? token : nil)
        } catch {
            await started.stop()
            let step = error is PasswordHasherError ? "password hashing cannot be set up: " : ""
            throw DaemonError("\(step)\(error)")
        }
    }

    private static func tunnels(
        _ configuration: ControlServerConfiguration, _ voice: VoiceRelayConfiguration, _ relay: VoiceRelay
    ) -> VoiceTunnels? {
        guard configuration.tunnelsMax > 0 else { return nil }
        return VoiceTunnels(countMax: configuration.tunnelsMax) { receive in
            try await RelayTunnel.open(host: voice.host, port: relay.port, receive: receive)
        }
    }
}

extension ServerIdentity {
    /// The one that the configuration names, or the data directory's own.
    /// - Parameter isFirst: whether the data directory's own is made if there is none. Not where it was served before: should its files be
    ///   gone, another one would be refused by everybody who has been here.
    static func load(
        _ source: CertificateSource, directory: String, isFirst: Bool = true
    ) throws(DaemonError) -> ServerIdentity {
        do {
            if source.certificateFile.isEmpty {
                return try isFirst
                    ? loadOrCreate(directory: directory, names: source.names) : loadOwn(directory: directory)
            }
            return try load(certificatePath: source.certificateFile, keyPath: source.keyFile)
        } catch {
            throw DaemonError(error.description)
        }
    }
}
