import OpusCodec
import Playout
import VoiceWire

/// The frames of one speaker that came in the last half second, in their order, before anything of them is written.
///
/// So frames that overtook each other are put right, lost ones are filled in from what later datagrams carry of them, and a
/// no that the room has heard overtakes the frames that came after it. Pure; one owner at a time; allocates, never blocks.
struct FrameWindow: ~Copyable {
    /// How long a frame waits: more than the 300 ms after which its last copy is sent, less than anybody notices.
    static let delayNanoseconds: UInt64 = 500_000_000
    /// Frames that wait: more than can come in the delay at 2.5 ms a frame, with as many copies.
    static let framesMax = 512
    /// A frame so far from the one expected begins anew: half a minute of them.
    static let jumpMax = 1_500

    struct Frame {
        let sequence: SequenceNumber
        let timestamp: MediaTimestamp
        let startsTalkspurt: Bool
        /// When the datagram that brought it came.
        let arrivalNanoseconds: UInt64
        let isCopy: Bool
        let sampleCount: Int
        let opus: [UInt8]
    }

    /// What became of a datagram's own frame.
    enum Outcome { case kept, late, malformed, full, farAway }

    private var frames: [Frame] = []
    private var recovery = FrameRecovery()
    /// The one to be written next; nil before the first that came under this consent. Never moves back, so that what a datagram
    /// carries of frames from before is none of ours.
    private var next: SequenceNumber?

    var isEmpty: Bool { frames.isEmpty }

    /// Takes a datagram's frame, and those that it carries besides.
    mutating func insert(_ frame: RecordedFrame) -> Outcome {
        let outcome = insert(
            frame.sequence, frame.timestamp, startsTalkspurt: frame.startsTalkspurt, isCopy: false, frame.opus,
            frame.arrivalNanoseconds)
        guard outcome == .kept || outcome == .late else { return outcome }
        unsafe frame.extensions.withUnsafeBytes { extensions in
            unsafe insertEarlier(extensions, of: frame)
            unsafe insertRecovered(extensions, of: frame)
        }
        return outcome
    }

    /// The next frame whose time has come, and how many before it are lost for good. `nil`: none yet.
    /// - Parameter now: CLOCK_MONOTONIC; nil for all that wait.
    mutating func take(at now: UInt64?) -> (frame: Frame, lostCount: Int)? {
        guard let frame = frames.first else { return nil }
        if let now, frame.arrivalNanoseconds &+ Self.delayNanoseconds > now { return nil }
        frames.removeFirst()
        let lostCount = next?.distance(to: frame.sequence) ?? 0
        next = frame.sequence.advanced(by: 1)
        return (frame, lostCount)
    }

    /// Forgets the frames that came from then on.
    mutating func removeAll(from nanoseconds: UInt64) {
        frames.removeAll { $0.arrivalNanoseconds >= nanoseconds }
    }

    /// The next frame is the first of all.
    mutating func begin() {
        frames.removeAll(keepingCapacity: true)
        recovery.removeAll()
        next = nil
    }

    private mutating func insertEarlier(_ extensions: UnsafeRawBufferPointer, of frame: RecordedFrame) {
        var reader = unsafe EarlierFrameReader(extensions)
        while let (earlier, opus) = unsafe reader.next() {
            _ = insert(
                frame.sequence.advanced(by: -earlier.distance), frame.timestamp.advanced(by: -earlier.sampleDistance),
                startsTalkspurt: earlier.startsTalkspurt, isCopy: true, unsafe Array(opus), frame.arrivalNanoseconds)
        }
    }

    private mutating func insertRecovered(_ extensions: UnsafeRawBufferPointer, of frame: RecordedFrame) {
        var reader = unsafe FramePairReader(extensions)
        while let (pair, members, sum) = unsafe reader.next() {
            unsafe recovery.note(pair, members, sum, carrier: frame.sequence, timestamp: frame.timestamp)
        }
        while let (found, opus) = unsafe recovery.next() {
            _ = insert(
                found.sequence, found.timestamp, startsTalkspurt: found.startsTalkspurt, isCopy: true,
                unsafe Array(opus), frame.arrivalNanoseconds)
        }
    }

    private mutating func insert(
        _ sequence: SequenceNumber, _ timestamp: MediaTimestamp, startsTalkspurt: Bool, isCopy: Bool, _ opus: [UInt8],
        _ arrival: UInt64
    ) -> Outcome {
        guard opus.count <= VoiceWireLimits.opusBytesMax,
            let sampleCount = unsafe opus.withUnsafeBytes({ try? unsafe OpusPacket.sampleCount(of: $0) })
        else { return .malformed }
        guard next != nil || !isCopy else { return .late }
        let expected = next ?? sequence
        next = expected
        let distance = expected.distance(to: sequence)
        guard abs(distance) <= Self.jumpMax else { return .farAway }
        unsafe opus.withUnsafeBytes {
            unsafe recovery.note(
                sequence, timestamp, startsTalkspurt: startsTalkspurt, endsTalkspurt: false, $0)
        }
        guard distance >= 0 else { return .late }
        let place = frames.lastIndex { $0.sequence.distance(to: sequence) >= 0 }.map { $0 + 1 } ?? 0
        if place > 0, frames[place - 1].sequence == sequence { return .late }
        guard frames.count < Self.framesMax else { return .full }
        frames.insert(
            Frame(
                sequence: sequence, timestamp: timestamp, startsTalkspurt: startsTalkspurt, arrivalNanoseconds: arrival,
                isCopy: isCopy, sampleCount: sampleCount, opus: opus), at: place)
        return .kept
    }
}
