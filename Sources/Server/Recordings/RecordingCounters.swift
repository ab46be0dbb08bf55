import Synchronization

/// What the recorder counts.
public enum RecordingCounter: Int, CaseIterable, Sendable {
    case started, finished, interrupted, deleted, expired
    /// Mixes that lie beside their recording, attempts at one that failed, and mixes that are not tried again.
    case mixesMade, mixesFailed, mixesGivenUp
    // Limits; `archiveBusy`: more asked than may wait; `mixLimitHit`: a mix failed because of what all recordings may take.
    case recordingLimitHit, durationLimitHit, recordingBytesLimitHit, bytesLimitHit, keptLimitHit, freeSpaceLimitHit
    case speakerLimitHit, openFilesLimitHit
    case ordersFull, archiveBusy, mixLimitHit
    /// A recording ended because a file could not be written.
    case writeFailed
    // Frames.
    case framesWritten, framesFilledIn, framesLost, framesRefused
    /// Came from the relay while no consent was in force for them.
    case framesWithoutConsent
}

/// Counts since the start. Any thread; never blocks.
public final class RecordingCounters: Sendable {
    /// An atomic cannot be an array's element itself.
    private final class Count: Sendable {
        let value = Atomic<UInt64>(0)
    }

    private let counts = RecordingCounter.allCases.map { _ in Count() }

    public init() {}

    public func add(_ counter: RecordingCounter, _ count: UInt64 = 1) {
        counts[counter.rawValue].value.wrappingAdd(count, ordering: .relaxed)
    }

    public subscript(counter: RecordingCounter) -> UInt64 {
        counts[counter.rawValue].value.load(ordering: .relaxed)
    }
}
