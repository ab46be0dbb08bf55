import VoiceWire

/// Holds one talker's frames until their moment, in order, against a network that delays, reorders, repeats and loses.
///
/// Pure: bytes and instants come in, actions go out. One owner at a time; memory is taken when it is made (about
/// 170 KB) and nothing allocates or blocks afterwards.
///
/// **When a frame is played.** At the start of a talkspurt its first frame waits until ``DelayEstimator``'s covering
/// delay, plus one rendering step, has passed since the earliest that it could have arrived; the frames after it follow
/// without a break. So between talkspurts the delay adapts for free. Inside one ``wantedStretch`` says by how much the frame
/// given last should be played shorter or longer, so that the delay follows the network while somebody speaks, and the
/// talker's clock; only if more than ``Configuration/delayMillisecondsMax`` has piled up are frames skipped.
///
/// **When a frame is missing.** It is concealed while later ones are there. Where nothing is there, sound is invented for
/// at most ``Configuration/concealedMillisecondsMax`` in a row, 10 ms at first; if the frame comes after that all the same
/// (``isAwaitedReady``), it is played in full, what was invented for it is cut out as far as it sounds alike, and the delay has
/// grown by the rest: nothing that arrives is thrown away for a network that stopped for a moment. A
/// gap in time without a gap in numbers is silence, as is all that follows a frame marked as the last or as the start of a
/// pause.
///
/// **Copies.** A frame may arrive in a later frame's datagram (``VoiceFrame/isCopy``); it is played like any other.
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
    /// The frame played last was the last of its talkspurt.
    var hasEnded = false
    /// The lowest number that may still be played.
    var nextSequence: SequenceNumber = 0
    /// The talker's instant that is heard next.
    var playhead: MediaTimestamp = 0
    var highestSequence: SequenceNumber = 0
    var latestSampleCount = 960
    /// Samples invented since the last frame played.
    var concealedRun = 0
    /// Of the talkspurt's frames, so that no one frame changes the delay.
    var smoothedDelay = 0.0
    /// The frame given last came while sound was being invented for it: what was invented too much may be cut out again.
    var wasWaitedFor = false
    /// Samples played while a stretch was wanted.
    var patienceUsed = 0
    /// Samples by which the frame that ``next(at:sampleCountMax:)`` gave should be played longer, or shorter if negative, as
    /// far as that can be done well (``TimeStretcher``); tell with ``noteStretch(by:)``. 0 after anything but a frame.
    public internal(set) var wantedStretch = 0
    private var isInLossBurst = false
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
        result.transitNanoseconds = estimator.transitNanoseconds
        result.targetDelayNanoseconds = targetDelayNanoseconds
        return result
    }

    /// Frames that wait to be played.
    public var waitingCount: Int { store.waitingCount }

    /// Whether a talkspurt is being played.
    public var isInTalkspurt: Bool { isPlaying }

    /// Nothing is played, but the talker did not say that they are done: they pause, or are lost.
    public var isInPause: Bool { hasStream && !isOpenBackwards && !isPlaying && !hasEnded }

    /// The Opus packet of a frame that an action named. Valid until the next insertion.
    public func bytes(of buffered: BufferedFrame) -> UnsafeRawBufferPointer { unsafe store.bytes(of: buffered) }

    /// Forgets everything, statistics too, as for another talker.
    public mutating func reset() {
        store.removeAll()
        estimator = DelayEstimator(delayNanosecondsMax: Int64(configuration.delayMillisecondsMax) * 1_000_000)
        counts = PlayoutStatistics()
        hasStream = false
        isPlaying = false
        wantedStretch = 0
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
        if frame.isCopy, !isCopyOfInterest(frame, ahead: ahead) { return learnFromCopy(frame, ahead: ahead, at: now) }
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
        if let isCopy = store.isCopy(frame.sequence) { return noteSecond(of: frame, firstWasCopy: isCopy) }
        noteArrival(of: frame, at: now)
        if isTooLate(frame, ahead: ahead) { return dropLate(frame, ahead: ahead, at: now) }
        if ahead < 0 { nextSequence = frame.sequence }
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

    /// A copy is no proof of anything but itself: it starts no stream and moves none, and what was played needs none.
    private func isCopyOfInterest(_ frame: VoiceFrame, ahead: Int) -> Bool {
        (isOpenBackwards ? ahead > -FrameStore.capacity : ahead >= 0) && ahead < FrameStore.capacity
            && isPlausible(frame, ahead: ahead)
    }

    /// A copy of a frame that was missed: it cannot be played, but says how long waiting for it would have taken.
    private mutating func learnFromCopy(_ frame: VoiceFrame, ahead: Int, at now: MonotonicInstant) -> InsertOutcome {
        if ahead < 0, isPlausible(frame, ahead: ahead), !store.hasSeen(frame.sequence) {
            estimator.observe(frame, at: now)
            store.markSeen(frame, arrival: now)
        }
        return .late
    }

    private mutating func noteSecond(of frame: VoiceFrame, firstWasCopy: Bool) -> InsertOutcome {
        // Copies of what is there already are the rule, and nobody's fault.
        if frame.isCopy { return .duplicate }
        if firstWasCopy {
            store.markOriginal(frame.sequence)
            counts.framesReceived += 1
            if nextSequence.distance(to: frame.sequence) < 0 { uncountLost() }
        } else {
            counts.framesDuplicate += 1
        }
        return .duplicate
    }

    private func isTooLate(_ frame: VoiceFrame, ahead: Int) -> Bool {
        if isOpenBackwards {
            return highestSequence.distance(to: frame.sequence) <= -FrameStore.capacity
        }
        return ahead < 0 || playedUntil.distance(to: frame.end) <= 0
    }

    /// The talker's instant until which frames were played: what was invented since may still arrive.
    var playedUntil: MediaTimestamp { playhead.advanced(by: -concealedRun) }

    private mutating func noteArrival(of frame: VoiceFrame, at now: MonotonicInstant) {
        if !frame.isCopy {
            counts.framesReceived += 1
            if highestSequence.distance(to: frame.sequence) < 0 { counts.framesReordered += 1 }
        }
        if highestSequence.distance(to: frame.sequence) > 0 { highestSequence = frame.sequence }
        estimator.observe(frame, at: now)
        let previous = frame.sequence.advanced(by: -1)
        if frame.carriesPrevious, !isOpenBackwards, !frame.startsTalkspurt, !store.hasSeen(previous) {
            estimator.observeReplacement(
                frame.timestamp.advanced(by: -latestSampleCount), sampleCount: latestSampleCount, at: now)
        }
    }

    private mutating func dropLate(_ frame: VoiceFrame, ahead: Int, at now: MonotonicInstant) -> InsertOutcome {
        counts.framesLate += 1
        if ahead >= 0 {
            countLost(before: frame.sequence)
            nextSequence = frame.sequence.advanced(by: 1)
        } else {
            uncountLost()
        }
        store.markSeen(frame, arrival: now)
        return .late
    }

    private mutating func uncountLost() {
        if counts.framesLost > 0 { counts.framesLost -= 1 }
    }

    /// Counts the numbers that are being passed over, those that were never seen as lost.
    mutating func countLost(before sequence: SequenceNumber) {
        let passed = nextSequence.distance(to: sequence)
        guard passed > 0, !isOpenBackwards else { return }
        for step in 0..<passed { noteFate(isLost: !store.hasSeen(nextSequence.advanced(by: step))) }
    }

    /// Counts the next frame in the order of their numbers.
    mutating func noteFate(isLost: Bool) {
        if isLost {
            counts.framesLost += 1
            if !isInLossBurst { counts.lossBursts += 1 }
        }
        isInLossBurst = isLost
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension JitterBuffer: @unchecked Sendable {}
