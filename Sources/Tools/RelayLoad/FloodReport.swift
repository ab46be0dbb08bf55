import SyntheticSpeakers

/// What others noticed of floods. Encodes to JSON as it is.
public struct FloodReport: Codable, Sendable {
    /// In the order of their table; the first is without a flood, and what the others are compared with.
    public var floods: [FloodFigures]

    /// - Parameter turns: of each kind, one a round.
    init(_ turns: [[FloodSample]]) {
        floods = FloodKind.allCases.map { kind in
            FloodFigures(kind, samples: turns[kind.rawValue], quiet: turns[FloodKind.none.rawValue])
        }
    }

    /// Nobody else lost anything, and their 99th percentile is what it was, as near as such a machine repeats itself.
    public var isMet: Bool { floods.allSatisfy(\.isMet) }

    /// For people.
    public var text: String {
        let steady = FloodBenchmark.steadyRooms
        let shape = FloodBenchmark.shape
        let head = """
            Flood by one session with a valid key, beside \(steady) rooms of \(shape.people) with \(shape.talkers) talking; what those rooms got:
            """
        return ([head] + floods.map(\.line) + [""]).joined(separator: "\n")
    }
}

/// One kind of flood over all rounds: medians, and the least and the most.
public struct FloodFigures: Codable, Sendable {
    public var flood: String
    /// What the kernel took of it.
    public var floodDatagramsPerSecond: Spread
    public var latencyP50: Spread
    public var latencyP99: Spread
    public var latencyP999: Spread
    /// The 99th percentile over that without a flood, of the same round.
    public var latencyP99Ratio: Spread
    /// Of the rooms that talk, in all rounds.
    public var deliveries: UInt64
    public var lost: UInt64
    public var faults: UInt64
    /// Of one processor, 0…1, for everything.
    public var relayShare: Spread
    public var generatorLimits: [String]

    /// How much the 99th percentile may rise: what rounds without any flood differ by here.
    static let latencyRatioMax = 1.5

    init(_ kind: FloodKind, samples: [FloodSample], quiet: [FloodSample]) {
        flood = kind.text
        floodDatagramsPerSecond = Spread(samples.map(\.floodDatagramsPerSecond))
        latencyP50 = Spread(samples.map(\.relay.latency.p50))
        latencyP99 = Spread(samples.map(\.relay.latency.p99))
        latencyP999 = Spread(samples.map(\.relay.latency.p999))
        latencyP99Ratio = Spread(
            zip(samples, quiet).map { $0.relay.latency.p99 / max(0.001, $1.relay.latency.p99) })
        deliveries = samples.reduce(0) { $0 + $1.relay.deliveriesExpected - $1.relay.lost }
        lost = samples.reduce(0) { $0 + $1.relay.lost }
        faults = samples.reduce(0) { $0 + $1.relay.faults }
        relayShare = Spread(samples.map(\.relay.relayShare))
        generatorLimits = samples.compactMap(\.relay.generator.limit)
    }

    var isMet: Bool { lost == 0 && faults == 0 && latencyP99Ratio.median <= Self.latencyRatioMax }

    fileprivate var line: String {
        let limits = Set(generatorLimits).sorted().map { "\n  ! the generator was the limit: \($0)" }.joined()
        return "\(isMet ? "PASS" : "FAIL")  \(flood): p50 \(latencyP50.text(0)), p99 \(latencyP99.text(0)), p99.9 "
            + "\(latencyP999.text(0)) µs, p99 ratio \(latencyP99Ratio.text(2)), lost \(lost) of \(deliveries + lost), relay "
            + "\((relayShare.median * 100).decimal(1)) % of a core" + (faults > 0 ? ", \(faults) FAULTS" : "") + limits
    }
}

/// What a flood consists of.
enum FloodKind: Int, CaseIterable, Codable, Sendable {
    case none, small, longest, tooLong

    var load: VoiceFlood.Load? {
        switch self {
        case .none: nil
        case .small: VoiceFlood.Load(datagramsPerSecond: 10_000, datagramBytes: 119)
        case .longest: VoiceFlood.Load(datagramsPerSecond: 10_000, datagramBytes: 1_314)
        case .tooLong: VoiceFlood.Load(datagramsPerSecond: 10_000, datagramBytes: 1_400)
        }
    }

    var text: String {
        guard let load else { return "no flood" }
        return "\(load.datagramsPerSecond)/s of \(load.datagramBytes) bytes"
    }
}

/// One turn.
struct FloodSample: Codable, Sendable {
    /// What the rooms that talk got.
    var relay: RelaySample
    var floodDatagramsPerSecond: Double
}
