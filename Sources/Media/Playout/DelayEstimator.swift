import VoiceWire

/// Learns from arrivals how long frames must wait so that nearly all are in time.
///
/// A frame's transit is its arrival minus its timestamp. The smallest transit of the last five to ten seconds is the
/// baseline: clocks are not synchronised, so only delay above it can be known. What a frame is slower than the baseline
/// goes into a histogram of ``bucketCount`` buckets whose weights fade (half is forgotten after about fourteen seconds). A lost
/// frame that a copy in a later datagram replaces counts as arrived with that: so the delay waits for copies where there
/// are enough to be worth it, and for nothing where there are none.
///
/// The delay is the one at which delay and missed frames together cost least: a percent of
/// missed frames is worth ``millisecondsPerMissedPercent`` (the E-model of ITU-T G.107 would pay more for it; but a long delay costs everybody in
/// the conversation, a missed frame one listener); each millisecond beyond ``cheapMilliseconds`` costs as much more as people
/// who talk with each other begin to notice it. A frame that is late by less than its length is heard all the same, and counts for half to a whole
/// missed one. The delay is held until another is better by ``worthChanging`` milliseconds:
/// each change is heard. With long-tailed jitter that is the 99th percentile or above, with
/// stray spikes below: the histogram decides, not a fixed share. It is never much longer than the slowest frame of the last
/// eight to sixteen seconds was, so that a network that has calmed down is believed soon.
///
/// Frames that arrive together at the start of a talkspurt are the talker's pre-roll, sent late on purpose: they are
/// heard late whatever the network does, so nothing is learnt from them.
struct DelayEstimator: Sendable {
    private static let bucketCount = 100
    private static let millisecondsPerMissedPercent = 180.0
    /// With what is usual on either side of the buffer, 177 ms from mouth to ear are reached about there.
    private static let cheapMilliseconds = 80.0
    private static let dearerBy = 1.25
    private static let worthChanging = 12.0
    /// With less sound than that, which is all that is remembered, one stall says little.
    private static let evidenceMilliseconds = 20_000.0
    /// Weight that a frame loses for each of its own milliseconds.
    private static let fadingPerMillisecond = 0.000_05
    private static let epochNanoseconds: Int64 = 5_000_000_000
    /// A transit that leaps by more than this is another clock, not a slow network.
    private static let leapNanoseconds: Int64 = 2_000_000_000
    /// Samples (265 days) that ``latestPosition`` may count before it starts over, so that no sum of timestamps, honest
    /// or not, leaves the range of the arithmetic.
    private static let positionMax: Int64 = 1 << 40

    private let bucketNanoseconds: Int64
    private var weights = InlineArray<100, Double>(repeating: 0)
    private var weightSum = 0.0
    /// Weight of the next frame. It grows instead of all others shrinking, until it is scaled back.
    private var nextWeight = 1.0

    private var hasObserved = false
    private var latestTimestamp: MediaTimestamp = 0
    /// `latestTimestamp` without wraps, in samples since the estimator began; within ±``positionMax``.
    private var latestPosition: Int64 = 0
    private var latestTransit: Int64 = 0
    private var latestArrival = MonotonicInstant(nanoseconds: 0)
    private var isInPreroll = false
    private var epochEnd = MonotonicInstant(nanoseconds: 0)
    private var epochMinimum: Int64 = 0
    private var previousMinimum: Int64 = 0
    private var jitter: Double = 0
    private var smoothedTransit = 0.0
    private var slowest = RecentMaximum()
    /// Buckets that the delay reaches over now.
    private var held = 0

    init(delayNanosecondsMax: Int64) {
        bucketNanoseconds = max(1, delayNanosecondsMax / Int64(Self.bucketCount))
    }

    /// Takes note of when a frame was first there, itself or what replaces it. Any order, each once.
    mutating func observe(_ frame: VoiceFrame, at arrival: MonotonicInstant) {
        if frame.isCopy { return observeReplacement(frame.timestamp, sampleCount: frame.sampleCount, at: arrival) }
        let timestamp = frame.timestamp
        let startsTalkspurt = frame.startsTalkspurt
        let step = Int64(latestTimestamp.distance(to: timestamp))
        var position = latestPosition + step
        var transit = arrival.nanoseconds - Self.nanoseconds(position)
        notePreroll(spokenAfter: Self.nanoseconds(step), startsTalkspurt: startsTalkspurt, at: arrival)
        if !hasObserved || isLeap(transit) || abs(position) > Self.positionMax {
            position = 0
            transit = arrival.nanoseconds
            begin(transit, at: arrival)
        } else if !isInPreroll {
            // RFC 3550 §6.4.1: J += (|D| − J) / 16
            jitter += (Double(abs(transit - latestTransit)) - jitter) / 16
            smoothedTransit += Double(transit - Int64(smoothedTransit)) / 32
        }
        latestTimestamp = timestamp
        latestPosition = position
        latestTransit = transit
        latestArrival = arrival
        updateBaseline(transit, at: arrival)
        if !isInPreroll { record(transit - baseline, sampleCount: frame.sampleCount, at: arrival) }
    }

    /// A lost frame was replaced by a copy, or by the coarse version that the frame after it carries.
    mutating func observeReplacement(_ timestamp: MediaTimestamp, sampleCount: Int, at arrival: MonotonicInstant) {
        guard hasObserved, !isInPreroll else { return }
        let delay = earliestArrival(of: timestamp).distance(to: arrival)
        guard delay > 0, delay < Self.leapNanoseconds else { return }
        record(delay, sampleCount: sampleCount, at: arrival)
    }

    /// The earliest that a frame with this timestamp could have arrived.
    func earliestArrival(of timestamp: MediaTimestamp) -> MonotonicInstant {
        let position = latestPosition + Int64(latestTimestamp.distance(to: timestamp))
        return MonotonicInstant(nanoseconds: baseline + Self.nanoseconds(position))
    }

    /// Waiting beyond the earliest arrival that costs about least, as described above.
    var coveringDelayNanoseconds: Int64 { Int64(held) * bucketNanoseconds }

    private mutating func chooseDelay(frameMilliseconds: Double) {
        // Up to the end of the bucket in which the slowest lies.
        let needed = Int(min(slowest.value / bucketNanoseconds + 1, Int64(Self.bucketCount)))
        let bucketMilliseconds = Double(bucketNanoseconds) / 1e6
        let evidence = max(weightSum, nextWeight * Self.evidenceMilliseconds / frameMilliseconds)
        // A frame that is late by less than its own length is missed for so long only, and has two seams.
        let frameBuckets = max(1, Int((frameMilliseconds / bucketMilliseconds).rounded()))
        // By delay: the sum of what is missed from there on. The last place stays nought.
        var missedFromHere = InlineArray<101, Double>(repeating: 0)
        var missed = 0.0
        var best = Self.bucketCount
        var bestCost = Double.infinity
        var heldCost = Double.infinity
        for delay in (1...Self.bucketCount).reversed() {
            if delay < Self.bucketCount {
                missed += weights[delay]
                missedFromHere[delay] = missedFromHere[delay + 1] + missed
            }
            let beyond = missedFromHere[min(delay + frameBuckets, Self.bucketCount)]
            let invented = (missedFromHere[delay] - beyond) / Double(frameBuckets)
            let percent = 100 * (missed + invented) / 2 / evidence
            let milliseconds = Double(delay) * bucketMilliseconds
            let cost =
                milliseconds + max(0, milliseconds - Self.cheapMilliseconds) * Self.dearerBy
                + percent * Self.millisecondsPerMissedPercent
            if delay == held { heldCost = cost }
            if cost <= bestCost {
                bestCost = cost
                best = delay
            }
        }
        best = min(best, needed)
        // What is longer than the slowest by that much is worth changing as well.
        let isTooLong = Double(held - needed) * bucketMilliseconds > Self.worthChanging
        if held == 0 || isTooLong || heldCost - bestCost > Self.worthChanging { held = best }
    }

    var jitterNanoseconds: Int64 { Int64(jitter) }
    var transitNanoseconds: Int64 { Int64(smoothedTransit) }

    private var baseline: Int64 { min(epochMinimum, previousMinimum) }

    /// Measured from the baseline: measured from the frame before, many small steps would add up unnoticed.
    private func isLeap(_ transit: Int64) -> Bool { abs(transit - baseline) > Self.leapNanoseconds }

    /// Pre-roll begins with a talkspurt and ends with the first frame that does not arrive together with the one
    /// before.
    private mutating func notePreroll(spokenAfter interval: Int64, startsTalkspurt: Bool, at arrival: MonotonicInstant)
    {
        if startsTalkspurt {
            isInPreroll = true
        } else if isInPreroll {
            isInPreroll = latestArrival.distance(to: arrival) < interval / 2
        }
    }

    private mutating func begin(_ transit: Int64, at arrival: MonotonicInstant) {
        hasObserved = true
        weights = .init(repeating: 0)
        weightSum = 0
        slowest = RecentMaximum()
        held = 0
        nextWeight = 1
        jitter = 0
        smoothedTransit = Double(transit)
        epochMinimum = transit
        previousMinimum = transit
        epochEnd = arrival.advanced(byNanoseconds: Self.epochNanoseconds)
    }

    private mutating func updateBaseline(_ transit: Int64, at arrival: MonotonicInstant) {
        if arrival >= epochEnd {
            previousMinimum = epochMinimum
            epochMinimum = transit
            epochEnd = arrival.advanced(byNanoseconds: Self.epochNanoseconds)
        }
        epochMinimum = min(epochMinimum, transit)
    }

    private mutating func record(_ delay: Int64, sampleCount: Int, at arrival: MonotonicInstant) {
        slowest.note(delay, at: arrival)
        let index = Int(min(delay / bucketNanoseconds, Int64(Self.bucketCount - 1)))
        weights[index] += nextWeight
        weightSum += nextWeight
        nextWeight *= 1 + Self.fadingPerMillisecond * Double(sampleCount) / Double(JitterBuffer.samplesPerMillisecond)
        if nextWeight > 1e9 {
            for index in 0..<Self.bucketCount { weights[index] /= nextWeight }
            weightSum /= nextWeight
            nextWeight = 1
        }
        chooseDelay(frameMilliseconds: Double(sampleCount) / Double(JitterBuffer.samplesPerMillisecond))
    }

    private static func nanoseconds(_ position: Int64) -> Int64 {
        MonotonicInstant.nanoseconds(ofSamples: Int(position))
    }
}
