import VoiceWire

extension JitterBuffer {
    /// What is heard from `now` on: one frame, one concealment, or silence of at most `sampleCountMax` samples.
    ///
    /// `now` is when the first sample will be needed: within one rendering call it moves on by the samples that were
    /// rendered already. A frame or a concealment may be longer than what is needed; the caller keeps the rest.
    public mutating func next(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
        guard hasStream else { return .silence(sampleCount: sampleCountMax) }
        trimExcess()
        // Each turn ends, takes a frame out of the store, or ends the talkspurt.
        while true {
            let head = store.first(from: nextSequence)
            if let head, !isOpenBackwards, playhead.distance(to: head.frame.end) <= 0 {
                // Numbers say it is next, timestamps that it is over: a talker with a broken clock.
                dropPassed(head)
            } else if isPlaying {
                playheadInstant = now
                if let action = continueTalkspurt(head) { return action }
            } else {
                return startOrWait(head, at: now, sampleCountMax: sampleCountMax)
            }
        }
    }

    /// Delay with which a talkspurt begins, above the earliest arrival of its first frame.
    var targetDelayNanoseconds: Int64 {
        let step = MonotonicInstant.nanoseconds(ofSamples: max(latestSampleCount, configuration.renderSampleCount))
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
        return play(head, at: now)
    }

    /// The next action of a talkspurt, or nil if it is over.
    private mutating func continueTalkspurt(_ head: BufferedFrame?) -> PlayoutAction? {
        if pendingStretch > 0 {
            let count = min(pendingStretch, latestSampleCount)
            pendingStretch -= count
            return conceal(count, movingPlayhead: false, following: nil)
        }
        guard let head else {
            return concealOrStop(upTo: latestSampleCount, following: nil)
        }
        let gap = playhead.distance(to: head.frame.timestamp)
        if gap < Self.concealmentStep { return play(head, at: playheadInstant) }

        // Time that lost frames account for; the rest of the gap is the talker's silence.
        let missing = nextSequence.distance(to: head.frame.sequence)
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
        if head.frame.endsTalkspurt { isPlaying = false }
        return .play(head)
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
        if movingPlayhead {
            playhead = playhead.advanced(by: count)
            playheadInstant = playheadInstant.advanced(bySamples: count)
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

    /// Skips the oldest frames when more waits than the longest delay: a talker whose clock runs fast, or a network
    /// that held everything back.
    private mutating func trimExcess() {
        guard let newest = store.last(from: nextSequence), var head = store.first(from: nextSequence) else { return }
        let limit = configuration.delayMillisecondsMax * Self.samplesPerMillisecond + newest.frame.sampleCount
        guard head.frame.timestamp.distance(to: newest.frame.end) > limit else { return }
        let target = MonotonicInstant.samples(inNanoseconds: targetDelayNanoseconds)
        while head.frame.timestamp.distance(to: newest.frame.end) > target, head.slot != newest.slot {
            countLost(before: head.frame.sequence)
            store.finish(head)
            counts.framesSkipped += 1
            nextSequence = head.frame.sequence.advanced(by: 1)
            guard let following = store.first(from: nextSequence) else { return }
            head = following
        }
        isOpenBackwards = false
        playhead = head.frame.timestamp
    }

    /// Samples by which the delay grows for frames that are late by `nanoseconds`: enough for them, and for what a
    /// talkspurt would begin with now, within the longest delay.
    func allowedStretch(_ nanoseconds: Int64) -> Int {
        let delay = counts.playoutDelayNanoseconds
        let wanted = max(nanoseconds, targetDelayNanoseconds - delay)
        let samples = MonotonicInstant.samples(inNanoseconds: max(0, min(wanted, delayNanosecondsMax - delay)))
        return (samples + Self.concealmentStep - 1) / Self.concealmentStep * Self.concealmentStep
    }

    /// Opus conceals multiples of 2.5 ms.
    private static let concealmentStep = 120
    private static let samplesPerMillisecond = VoiceWireLimits.samplesPerSecond / 1_000
}
