import ChatStore
import ControlServer
import Credentials
import Foundation
import Logging
import MessageSearch
import Rooms
import ServiceLifecycle
import VoiceRelay

/// Holds the database open until everything that uses it has ended.
struct StoreService: Service {
    let store: ChatStore
    let search: MessageSearch
    let hasher: PasswordHasher
    let directory: RoomDirectory
    let logger: Logger

    func run() async {
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

/// Runs the relay and hands what it notices to the rooms.
struct VoiceService: Service {
    let relay: VoiceRelay
    let directory: RoomDirectory
    let logger: Logger

    func run() async {
        async let dispatching: Void = directory.dispatchVoiceEvents()
        try? await gracefulShutdown()
        let counters = relay.counters()
        await relay.stop()
        await dispatching
        let happened = RelayCounter.allCases.filter { counters[$0] > 0 }
        logger.info(
            "voice ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }
}

/// Accepts control connections until told to stop, then waits for the last to end.
struct ControlService: Service {
    let server: ControlServer
    let logger: Logger

    func run() async {
        await withTaskCancellationOrGracefulShutdownHandler {
            await server.run()
        } onCancelOrGracefulShutdown: {
            server.shutDown()
        }
        let counters = server.counters
        let happened = ControlEvent.allCases.filter { counters[$0] > 0 }
        logger.info(
            "control ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }
}
