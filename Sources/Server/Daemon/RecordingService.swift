import Logging
import Recordings
import Rooms
import ServiceLifecycle

/// Carries what the recorder says to the rooms, has mixes made, writes the voice log, and deletes what is past its time. Ends after the last
/// member has left and the relay has stopped.
struct RecordingService: Service {
    let recordings: RecordingArchive
    let log: VoiceLogQueue
    let directory: RoomDirectory
    let retention: VoiceRetentionJob
    let logger: Logger

    func run() async {
        async let telling: Void = tell()
        async let writing: Void = log.run()
        async let deleting: Void = cancelWhenGracefulShutdown { await retention.run() }
        async let mixing: Void = cancelWhenGracefulShutdown { await recordings.makeMixes(tell: warn) }
        try? await gracefulShutdown()
        await deleting
        await mixing
        await recordings.stop()
        await telling
        log.finish()
        await writing
        let counters = recordings.recorder.counters
        let happened = RecordingCounter.allCases.filter { counters[$0] > 0 }
        logger.info(
            "recordings ended",
            metadata: Logger.Metadata(uniqueKeysWithValues: happened.map { ("\($0)", "\(counters[$0])") }))
    }

    private func warn(_ failure: RecordingArchive.MixFailure) {
        logger.warning(
            "a recording's mix could not be made: \(failure.isGivenUp ? "given up" : "the next start tries again")",
            metadata: [
                "recording": "\(failure.recording)", "reason": "\(failure.reason)", "attempts": "\(failure.attempts)",
            ])
    }

    private func tell() async {
        for await ending in recordings.recorder.endings {
            recordings.wantMix(ending.id)
            await directory.recordingEnded(ending)
        }
    }
}
