import ControlServer
import Credentials
import Logging
import Operations
public import Rooms
import ServiceLifecycle
import UnixSignals
import VoiceRelay

/// A server that serves. Any task may ask it.
public final class RunningDaemon: Sendable {
    /// TCP and UDP port, as bound.
    public let controlPort: UInt16
    public let voicePort: UInt16
    /// TCP port of metrics and health; nil where they are switched off.
    public let operationsPort: UInt16?
    /// SHA-256 of the certificate: upper-case hexadecimal in pairs with colons between.
    public let certificateFingerprint: String
    /// What makes an account the owner, once; nil when there is an owner.
    public let ownershipToken: String?
    /// What to tell people, in several lines.
    public let joinInstructions: String
    /// What the control side counted.
    public let counters: ControlCounters
    private let group: ServiceGroup
    private let running: Task<Void, Never>
    private let drainer: Drain
    private let obeying: Task<Void, Never>?
    private let reloader: Reloader?

    init(
        _ parts: Daemon.Parts, identity: ServerIdentity, configuration: DaemonConfiguration, dataDirectory: String,
        source: ConfigurationSource?, signals: UnixSignalsSequence?, loggers: LoggerFactory
    ) {
        let logger = loggers(.daemon)
        controlPort = parts.server.port
        voicePort = parts.relay.port
        certificateFingerprint = identity.fingerprint
        counters = parts.server.counters
        operationsPort = parts.operations?.port
        ownershipToken = parts.ownershipToken?.hexadecimal
        joinInstructions =
            JoinInstructions(
                listeningHost: configuration.control.host, controlPort: parts.server.port, voicePort: parts.relay.port,
                fingerprint: identity.fingerprint, dataDirectory: dataDirectory,
                ownershipToken: parts.ownershipToken?.hexadecimal,
                operations: parts.operations.map { "\(configuration.operations.host):\($0.port)" }
            ).text
        let services = Self.services(of: parts, configuration, loggers)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    // A listener that ends by itself ends the program in good order.
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                }, logger: logger))
        self.group = group
        let running = Task {
            do {
                try await group.run()
            } catch {
                logger.error("the server ended", metadata: ["cause": "\(error)"])
            }
        }
        self.running = running
        let drainer = Drain(
            directory: parts.directory, cache: parts.cache, readiness: parts.readiness,
            limit: parts.limits.drainTime, logger: logger)
        self.drainer = drainer
        let reloader = source.map {
            Reloader(
                $0, settings: parts.settings, dataDirectory: dataDirectory, server: parts.server, logger: logger)
        }
        self.reloader = reloader
        guard let signals else {
            obeying = nil
            return
        }
        let deeds = DaemonSignals(
            drain: {
                await drainer.run()
                await group.triggerGracefulShutdown()
            }, stop: { await group.triggerGracefulShutdown() }, reload: { _ = try? await reloader?.reload() })
        obeying = Task { await deeds.run(signals) }
    }

    /// Stopped from the last to the first: nobody may use what has ended.
    private static func services(
        of parts: Daemon.Parts, _ configuration: DaemonConfiguration, _ loggers: LoggerFactory
    ) -> [any Service] {
        // Whoever watches sees the others end, so the listener for that goes before the store alone.
        let watching: [any Service] = parts.operations.map { [$0] } ?? []
        return [
            StoreService(
                store: parts.store, search: parts.search, hasher: parts.hasher, directory: parts.directory,
                lock: parts.lock, logger: loggers(.daemon))
        ] + watching + [
            CleaningService(store: parts.store, logger: loggers(.daemon)),
            RecordingService(
                recordings: parts.recordings, log: parts.voiceLog, directory: parts.directory,
                retention: VoiceRetentionJob(
                    store: parts.store, directory: parts.directory, recordings: parts.recordings,
                    voiceLogDays: configuration.voiceLogDays, interval: configuration.voiceRetentionInterval,
                    counters: parts.server.counters, logger: loggers(.rooms)), logger: loggers(.rooms)),
            CacheService(cache: parts.cache, logger: loggers(.cache)),
            VoiceService(
                relay: parts.relay, mixer: parts.mixer, directory: parts.directory, access: parts.access,
                changes: parts.limits.voiceChanges, logger: loggers(.voice)),
            ControlService(server: parts.server, readiness: parts.readiness, logger: loggers(.control)),
        ]
    }

    /// Returns when the server has ended, by a signal, ``drain()`` or ``stop()``.
    public func wait() async {
        await running.value
        obeying?.cancel()
    }

    /// Reads the configuration again: limits, log levels and certificate hold at once and for everybody, and nobody is dropped.
    /// - Throws: what is wrong with it, in one line; nothing has changed then. Also for a server that was not started from a
    ///   configuration that can be read again.
    public func reload() async throws(DaemonError) -> ReloadOutcome {
        guard let reloader else { throw DaemonError("there is no configuration to read again") }
        return try await reloader.reload()
    }

    /// Tells everybody when the server will close, lets nobody new in, and closes it when nobody is in voice any more, at the
    /// latest after `drain_seconds` or when the task is cancelled.
    public func drain() async {
        await drainer.run()
        await stop()
    }

    /// Tells every client, ends every session, closes the database; returns when all is done.
    public func stop() async {
        await group.triggerGracefulShutdown()
        await running.value
    }
}
