public import ChatStore
import Foundation
import Identifiers
public import Logging
public import Recordings

/// Deletes recordings and rows of the voice log that are older than they are to be kept.
public struct VoiceRetentionJob: Sendable {
    let store: ChatStore
    let directory: RoomDirectory
    let recordings: RecordingArchive
    /// 0: for ever.
    let voiceLogDays: Int
    let interval: Duration
    let counters: ControlCounters
    let logger: Logger

    public init(
        store: ChatStore, directory: RoomDirectory, recordings: RecordingArchive, voiceLogDays: Int,
        interval: Duration, counters: ControlCounters, logger: Logger
    ) {
        self.store = store
        self.directory = directory
        self.recordings = recordings
        self.voiceLogDays = voiceLogDays
        self.interval = interval
        self.counters = counters
        self.logger = logger
    }

    /// Runs until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            await runOnce(at: Date())
            try? await Task.sleep(for: interval)
        }
    }

    func runOnce(at now: Date) async {
        let days = await directory.recordingDays()
        let daysDefault = recordings.recorder.configuration.retentionDaysDefault
        do {
            _ = try await recordings.expire(at: now.storedMilliseconds) { room in
                let kept = days[room] ?? daysDefault
                return kept == 0 ? nil : kept
            }
        } catch {
            // The next run does what this one did not.
            logger.warning("old recordings were not deleted", metadata: ["cause": "\(error)"])
        }
        guard voiceLogDays > 0 else { return }
        let oldest = now.addingTimeInterval(-Double(voiceLogDays) * 86_400)
        do throws(ChatStoreError) {
            while !Task.isCancelled, try await store.deleteVoiceLog(endedBefore: oldest) > 0 {}
        } catch {
            guard error.code != .cancelled else { return }
            counters.count(.databaseFailed)
            logger.warning("the old voice log was not deleted", metadata: ["cause": "\(error)"])
        }
    }
}
