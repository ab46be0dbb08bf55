import LockFree
import Synchronization

/// What the engine's thread and its callers share; all of it may be used by any thread.
final class EngineShared: Sendable {
    let commands: CommandRing
    let events: AsyncStream<VoiceEngineEvent>.Continuation
    let statistics = Mutex(VoiceStatisticsRecord())
    let isStopping = Atomic<Bool>(false)

    init(events: AsyncStream<VoiceEngineEvent>.Continuation) throws(EventSignal.DescriptorError) {
        self.events = events
        commands = try CommandRing()
    }
}
