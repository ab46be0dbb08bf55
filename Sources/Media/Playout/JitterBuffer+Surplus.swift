import VoiceWire

/// How a delay that grew comes down again.
extension JitterBuffer {
    /// Skips the oldest frames when more waits than the longest delay: a talker whose clock runs fast, or a network
    /// that held everything back.
    mutating func trimExcess(at now: MonotonicInstant) {
        guard let newest = store.last(from: nextSequence), var head = store.first(from: nextSequence) else { return }
        let limit = configuration.delayMillisecondsMax * Self.samplesPerMillisecond + newest.frame.sampleCount
        guard head.frame.timestamp.distance(to: newest.frame.end) > limit else { return }
        // What asked for more delay was measured before there was too much of it.
        pendingStretch = 0
        floor = DelayFloor()
        let target = MonotonicInstant.samples(inNanoseconds: targetDelayNanoseconds)
        while head.frame.timestamp.distance(to: newest.frame.end) > target, head.slot != newest.slot {
            countLost(before: head.frame.sequence)
            skip(head)
            guard let following = store.first(from: nextSequence) else { return }
            head = following
        }
        isOpenBackwards = false
        playhead = head.frame.timestamp
    }

    /// Skips the frame that is next, inside a talkspurt, if all of the last second or two could have been heard a frame
    /// earlier: after a network that held frames back once, the delay would otherwise stay for as long as somebody
    /// speaks. A quiet frame goes at once, another one only ``skipIntervalNanoseconds`` after the one before.
    mutating func skipSurplus(_ head: BufferedFrame, at now: MonotonicInstant) -> Bool {
        guard isPlaying, pendingStretch == 0, let smallest = floor.nanoseconds else { return false }
        let duration = MonotonicInstant.nanoseconds(ofSamples: head.frame.sampleCount)
        guard smallest > targetDelayNanoseconds + duration, isInMidstream(head) else { return false }
        guard isQuiet(head.frame) || latestSkip.distance(to: now) >= Self.skipIntervalNanoseconds else { return false }
        skip(head)
        playhead = head.frame.end
        latestSkip = now
        floor.lower(by: duration)
        return true
    }

    /// Takes note of how loud the talker is as a rule.
    mutating func noteLevel(of frame: VoiceFrame) {
        guard let level = frame.level else { return }
        usualLevel += (Double(level) - usualLevel) / 32
    }

    private func isQuiet(_ frame: VoiceFrame) -> Bool {
        guard let level = frame.level else { return false }
        return level >= Self.silentLevel || Double(level) >= usualLevel + Self.quietDecibels
    }

    /// Whether sound goes on before and after it, so that the ear can do without.
    private func isInMidstream(_ head: BufferedFrame) -> Bool {
        head.frame.sequence == nextSequence && head.frame.timestamp == playhead && !head.frame.startsTalkspurt
            && !head.frame.endsTalkspurt && store.hasSeen(nextSequence.advanced(by: 1))
    }

    private mutating func skip(_ head: BufferedFrame) {
        store.finish(head)
        counts.framesSkipped += 1
        nextSequence = head.frame.sequence.advanced(by: 1)
    }

    private static let skipIntervalNanoseconds: Int64 = 300_000_000
    /// In −dBov: as good as silence, whoever speaks.
    private static let silentLevel: UInt8 = 60
    /// Below the usual level by this much, a frame lies between words.
    private static let quietDecibels = 6.0
}
