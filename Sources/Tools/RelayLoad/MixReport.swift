/// What the server took while it mixed.
public struct MixSample: Codable, Sendable {
    /// Of one processor, 0…1: the whole process, and the mixer's threads of it.
    public var serverShare: Double
    public var mixerShare: Double
    /// To all listeners, UDP payload.
    public var datagramsPerSecond: Double
    public var bytesPerSecond: Double

    var text: String {
        "server \((serverShare * 100).decimal(2)) % of a core, mixer \((mixerShare * 100).decimal(2)) %, "
            + "\(Int(datagramsPerSecond)) datagrams and \((bytesPerSecond / 1_024).decimal(1)) KiB a second"
    }
}

/// What mixing cost. Encodes to JSON as it is.
public struct MixReport: Codable, Sendable {
    public var seconds: Int
    public var silentRooms: Int
    public var crowd: MixSample
    public var lecture: MixSample
    public var silence: MixSample
    public var forwardedSilence: MixSample
    /// One-way latency in the forwarded rooms, in microseconds, a figure for each round: with the crowd beside silent, and mixed.
    public var quietP50: [Double]
    public var mixedP50: [Double]
    public var quietP99: [Double]
    public var mixedP99: [Double]
    /// Frames lost in the forwarded rooms while the crowd was mixed.
    public var lost: UInt64
    /// What mixing adds to the way of a frame.
    public var delay: MixDelay

    static let crowdShareMax = 0.3
    static let lectureShareMax = 0.1
    static let silenceShareMax = 0.005
    static let latencyRatioMax = 1.05

    /// What mixing adds to the same silent sessions.
    public var silenceShare: Double { silence.serverShare - forwardedSilence.serverShare }
    public var ratioP50: Double { Self.medianRatio(mixedP50, quietP50) }
    public var ratioP99: Double { Self.medianRatio(mixedP99, quietP99) }

    public var isMet: Bool {
        crowd.serverShare <= Self.crowdShareMax && lecture.serverShare <= Self.lectureShareMax
            && silenceShare <= Self.silenceShareMax && ratioP50 <= Self.latencyRatioMax
            && ratioP99 <= Self.latencyRatioMax
            && lost == 0 && delay.isMet
    }

    /// The median of what each round's two turns differ by.
    static func medianRatio(_ figures: [Double], _ others: [Double]) -> Double {
        let ratios = zip(figures, others).map { $0 / max(0.001, $1) }.sorted()
        guard !ratios.isEmpty else { return 1 }
        let middle = ratios.count / 2
        return ratios.count.isMultiple(of: 2) ? (ratios[middle - 1] + ratios[middle]) / 2 : ratios[middle]
    }

    /// For people.
    public var text: String {
        func row(_ isMet: Bool, _ what: String, _ reached: String, _ wanted: String) -> String {
            "\(isMet ? "PASS" : "FAIL")  \(what): \(reached) (wanted \(wanted))"
        }
        func percent(_ share: Double) -> String { (share * 100).decimal(2) + " %" }
        func spread(_ values: [Double]) -> String {
            "\((values.min() ?? 0).decimal(1))–\((values.max() ?? 0).decimal(1)) µs"
        }
        let silent =
            "\(percent(silence.serverShare)), forwarded \(percent(forwardedSilence.serverShare)): mixing adds "
            + percent(silenceShare)
        return """
            Mixing, the whole server's share of one core, over \(seconds) s each:
            \(row(crowd.serverShare <= Self.crowdShareMax, "50 people, all talking", "\(crowd.text)", "≤ 30 %"))
            \(row(lecture.serverShare <= Self.lectureShareMax, "200 listeners, 3 speakers", "\(lecture.text)", "≤ 10 %"))
            \(row(silenceShare <= Self.silenceShareMax, "\(silentRooms) silent rooms of two, mixed", silent, "≤ 0.5 %"))
            Forwarding in ten other rooms while 50 people are mixed, beside the same with those silent, \(quietP50.count) rounds:
            \(row(ratioP50 <= Self.latencyRatioMax, "p50", "\(ratioP50.decimal(2))× (\(spread(quietP50)) → \(spread(mixedP50)))", "≤ 1.05×"))
            \(row(ratioP99 <= Self.latencyRatioMax, "p99", "\(ratioP99.decimal(2))× (\(spread(quietP99)) → \(spread(mixedP99)))", "≤ 1.05×"))
            \(row(lost == 0, "frames lost there", "\(lost)", "none"))
            What a mix adds to the way of a first frame, median of \(delay.mixed.count) talkspurts:
            \(row(delay.isMet, "added delay", delay.text, "≤ one frame + the speaker's playout delay, 40 ms"))
            """
    }
}
