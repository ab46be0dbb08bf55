import ChatStore
import ControlServer
import Credentials
import Logging
import Rooms
import ServiceLifecycle
import VoiceRelay

/// Holds the database open until everything that uses it has ended.
struct StoreService: Service {
    let store: ChatStore
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
        do {
            try await store.close()
        } catch {
            logger.warning("the database was not closed", metadata: ["cause": "\(error)"])
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
