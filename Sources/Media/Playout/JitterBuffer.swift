import VoiceWire

/// Holds one talker's frames until their moment, in order, against a network that delays, reorders, repeats and loses.
///
/// Pure: bytes and instants come in, actions go out. One owner at a time; memory is taken when it is made (about
/// 170 KB) and nothing allocates or blocks afterwards.
///
/// **When a frame is played.** At the start of a talkspurt its first frame waits until ``DelayEstimator``'s covering
/// delay, plus one rendering step, has passed since the earliest that it could have arrived; the frames after it follow
/// without a break. Where a frame was missing in the last ten seconds the step is at least a frame long, so that the
/// frame after a lost one is there to rebuild it from. So the delay adapts at talkspurt starts. Inside one it grows
/// when frames come late persistently (by what they were late) and when the first one is lost (to that longer step); it
/// shrinks by a frame, between words where possible, while all of the last second or two was heard more than a frame
/// later than a talkspurt would be that began now, and at once if more than ``Configuration/delayMillisecondsMax`` has
/// piled up.
///
/// **When a frame is missing.** It is concealed while later ones are there, or for at most
/// ``Configuration/concealedMillisecondsMax`` in a row. A gap in time without a gap in numbers is silence, as is
/// all that follows a frame marked as the last.
///
/// Limits: ``FrameStore/capacity`` frames; one that lies further ahead starts playing over
/// (``PlayoutStatistics/resynchronisations``).
@safe public struct JitterBuffer: ~Copyable {
    public struct Configuration: Equatable, Sendable {
        /// Longest delay built up against jitter, in milliseconds.
        public var delayMillisecondsMax = 200
        /// Longest sound invented in a row, in milliseconds; silence follows.
        public var concealedMillisecondsMax = 120
        /// Largest number of samples that one call of ``JitterBuffer/next(at:sampleCountMax:)`` begins with: a frame
        /// that arrives while these are played is late for them. Default 10 ms.
        public var renderSampleCount = 480

        public init() {}
    }

    let configuration: Configuration
    var store = FrameStore()
    var estimator: DelayEstimator
    var counts = PlayoutStatistics()

    /// The talker has been heard since the last reset; the members below mean something.
    var hasStream = false
    /// Nothing of this stream was played yet, so a frame before ``nextSequence`` may still come first.
    var isOpenBackwards = false
    /// Inside a talkspurt.
    var isPlaying = false
    /// The lowest number that may still be played.
    var nextSequence: SequenceNumber = 0
    /// The talker's instant that is heard next.
    var playhead: MediaTimestamp = 0
    /// When ``playhead`` is or was heard.
    var playheadInstant = MonotonicInstant(nanoseconds: 0)
    var highestSequence: SequenceNumber = 0
    var latestSampleCount = 960
    /// Samples invented since the last frame played.
    var concealedRun = 0
    var lateness = LatenessWatch()
    /// Samples to invent without moving the playhead, so that the delay grows.
    var pendingStretch = 0
    /// When a frame was missing at its moment, if that was lately.
    var latestLoss: MonotonicInstant?
    var floor = DelayFloor()
    var latestSkip = MonotonicInstant(nanoseconds: 0)
    /// Of the frames played, in −dBov.
    var usualLevel = 0.0
    /// Number that would confirm that the talker restarted.
    private var restartSequence: SequenceNumber?

    public init(configuration: Configuration = Configuration()) {
        self.configuration = configuration
        estimator = DelayEstimator(delayNanosecondsMax: Int64(configuration.delayMillisecondsMax) * 1_000_000)
    }

    /// Counts and measures so far.
    public var statistics: PlayoutStatistics {
        var result = counts
        result.jitterNanoseconds = estimator.jitterNanoseconds
        result.targetDelayNanoseconds = targetDelayNanoseconds
        return result
    }

    /// Frames that wait to be played.
    public var waitingCount: Int { store.waitingCount }

    /// Whether a talkspurt is being played.
    public var isInTalkspurt: Bool { isPlaying }

    /// The Opus packet of a frame that an action named. Valid until the next insertion.
    public func bytes(of buffered: BufferedFrame) -> UnsafeRawBufferPointer { unsafe store.bytes(of: buffered) }

    /// Forgets everything, statistics too, as for another talker.
    public mutating func reset() {
        store.removeAll()
        estimator = DelayEstimator(delayNanosecondsMax: Int64(configuration.delayMillisecondsMax) * 1_000_000)
        counts = PlayoutStatistics()
        hasStream = false
        isPlaying = false
        latestLoss = nil
        usualLevel = 0
        restartSequence = nil
    }

    /// Takes a frame that arrived at `now`; copies its bytes.
    public mutating func insert(
        _ frame: VoiceFrame, _ opus: UnsafeRawBufferPointer, at now: MonotonicInstant
    ) -> InsertOutcome {
        guard VoiceFrame.sampleCountRange.contains(frame.sampleCount),
            (1...VoiceWireLimits.opusBytesMax).contains(opus.count)
        else {
            counts.framesMalformed += 1
            return .malformed
        }
        guard hasStream else {
            unsafe begin(with: frame, opus, at: now)
            return .accepted
        }
        let ahead = nextSequence.distance(to: frame.sequence)
        if ahead >= FrameStore.capacity { return unsafe resynchronise(with: frame, opus, at: now) }
        if !isPlausible(frame, ahead: ahead) {
            // One stray datagram must not silence the talker: the next number has to confirm it (RFC 3550 §A.1).
            if restartSequence == frame.sequence { return unsafe resynchronise(with: frame, opus, at: now) }
            restartSequence = frame.sequence.advanced(by: 1)
            counts.framesReceived += 1
            counts.framesLate += 1
            return .late
        }
        restartSequence = nil
        if store.hasSeen(frame.sequence) {
            counts.framesDuplicate += 1
            return .duplicate
        }
        noteArrival(of: frame, at: now)
        if isTooLate(frame, ahead: ahead) { return dropLate(frame, ahead: ahead, at: now) }
        if ahead < 0 { nextSequence = frame.sequence }
        lateness.noteInTime()
        unsafe store.insert(frame, opus, arrival: now)
        return .accepted
    }

    private mutating func begin(with frame: VoiceFrame, _ opus: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        hasStream = true
        isOpenBackwards = true
        isPlaying = false
        nextSequence = frame.sequence
        highestSequence = frame.sequence
        playhead = frame.timestamp
        concealedRun = 0
        pendingStretch = 0
        lateness = LatenessWatch()
        floor = DelayFloor()
        restartSequence = nil
        noteArrival(of: frame, at: now)
        unsafe store.insert(frame, opus, arrival: now)
    }

    private mutating func resynchronise(
        with frame: VoiceFrame, _ opus: UnsafeRawBufferPointer, at now: MonotonicInstant
    ) -> InsertOutcome {
        store.removeAll()
        counts.resynchronisations += 1
        unsafe begin(with: frame, opus, at: now)
        return .resynchronised
    }

    /// Whether number and timestamp can belong to the stream that is being played.
    private func isPlausible(_ frame: VoiceFrame, ahead: Int) -> Bool {
        guard ahead > -FrameStore.capacity else { return false }
        if isOpenBackwards { return true }
        let samplesAhead = playhead.distance(to: frame.timestamp)
        // A frame not yet passed by number may lie behind the playhead by what was concealed, and by no more.
        if ahead >= 0 { return samplesAhead >= -2 * concealedSamplesMax - VoiceFrame.sampleCountRange.upperBound }
        return samplesAhead < 0
    }

    private func isTooLate(_ frame: VoiceFrame, ahead: Int) -> Bool {
        if isOpenBackwards {
            return highestSequence.distance(to: frame.sequence) <= -FrameStore.capacity
        }
        return ahead < 0 || playhead.distance(to: frame.end) <= 0
    }

    private mutating func noteArrival(of frame: VoiceFrame, at now: MonotonicInstant) {
        counts.framesReceived += 1
        if highestSequence.distance(to: frame.sequence) < 0 {
            counts.framesReordered += 1
        } else {
            highestSequence = frame.sequence
        }
        estimator.observe(frame.timestamp, startsTalkspurt: frame.startsTalkspurt, at: now)
    }

    private mutating func dropLate(_ frame: VoiceFrame, ahead: Int, at now: MonotonicInstant) -> InsertOutcome {
        counts.framesLate += 1
        if ahead >= 0 {
            countLost(before: frame.sequence)
            nextSequence = frame.sequence.advanced(by: 1)
        } else if counts.framesLost > 0 {
            counts.framesLost -= 1
        }
        store.markSeen(frame, arrival: now)
        if isPlaying {
            let due = playheadInstant.advanced(bySamples: playhead.distance(to: frame.timestamp))
            let stretch = lateness.noteLate(by: due.distance(to: now))
            if stretch > 0 { pendingStretch = max(pendingStretch, allowedStretch(stretch)) }
        }
        return .late
    }

    /// Counts the numbers that are being passed over and were never seen.
    mutating func countLost(before sequence: SequenceNumber) {
        let passed = nextSequence.distance(to: sequence)
        guard passed > 0, !isOpenBackwards else { return }
        for step in 0..<passed where !store.hasSeen(nextSequence.advanced(by: step)) {
            counts.framesLost += 1
        }
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension JitterBuffer: @unchecked Sendable {}
