import LockFree
import Synchronization

/// What a speaker's thread wants from whoever fills its ring, and the answer that it waits for.
///
/// Sound is made when it is needed and not a period before: that period would be delay.
final class PlaybackRequest: Sendable {
    private let answers = TimedSemaphore()
    private let wanted = Atomic<Int>(0)

    /// Samples that the ring should hold. Any thread.
    var wantedSampleCount: Int {
        get { wanted.load(ordering: .acquiring) }
        set { wanted.store(newValue, ordering: .releasing) }
    }

    /// Lets the speaker's thread look again. Any thread; does not block.
    func answer() { answers.signal() }

    /// Waits for an answer, or until that instant of the monotonic clock: false. The speaker's thread.
    func wait(untilNanoseconds deadline: Int64) -> Bool { answers.wait(untilNanoseconds: deadline) }
}
