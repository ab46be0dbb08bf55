import VoiceWire

/// What one talker sent lately, by sequence number: pure, in memory of its own that is laid out once.
struct SentFrames: BitwiseCopyable {
    /// Frames that are remembered: ten seconds' worth of 20 ms. What arrives later than that is too old to be judged.
    static let span = 512

    struct Frame {
        /// Just before the system call; nanoseconds of CLOCK_REALTIME. 0 in a place that was never used.
        var sentAt: UInt64 = 0
        /// How much earlier it should have been sent, in nanoseconds.
        var latenessNanoseconds: UInt32 = 0
        var timestamp: UInt32 = 0
        var sequence: UInt16 = 0
        /// Number in the ``SpeechTable``.
        var payload: UInt16 = 0
        var flags: DatagramFlags = []

        /// When it was to be sent, by the clock of ``sentAt``.
        var dueAt: UInt64 { sentAt - UInt64(latenessNanoseconds) }
    }

    private let frames: UnsafeMutablePointer<Frame>

    static func allocate() -> SentFrames {
        let frames = UnsafeMutablePointer<Frame>.allocate(capacity: span)
        frames.initialize(repeating: Frame(), count: span)
        return SentFrames(frames: frames)
    }

    func deallocate() { frames.deallocate() }

    func note(_ frame: Frame) { frames[Int(frame.sequence) % Self.span] = frame }

    /// The frame of that number, if it is among the last ``span``.
    func find(_ sequence: UInt16) -> Frame? {
        let frame = frames[Int(sequence) % Self.span]
        return frame.sequence == sequence && frame.sentAt > 0 ? frame : nil
    }

    /// Whether a frame of that number has been forgotten, rather than never sent: its place holds a later one.
    func isForgotten(_ sequence: UInt16) -> Bool {
        let frame = frames[Int(sequence) % Self.span]
        let distance = SequenceNumber(rawValue: sequence).distance(to: SequenceNumber(rawValue: frame.sequence))
        return frame.sentAt > 0 && distance > 0
    }
}
