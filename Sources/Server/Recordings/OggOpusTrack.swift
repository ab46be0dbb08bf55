import VoiceWire

/// One speaker's sound as an Ogg Opus file: takes frames as they come, gives whole pages to be written.
///
/// Frames are packed as they came. Pauses, losses and the time without consent keep their length: the track's time runs with
/// the talker's own clock, put right by the server's at each talkspurt, so that the tracks of a recording lie over each other.
/// Pure: bytes and times of CLOCK_MONOTONIC go in. One owner at a time; allocates, never blocks.
struct OggOpusTrack: ~Copyable {
    /// Counts over the track's life.
    struct Figures: Equatable, Sendable {
        /// Written, those filled in included.
        var frames: UInt64 = 0
        /// Lost, and written from what a later datagram carried of them.
        var filledIn: UInt64 = 0
        /// Lost for good.
        var lost: UInt64 = 0
        /// Came twice, or after their turn.
        var late: UInt64 = 0
        /// Not Opus.
        var malformed: UInt64 = 0
        /// More than the window or the time holds.
        var refused: UInt64 = 0
        /// Samples in which nothing was said or nothing came.
        var silentSamples: UInt64 = 0
    }

    /// A talker's clock that is so far from the server's at the start of a talkspurt is put right.
    static let driftSamplesMax = 4_800
    /// A timestamp so far from the server's clock within a talkspurt is put right too: more cannot be the network's doing.
    static let jumpSamplesMax = 48_000
    /// Sound that comes faster than time passes is let go beyond this.
    static let aheadSamplesMax = 96_000

    /// When the first sample came.
    let startNanoseconds: UInt64
    private(set) var figures = Figures()
    private var stream: OggOpusStream
    private var window = FrameWindow()
    /// Samples written: where the next one stands on the track.
    private(set) var endPosition = 0
    /// A timestamp of the talker's clock and where it stands on the track.
    private var anchor: (timestamp: MediaTimestamp, position: Int)?
    private var lastPacket: [UInt8] = []

    /// - Parameter first: the frame that begins the track; it is not taken yet.
    init(serialNumber: Int32, first: RecordedFrame) {
        startNanoseconds = first.arrivalNanoseconds
        // RFC 6716 §3.1: the stereo bit. Packets of the other kind may follow; players mix them down or double them.
        let isStereo = first.opus.first.map { $0 & 0b100 != 0 } ?? false
        stream = OggOpusStream(serialNumber: serialNumber, channelCount: isStereo ? 2 : 1)
    }

    var sampleCount: Int { endPosition }

    /// Takes a frame that came while consent was in force.
    mutating func insert(_ frame: RecordedFrame) {
        switch window.insert(frame) {
        case .kept: break
        case .late: figures.late += 1
        case .malformed: figures.malformed += 1
        case .full: figures.refused += 1
        case .farAway:
            // The talker began anew, or everything was lost for half a minute.
            begin()
            if window.insert(frame) != .kept { figures.malformed += 1 }
        }
    }

    /// Packs what has waited long enough.
    mutating func advance(to now: UInt64) {
        while let (frame, lostCount) = window.take(at: now) { pack(frame, lostCount) }
    }

    /// Consent ended: what came from then on is forgotten, the rest is packed.
    mutating func end(at nanoseconds: UInt64) {
        window.removeAll(from: nanoseconds)
        begin()
    }

    /// Whole pages so far; ends the open one.
    mutating func takePages() -> [UInt8] {
        stream.flush()
        return stream.takePages()
    }

    /// The last pages. Nothing may be inserted afterwards.
    mutating func finish() -> [UInt8] {
        begin()
        stream.finish()
        return stream.takePages()
    }

    /// Packs what waits; what comes next begins a new count of frames.
    private mutating func begin() {
        while let (frame, lostCount) = window.take(at: nil) { pack(frame, lostCount) }
        window.begin()
        anchor = nil
    }

    private mutating func pack(_ frame: FrameWindow.Frame, _ lostCount: Int) {
        let due = position(at: frame.arrivalNanoseconds)
        guard endPosition < due + Self.aheadSamplesMax else {
            figures.refused += 1
            return
        }
        var position = anchor.map { $0.position + $0.timestamp.distance(to: frame.timestamp) } ?? due
        let distance = abs(position - due)
        let isAstray = distance > (frame.startsTalkspurt ? Self.driftSamplesMax : Self.jumpSamplesMax)
        // A copy came later than its frame would have: its arrival says nothing.
        if isAstray, !frame.isCopy { position = due }
        position = min(max(position, endPosition), max(due, endPosition) + Self.jumpSamplesMax)
        anchor = (frame.timestamp, position)
        fill(position - endPosition, isLoss: lostCount > 0)
        figures.lost += UInt64(max(0, lostCount))
        figures.frames += 1
        if frame.isCopy { figures.filledIn += 1 }
        stream.append(frame.opus, sampleCount: frame.sampleCount)
        endPosition += frame.sampleCount
        lastPacket = frame.opus
    }

    /// Where the server's clock is on the track.
    private func position(at nanoseconds: UInt64) -> Int {
        guard nanoseconds > startNanoseconds else { return 0 }
        let elapsed = nanoseconds - startNanoseconds
        return Int(elapsed / 1_000_000_000) * VoiceWireLimits.samplesPerSecond
            + Int(elapsed % 1_000_000_000 * 48 / 1_000_000)
    }

    private mutating func fill(_ gap: Int, isLoss: Bool) {
        let whole = gap - gap % OpusFiller.stepSampleCount
        guard whole > 0 else { return }
        figures.silentSamples += UInt64(whole)
        let packets =
            isLoss ? OpusFiller.loss(sampleCount: whole, after: lastPacket) : OpusFiller.silence(ofSamples: whole)
        for (packet, sampleCount) in packets { stream.append(packet, sampleCount: sampleCount) }
        endPosition += whole
    }
}
