/// Says how long a relay thread may leave in its socket what arrives there. Pure.
///
/// While frames wait in a window anyway, waking up for each of them buys nothing, and with fifty talkers costs more than half of
/// what is done for them. So while a window is open the thread reads when it ends, or earlier if any frame that it
/// forwarded lately could not have waited that long: one that goes out at once, because somebody talks alone or listens without
/// bundles, keeps the thread awake for all. With no window open it reads whatever comes the moment it comes.
///
/// A frame's window counts from its arrival (``RelayCore/receive(_:from:now:age:into:)``), so that what it waits in
/// the socket is part of its window and not added to it. What belongs to a session, a ping say, waits as long as a frame.
struct ReadingPace: BitwiseCopyable {
    /// How long the thread keeps in mind what frames could wait, at least, and twice that at most; in nanoseconds. Longer than the
    /// pause between two frames, so that who talks alone waits with the first frame of a talkspurt only.
    static let memoryNanoseconds: UInt64 = 250_000_000
    /// The longest wait, however long windows are, in nanoseconds: for what is no frame.
    static let waitNanosecondsMax: UInt64 = 5_000_000
    /// The same where the kernel gave the socket less room than was asked for. 208 KiB hold 256 frames: 128,000 a second.
    static let waitNanosecondsMaxShort: UInt64 = 2_000_000

    private let waitMax: UInt64
    /// The shortest wait in this span of ``memoryNanoseconds``, and in the one before.
    private var shortest = UInt64.max
    private var shortestBefore = UInt64.max
    private var spanStart: UInt64 = 0

    /// - Parameter isBufferShort: whether the socket has less room than it was to have.
    init(isBufferShort: Bool) { waitMax = isBufferShort ? Self.waitNanosecondsMaxShort : Self.waitNanosecondsMax }

    /// A frame was forwarded that may wait for `nanoseconds`, 0 for one that goes out at once.
    @inline(__always)
    mutating func note(wait nanoseconds: UInt64, at now: UInt64) {
        let age = now &- spanStart
        if age >= Self.memoryNanoseconds {
            shortestBefore = age < 2 &* Self.memoryNanoseconds ? shortest : .max
            shortest = .max
            spanStart = now
        }
        shortest = min(shortest, nanoseconds)
    }

    /// Until when the socket may be left alone, in nanoseconds; nil when the thread is to read as soon as something comes.
    /// - Parameters:
    ///   - reading: when the thread read it last.
    ///   - windowEnd: when the first window ends; `UInt64.max` when none is open.
    func nextReading(after reading: UInt64, windowEnd: UInt64) -> UInt64? {
        let wait = min(waitMax, min(shortest, shortestBefore))
        guard windowEnd != .max, wait > 0 else { return nil }
        return min(windowEnd, reading &+ wait)
    }
}
