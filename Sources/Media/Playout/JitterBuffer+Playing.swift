import VoiceWire

extension JitterBuffer {
    /// What is heard from `now` on: one frame, one concealment, or silence of at most `sampleCountMax` samples.
    ///
    /// `now` is when the first sample will be needed: within one rendering call it moves on by the samples that were
    /// rendered already. A frame or a concealment may be longer than what is needed; the caller keeps the rest.
    public mutating func next(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
        wantedStretch = 0
        wasWaitedFor = false
        guard hasStream else { return .silence(sampleCount: sampleCountMax) }
        trimExcess(at: now)
        // Each turn ends, takes a frame out of the store, or ends the talkspurt.
        while true {
            let head = store.first(from: nextSequence)
            if let head, !isOpenBackwards, playedUntil.distance(to: head.frame.end) <= 0 {
                // Numbers say it is next, timestamps that it is over: a talker with a broken clock.
                dropPassed(head)
            } else if isPlaying {
                if let action = continueTalkspurt(head, at: now) { return action }
            } else {
                return startOrWait(head, at: now, sampleCountMax: sampleCountMax)
            }
        }
    }

    /// Whether the frame that follows without a gap is there.
    public var isNextReady: Bool {
        guard isPlaying, concealedRun == 0, let head = store.first(from: nextSequence) else { return false }
        return head.frame.sequence == nextSequence && head.frame.timestamp == playhead
    }

    /// Whether the frame that sound is being invented for has come after all.
    public var isAwaitedReady: Bool {
        guard isPlaying, concealedRun > 0, let head = store.first(from: nextSequence) else { return false }
        return playhead.distance(to: head.frame.timestamp) < 0 && playedUntil.distance(to: head.frame.end) > 0
    }

    /// Sound is being invented, and nothing is there to go on with.
    public var isInventing: Bool { isPlaying && concealedRun > 0 && !isAnythingWaiting }

    /// Nothing is sent any longer, and nobody said so: what waits is played, nothing is invented after it, and what comes later begins anew,
    /// so that what was never sent is not lost. What the network is like is remembered.
    /// - Returns: false while there is something to play, or nothing to leave.
    public mutating func leave() -> Bool {
        guard hasStream, !isAnythingWaiting, isInventing || !isPlaying else { return false }
        store.removeAll()
        hasStream = false
        isPlaying = false
        return true
    }

    private var isAnythingWaiting: Bool { store.first(from: nextSequence) != nil }

    /// Whether ``wantedStretch`` is for what is quiet only: a word is heard to be changed, a pause is not. Words are made
    /// shorter only where they are heard far too late, and longer where so much of the delay is missing (three
    /// quarters, on a steady network anything) that frames will be, too, or where nothing was quiet for a while.
    public var stretchesQuietOnly: Bool {
        if wasWaitedFor || patienceUsed >= Self.patienceSampleCount { return false }
        if wantedStretch < 0 { return wantedStretch > -Self.spokenSurplusSampleCountMin }
        let covering = estimator.coveringDelayNanoseconds
        return covering > Self.steadyNanosecondsMax
            && wantedStretch < MonotonicInstant.samples(inNanoseconds: covering) * 3 / 4
    }

    /// What was played was made shorter (negative) or longer by this many samples.
    public mutating func noteStretch(by sampleCount: Int) {
        if sampleCount < 0 {
            counts.samplesRemoved += UInt64(-sampleCount)
        } else {
            counts.samplesInserted += UInt64(sampleCount)
        }
        smoothedDelay += Double(MonotonicInstant.nanoseconds(ofSamples: sampleCount))
        // What is hurried goes on being hurried until it is done.
        if stretchesQuietOnly { patienceUsed = 0 }
    }

    /// Delay with which a talkspurt begins, above the earliest arrival of its first frame: what the network needs, and one
    /// rendering step.
    var targetDelayNanoseconds: Int64 {
        let step = MonotonicInstant.nanoseconds(ofSamples: configuration.renderSampleCount)
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
        smoothedDelay = Double(delay(of: head.frame, at: now))
        return play(head, at: now)
    }

    /// The next action of a talkspurt, or nil if it is over.
    private mutating func continueTalkspurt(_ head: BufferedFrame?, at now: MonotonicInstant) -> PlayoutAction? {
        guard let head else { return concealOrStop(upTo: inventionSampleCount, following: nil) }
        // Time that lost frames account for; the rest of a gap is the talker's silence.
        let missing = nextSequence.distance(to: head.frame.sequence)
        let gap = playhead.distance(to: head.frame.timestamp)
        if gap < Self.concealmentStep {
            wasWaitedFor = gap < 0
            if wasWaitedFor { smoothedDelay = Double(delay(of: head.frame, at: now)) }
            return play(head, at: now)
        }
        let lost = min(gap, missing * latestSampleCount - concealedRun)
        guard lost >= Self.concealmentStep else {
            isPlaying = false
            return nil
        }
        if lost > head.frame.sampleCount {
            return concealOrStop(upTo: min(latestSampleCount, lost - head.frame.sampleCount), following: nil)
        }
        // What a frame carries of the one before it is a whole frame: no use where half of that was invented already.
        return concealOrStop(upTo: lost, following: lost == head.frame.sampleCount ? head : nil)
    }

    private mutating func play(_ head: BufferedFrame, at now: MonotonicInstant) -> PlayoutAction {
        countLost(before: head.frame.sequence)
        store.finish(head)
        isOpenBackwards = false
        nextSequence = head.frame.sequence.advanced(by: 1)
        playhead = head.frame.end
        latestSampleCount = head.frame.sampleCount
        concealedRun = 0
        counts.framesPlayed += 1
        counts.samplesPlayed += UInt64(head.frame.sampleCount)
        if head.frame.isCopy { counts.framesRepaired += 1 }
        noteFate(isLost: head.frame.isCopy)
        counts.playoutDelayNanoseconds = delay(of: head.frame, at: now)
        hasEnded = head.frame.endsTalkspurt
        if hasEnded || head.frame.startsPause { isPlaying = false } else { chooseStretch() }
        return .play(head)
    }

    private func delay(of frame: VoiceFrame, at now: MonotonicInstant) -> Int64 {
        estimator.earliestArrival(of: frame.timestamp).distance(to: now)
    }

    /// Inside a talkspurt: shorter where the delay is longer than the target, longer where it is shorter, with room
    /// between, so that a change in one direction is not followed by one in the other.
    private mutating func chooseStretch() {
        smoothedDelay += (Double(counts.playoutDelayNanoseconds) - smoothedDelay) / Self.delaySmoothing
        let surplus = (smoothedDelay - Double(targetDelayNanoseconds)) / 1e6
        let tolerated = wasWaitedFor ? 0 : toleratedMilliseconds
        if surplus > tolerated {
            wantedStretch = -Int(min(surplus, 200) * Double(Self.samplesPerMillisecond))
        } else if surplus < -Self.shortageMillisecondsMax {
            let milliseconds = min(-surplus + paddingMilliseconds, 60)
            wantedStretch = Int(milliseconds * Double(Self.samplesPerMillisecond))
        }
        patienceUsed = wantedStretch == 0 ? 0 : patienceUsed + latestSampleCount
    }

    /// What is put in beyond what is missing.
    private var paddingMilliseconds: Double {
        min(Double(targetDelayNanoseconds) / 4e6, Self.paddingMillisecondsMax)
    }

    /// By how much the delay may be too long before it is shortened.
    private var toleratedMilliseconds: Double {
        if estimator.coveringDelayNanoseconds <= Self.steadyNanosecondsMax {
            return max(Self.steadySurplusMilliseconds, paddingMilliseconds + 1)
        }
        let range = Self.surplusMilliseconds
        return min(max(Double(targetDelayNanoseconds) / 1e6, range.lowerBound), range.upperBound)
    }

    /// What is not there is lost rather than late: a frame in a hundred was.
    private var losesMuch: Bool { counts.framesLost * 100 > counts.framesReceived }

    /// Where it is not known yet whether a frame is lost or late, little is invented at first; then up to a frame's end, for with each
    /// piece that Opus invents it becomes quieter.
    private var inventionSampleCount: Int {
        concealedRun == 0 && !losesMuch
            ? min(latestSampleCount, Self.firstInventionSampleCount)
            : latestSampleCount - concealedRun % latestSampleCount
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
        return conceal(count, following: reachesFollowing ? following : nil)
    }

    private mutating func conceal(_ count: Int, following: BufferedFrame?) -> PlayoutAction {
        playhead = playhead.advanced(by: count)
        concealedRun += count
        // Once for each frame that is missing, in however many pieces it is invented.
        if (concealedRun - count) % latestSampleCount == 0 { counts.framesConcealed += 1 }
        counts.samplesConcealed += UInt64(count)
        return .conceal(sampleCount: count, following: following)
    }

    private mutating func dropPassed(_ head: BufferedFrame) {
        countLost(before: head.frame.sequence)
        store.finish(head)
        nextSequence = head.frame.sequence.advanced(by: 1)
        if !head.frame.isCopy { counts.framesLate += 1 }
    }

    /// Skips the oldest frames when more waits than the longest delay: a talker whose clock runs fast, or a network
    /// that held everything back.
    private mutating func trimExcess(at now: MonotonicInstant) {
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
        concealedRun = 0
        smoothedDelay = Double(delay(of: head.frame, at: now))
    }

    /// Opus conceals multiples of 2.5 ms.
    private static let concealmentStep = 120
    /// Opus' speech modes invent no less than 10 ms.
    private static let firstInventionSampleCount = 480
    /// Words are heard this much too late before they are made shorter: 80 ms.
    private static let spokenSurplusSampleCountMin = 3_840
    /// Where no more jitter is to be waited for than 10 ms, there is nothing to spare.
    private static let steadyNanosecondsMax: Int64 = 10_000_000
    /// For so long a quiet moment is waited for: 3 s.
    private static let patienceSampleCount = 144_000
    /// Frames over which the delay is smoothed.
    private static let delaySmoothing = 8.0
    /// A delay that is twice the target is shortened, within these bounds: a frame that was lost and came as a copy after all
    /// made it longer by 20 ms, and will again …
    private static let surplusMilliseconds = 8.0...20.0
    /// On a steady network nothing will: somewhat more than the shortest change, and than what may have been put in.
    private static let steadySurplusMilliseconds = 3.0
    /// … and one shorter than it by this much made longer, with a quarter of it on top, up to 6 ms, so
    /// that it lasts.
    private static let shortageMillisecondsMax = 0.5
    private static let paddingMillisecondsMax = 6.0
    static let samplesPerMillisecond = VoiceWireLimits.samplesPerSecond / 1_000
}
