import Logging
import Operations
import Rooms
import VoiceStateCache

/// Closes the server in good order: says when, lets nobody new in, and waits while people talk. A message that was
/// acknowledged is on the disk already; nothing here can lose one.
struct Drain: Sendable {
    /// Between two looks at who is still in voice.
    static let interval = Duration.milliseconds(100)

    let directory: RoomDirectory
    let cache: any VoiceStateCache
    let readiness: Readiness
    /// How long it waits for people in voice.
    let limit: Live<Duration>
    let logger: Logger

    /// Returns when nobody is in voice, the limit has passed or the task is cancelled.
    func run() async {
        readiness.beginDraining()
        let limit = limit.value
        let end = ContinuousClock.now + limit
        await directory.announceClosing(in: limit)
        guard inVoiceCount > 0, limit > .zero else { return }
        logger.notice(
            "waiting until nobody is in voice, but no longer than the limit; another signal ends the wait",
            metadata: ["inVoice": "\(inVoiceCount)", "limitSeconds": "\(limit.components.seconds)"])
        while inVoiceCount > 0, ContinuousClock.now < end {
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }
        }
        logger.notice("closing", metadata: ["inVoice": "\(inVoiceCount)"])
    }

    private var inVoiceCount: Int { cache.figures.sessions }
}
