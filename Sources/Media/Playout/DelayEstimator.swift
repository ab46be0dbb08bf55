import VoiceWire

/// Learns from arrivals how long frames must wait so that nearly all are in time.
///
/// A frame's transit is its arrival minus its timestamp. The smallest transit of the last five to ten seconds is the
/// baseline: clocks are not synchronised, so only delay above it can be known. What a frame is slower than the baseline
/// goes into a histogram of ``bucketCount`` buckets whose weights fade (half is forgotten after about 350 frames). The
/// jitter to be covered is the ``coveredShare`` percentile: the other frames are left to concealment, since waiting for
/// the slowest would cost everybody their delay.
///
/// Frames that arrive together at the start of a talkspurt are the talker's pre-roll, sent late on purpose: they are
/// heard late whatever the network does, so nothing is learnt from them.
struct DelayEstimator: Sendable {
    private static let bucketCount = 100
    private static let coveredShare = 0.98
    private static let fading = 0.998
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

    init(delayNanosecondsMax: Int64) {
        bucketNanoseconds = max(1, delayNanosecondsMax / Int64(Self.bucketCount))
    }

    /// Takes note of a frame's arrival. Any order, no second copies.
    mutating func observe(_ timestamp: MediaTimestamp, startsTalkspurt: Bool, at arrival: MonotonicInstant) {
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
        }
        latestTimestamp = timestamp
        latestPosition = position
        latestTransit = transit
        latestArrival = arrival
        updateBaseline(transit, at: arrival)
        if !isInPreroll { record(transit - baseline) }
    }

    /// The earliest that a frame with this timestamp could have arrived.
    func earliestArrival(of timestamp: MediaTimestamp) -> MonotonicInstant {
        let position = latestPosition + Int64(latestTimestamp.distance(to: timestamp))
        return MonotonicInstant(nanoseconds: baseline + Self.nanoseconds(position))
    }

    /// Waiting beyond the earliest arrival that lets ``coveredShare`` of the frames come in time.
    var coveringDelayNanoseconds: Int64 {
        guard weightSum > 0 else { return 0 }
        var covered = 0.0
        for index in 0..<Self.bucketCount {
            covered += weights[index]
            if covered >= weightSum * Self.coveredShare { return Int64(index + 1) * bucketNanoseconds }
        }
        return Int64(Self.bucketCount) * bucketNanoseconds
    }

    var jitterNanoseconds: Int64 { Int64(jitter) }

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
        nextWeight = 1
        jitter = 0
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

    private mutating func record(_ delay: Int64) {
        let index = Int(min(delay / bucketNanoseconds, Int64(Self.bucketCount - 1)))
        weights[index] += nextWeight
        weightSum += nextWeight
        nextWeight /= Self.fading
        guard nextWeight > 1e9 else { return }
        for index in 0..<Self.bucketCount { weights[index] /= nextWeight }
        weightSum /= nextWeight
        nextWeight = 1
    }

    private static func nanoseconds(_ position: Int64) -> Int64 {
        MonotonicInstant.nanoseconds(ofSamples: Int(position))
    }
}
