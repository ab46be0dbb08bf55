import ChatStore
import ControlServer
import Credentials
import Foundation
import Logging
import MessageSearch
import Operations
import Rooms
import ServiceLifecycle
import VoiceMixer
import VoiceRelay

/// Holds the database open until everything that uses it has ended.
struct StoreService: Service {
    let store: ChatStore
    let search: MessageSearch
    let hasher: PasswordHasher
    let directory: RoomDirectory
    /// Kept until the database is closed.
    let lock: DataDirectoryLock
    let logger: Logger

    func run() async {
        defer { lock.release() }
        try? await gracefulShutdown()
        let hashes = hasher.counters()
        logger.info(
            "hashing ended",
            metadata: [
                "finished": "\(hashes.finished)", "refusedBusy": "\(hashes.refusedBusy)",
                "runningPeak": "\(hashes.runningPeak)",
            ])
        hasher.stop()
        await directory.flush()
        // The index reads from the store until its end.
        await search.close()
        do {
            try await store.close()
        } catch {
            logger.warning("the database was not closed", metadata: ["cause": "\(error)"])
        }
    }
}

/// Takes what has run out (bans, invitations, restraints) out of the database from time to time.
struct CleaningService: Service {
    static let interval = Duration.seconds(3_600)

    let store: ChatStore
    let logger: Logger

    func run() async {
        await cancelWhenGracefulShutdown {
            while !Task.isCancelled {
                do throws(ChatStoreError) {
                    try await store.purgeExpired(at: Date())
                } catch {
                    if error.code == .cancelled { return }
                    logger.warning("what has run out was not deleted", metadata: ["cause": "\(error)"])
                }
                try? await Task.sleep(for: Self.interval)
            }
        }
    }
}

/// Runs the relay, and the mixer where there is one, and hands what the relay notices to the rooms.
struct VoiceService: Service {
    let relay: VoiceRelay
    let mixer: VoiceMixer?
    let directory: RoomDirectory
    let access: VoiceAccess
    /// Of a server that runs.
    let changes: AsyncStream<VoiceRelayConfiguration>
    let logger: Logger

    func run() async {
        async let dispatching: Void = directory.dispatchVoiceEvents()
        await cancelWhenGracefulShutdown {
            for await configuration in changes { await access.apply(configuration) }
        }
        try? await gracefulShutdown()
        await stopMixer()
        let counters = relay.counters()
        await relay.stop()
        await dispatching
        let happened = RelayCounter.allCases.filter { counters[$0] > 0 }
        logger.info(
            "voice ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }

    /// Before the relay that it delivers to.
    private func stopMixer() async {
        guard let mixer else { return }
        await mixer.stop()
        let counters = mixer.counters()
        let happened = VoiceMixerCounter.allCases.filter { !$0.isGauge && counters[$0] > 0 }
        guard counters[.ticks] > 0 else { return }
        logger.info(
            "mixing ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }
}

/// Accepts control connections until told to stop, then waits for the last to end.
struct ControlService: Service {
    let server: ControlServer
    let readiness: Readiness
    let logger: Logger

    func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            await server.run()
        } onCancelOrGracefulShutdown: {
            readiness.beginDraining()
            server.shutDown()
        }
        let counters = server.counters
        let happened = ControlEvent.allCases.filter { counters[$0] > 0 }
        logger.info(
            "control ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }
}
