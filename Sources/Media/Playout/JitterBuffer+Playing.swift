import VoiceWire

extension JitterBuffer {
    /// What is heard from `now` on: one frame, one concealment, or silence of at most `sampleCountMax` samples.
    ///
    /// `now` is when the first sample will be needed: within one rendering call it moves on by the samples that were
    /// rendered already. A frame or a concealment may be longer than what is needed; the caller keeps the rest.
    public mutating func next(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
        guard hasStream else { return .silence(sampleCount: sampleCountMax) }
        if let latestLoss, latestLoss.distance(to: now) > Self.lossMemoryNanoseconds { self.latestLoss = nil }
        trimExcess(at: now)
        // Each turn ends, takes a frame out of the store, or ends the talkspurt.
        while true {
            let head = store.first(from: nextSequence)
            if let head, !isOpenBackwards, playhead.distance(to: head.frame.end) <= 0 {
                // Numbers say it is next, timestamps that it is over: a talker with a broken clock.
                dropPassed(head)
            } else if isPlaying {
                playheadInstant = now
                if let head, skipSurplus(head, at: now) { continue }
                if let action = continueTalkspurt(head) { return action }
            } else {
                return startOrWait(head, at: now, sampleCountMax: sampleCountMax)
            }
        }
    }

    /// Delay with which a talkspurt begins, above the earliest arrival of its first frame. Besides the jitter it covers
    /// one rendering step; where frames get lost a whole frame, so that the one after a lost one is there in time to
    /// rebuild it from.
    var targetDelayNanoseconds: Int64 {
        let samples = latestLoss == nil ? 0 : latestSampleCount
        let step = MonotonicInstant.nanoseconds(ofSamples: max(samples, configuration.renderSampleCount))
        return min(estimator.coveringDelayNanoseconds + step, delayNanosecondsMax)
    }

    var concealedSamplesMax: Int { configuration.concealedMillisecondsMax * Self.samplesPerMillisecond }

    private var delayNanosecondsMax: Int64 { Int64(configuration.delayMillisecondsMax) * 1_000_000 }

    /// Between talkspurts: silence until the first frame's moment.
    private mutating func startOrWait(
        _ head: BufferedFrame?, at now: MonotonicInstant, sampleCountMax: Int
    ) -> PlayoutAction {
        guard let head else { return .silence(sampleCount: sampleCountMax) }
        latestSampleCount = head.frame.sampleCount
        // The second bound holds even if timestamps are nonsense: no frame waits longer than the longest delay.
        let due = min(
            estimator.earliestArrival(of: head.frame.timestamp).advanced(byNanoseconds: targetDelayNanoseconds),
            head.arrival.advanced(byNanoseconds: delayNanosecondsMax))
        if due > now {
            let wait = MonotonicInstant.samples(inNanoseconds: now.distance(to: due))
            return .silence(sampleCount: max(1, min(wait, sampleCountMax)))
        }
        isPlaying = true
        pendingStretch = 0
        lateness = LatenessWatch()
        floor = DelayFloor()
        return play(head, at: now)
    }

    /// The next action of a talkspurt, or nil if it is over.
    private mutating func continueTalkspurt(_ head: BufferedFrame?) -> PlayoutAction? {
        if let stretch = stretch() { return stretch }
        guard let head else {
            return concealOrStop(upTo: latestSampleCount, following: nil)
        }
        // Time that lost frames account for; the rest of a gap is the talker's silence.
        let missing = nextSequence.distance(to: head.frame.sequence)
        if missing > 0 { noteLoss(before: head.frame) }
        let gap = playhead.distance(to: head.frame.timestamp)
        if gap < Self.concealmentStep { return stretch() ?? play(head, at: playheadInstant) }

        let lost = min(gap, missing * latestSampleCount - concealedRun)
        guard lost >= Self.concealmentStep else {
            isPlaying = false
            return nil
        }
        if lost > head.frame.sampleCount {
            return concealOrStop(upTo: min(latestSampleCount, lost - head.frame.sampleCount), following: nil)
        }
        return concealOrStop(upTo: lost, following: head)
    }

    private mutating func play(_ head: BufferedFrame, at now: MonotonicInstant) -> PlayoutAction {
        countLost(before: head.frame.sequence)
        store.finish(head)
        isOpenBackwards = false
        nextSequence = head.frame.sequence.advanced(by: 1)
        playhead = head.frame.end
        playheadInstant = now.advanced(bySamples: head.frame.sampleCount)
        latestSampleCount = head.frame.sampleCount
        concealedRun = 0
        counts.framesPlayed += 1
        counts.playoutDelayNanoseconds = estimator.earliestArrival(of: head.frame.timestamp).distance(to: now)
        floor.note(counts.playoutDelayNanoseconds, at: now)
        noteLevel(of: head.frame)
        if head.frame.endsTalkspurt { isPlaying = false }
        return .play(head)
    }

    /// Sound to invent so that the delay grows, if it has to.
    private mutating func stretch() -> PlayoutAction? {
        guard pendingStretch > 0 else { return nil }
        let count = min(pendingStretch, latestSampleCount)
        pendingStretch -= count
        return conceal(count, movingPlayhead: false, following: nil)
    }

    private mutating func concealOrStop(upTo wanted: Int, following: BufferedFrame?) -> PlayoutAction? {
        let allowed = min(wanted, concealedSamplesMax - concealedRun)
        let count = max(0, allowed - allowed % Self.concealmentStep)
        guard count > 0 else {
            isPlaying = false
            return nil
        }
        // The copy in the following frame is of the sound right before it, so only the last stretch is rebuilt from it.
        let reachesFollowing = wanted - count < Self.concealmentStep
        return conceal(count, movingPlayhead: true, following: reachesFollowing ? following : nil)
    }

    private mutating func conceal(_ count: Int, movingPlayhead: Bool, following: BufferedFrame?) -> PlayoutAction {
        playheadInstant = playheadInstant.advanced(bySamples: count)
        if movingPlayhead {
            playhead = playhead.advanced(by: count)
            concealedRun += count
        }
        counts.framesConcealed += 1
        counts.samplesConcealed += UInt64(count)
        return .conceal(sampleCount: count, following: following)
    }

    private mutating func dropPassed(_ head: BufferedFrame) {
        countLost(before: head.frame.sequence)
        store.finish(head)
        nextSequence = head.frame.sequence.advanced(by: 1)
        counts.framesLate += 1
    }

    /// A frame is missing at its moment. The first time the delay grows as far as the target now does; time that is
    /// being concealed anyway becomes longer.
    private mutating func noteLoss(before next: VoiceFrame) {
        let isNew = latestLoss == nil
        latestLoss = playheadInstant
        if isNew, !next.startsTalkspurt { pendingStretch = max(pendingStretch, allowedStretch(0)) }
    }

    /// Samples by which the delay grows for frames that are late by `nanoseconds`: enough for them, and for what a
    /// talkspurt would begin with now, within the longest delay.
    func allowedStretch(_ nanoseconds: Int64) -> Int {
        // A talker with a broken clock may be behind by any time; nobody else waits for it.
        let delay = max(0, estimator.earliestArrival(of: playhead).distance(to: playheadInstant))
        let wanted = max(nanoseconds, targetDelayNanoseconds - delay)
        let samples = MonotonicInstant.samples(inNanoseconds: max(0, min(wanted, delayNanosecondsMax - delay)))
        return (samples + Self.concealmentStep - 1) / Self.concealmentStep * Self.concealmentStep
    }

    /// Opus conceals multiples of 2.5 ms.
    private static let concealmentStep = 120
    /// A loss makes talkspurts begin a frame later for this long.
    private static let lossMemoryNanoseconds: Int64 = 10_000_000_000
    static let samplesPerMillisecond = VoiceWireLimits.samplesPerSecond / 1_000
}
