import ControlServer
import Credentials
import Logging
public import Rooms
import ServiceLifecycle
import UnixSignals
import VoiceRelay

/// A server that serves. Any task may ask it.
public final class RunningDaemon: Sendable {
    /// TCP and UDP port, as bound.
    public let controlPort: UInt16
    public let voicePort: UInt16
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

    init(
        _ parts: Daemon.Parts, identity: ServerIdentity, configuration: DaemonConfiguration, dataDirectory: String,
        signals: [UnixSignal], logger: Logger
    ) {
        controlPort = parts.server.port
        voicePort = parts.relay.port
        certificateFingerprint = identity.fingerprint
        counters = parts.server.counters
        ownershipToken = parts.ownershipToken?.hexadecimal
        joinInstructions =
            JoinInstructions(
                listeningHost: configuration.control.host, controlPort: parts.server.port, voicePort: parts.relay.port,
                fingerprint: identity.fingerprint, dataDirectory: dataDirectory,
                ownershipToken: parts.ownershipToken?.hexadecimal
            ).text
        // Stopped from the last to the first: nobody may use what has ended.
        let services: [any Service] = [
            StoreService(
                store: parts.store, search: parts.search, hasher: parts.hasher, directory: parts.directory,
                logger: logger),
            CleaningService(store: parts.store, logger: logger),
            RecordingService(
                recordings: parts.recordings, log: parts.voiceLog, directory: parts.directory,
                retention: VoiceRetentionJob(
                    store: parts.store, directory: parts.directory, recordings: parts.recordings,
                    voiceLogDays: configuration.voiceLogDays, interval: configuration.voiceRetentionInterval,
                    counters: parts.server.counters, logger: logger), logger: logger),
            VoiceService(relay: parts.relay, mixer: parts.mixer, directory: parts.directory, logger: logger),
            ControlService(server: parts.server, logger: logger),
        ]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map {
                    // A listener that ends by itself ends the program in good order.
                    .init(service: $0, successTerminationBehavior: .gracefullyShutdownGroup)
                }, gracefulShutdownSignals: signals, logger: logger))
        self.group = group
        running = Task {
            do {
                try await group.run()
            } catch {
                logger.error("the server ended", metadata: ["cause": "\(error)"])
            }
        }
    }

    /// Returns when the server has ended, by a signal or by ``stop()``.
    public func wait() async { await running.value }

    /// Tells every client, ends every session, closes the database; returns when all is done.
    public func stop() async {
        await group.triggerGracefulShutdown()
        await running.value
    }
}
