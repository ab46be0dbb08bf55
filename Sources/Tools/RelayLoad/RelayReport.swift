import Foundation

/// What a run of the relay benchmark found. Encodes to JSON as it is.
public struct RelayReport: Codable, Sendable {
    public var date: String
    public var processorCount: Int
    public var options: RelayBenchmarkOptions
    public var shapes: [RelayShapeFigures]
    public var flood: FloodReport?
    public var silence: IdleVoiceReport?

    init(
        options: RelayBenchmarkOptions, shapes: [RelayShapeFigures], flood: FloodReport? = nil,
        silence: IdleVoiceReport? = nil
    ) {
        date = Date().formatted(.iso8601)
        processorCount = ProcessInfo.processInfo.activeProcessorCount
        self.options = options
        self.shapes = shapes
        self.flood = flood
        self.silence = silence
    }

    /// Nothing came changed or to the wrong place, nobody else lost anything by a flood, and silence costs what it may.
    public var isSound: Bool {
        shapes.allSatisfy { $0.contenders.allSatisfy { $0.faults == 0 } } && flood?.isMet ?? true
            && silence?.isMet ?? true
    }
}

/// One turn of all contenders.
public struct RelayRound: Codable, Sendable { public var samples: [RelayContender: RelaySample] = [:] }

/// One shape over all rounds.
public struct RelayShapeFigures: Codable, Sendable {
    public var shape: RelayShape
    /// More than the shape has, where a process may not open sockets enough.
    public var wantedRooms: Int
    /// Users of different rooms who have a voice socket together, for the same reason.
    public var usersPerSocket = 1
    public var contenders: [RelayContenderFigures]
    public var rounds: [RelayRound]

    init(_ shape: RelayShape, rounds: [RelayRound]) {
        self.shape = shape
        wantedRooms = shape.rooms
        self.rounds = rounds
        contenders = RelayContender.allCases.filter { contender in rounds.contains { $0.samples[contender] != nil } }
            .map { RelayContenderFigures($0, in: rounds) }
    }
}

/// One contender over all rounds of a shape: medians, and the least and the most.
public struct RelayContenderFigures: Codable, Sendable {
    public var contender: RelayContender
    public var microsecondsPerDelivery: Spread
    /// The same over the yardstick's of the same round: what counts, for the machine drifts.
    public var costRatio: Spread?
    public var deliveriesPerSecond: Spread
    public var lossPercent: Spread
    /// Of one processor, 0…1.
    public var relayShare: Spread
    public var latencyP50: Spread
    public var latencyP99: Spread
    public var latencyP999: Spread
    /// The 99th percentile over the yardstick's of the same round.
    public var latencyP99Ratio: Spread?
    public var bytesPerSecond: Spread
    /// In all rounds: must be none.
    public var faults: UInt64
    /// Deliveries that never came, in all rounds.
    public var lost: UInt64
    /// Of every round that was the generator's rather than the relay's.
    public var generatorLimits: [String]

    init(_ contender: RelayContender, in rounds: [RelayRound]) {
        let samples = rounds.compactMap { $0.samples[contender] }
        func spread(_ value: (RelaySample) -> Double) -> Spread { Spread(samples.map(value)) }
        func ratio(_ value: (RelaySample) -> Double) -> Spread? {
            let ratios = rounds.compactMap { round -> Double? in
                guard let sample = round.samples[contender], let yardstick = round.samples[.floor], contender != .floor,
                    value(yardstick) > 0
                else { return nil }
                return value(sample) / value(yardstick)
            }
            return ratios.isEmpty ? nil : Spread(ratios)
        }
        self.contender = contender
        microsecondsPerDelivery = spread(\.microsecondsPerDelivery)
        costRatio = ratio(\.microsecondsPerDelivery)
        deliveriesPerSecond = spread(\.deliveriesPerSecond)
        lossPercent = spread(\.lossPercent)
        relayShare = spread(\.relayShare)
        latencyP50 = spread(\.latency.p50)
        latencyP99 = spread(\.latency.p99)
        latencyP999 = spread(\.latency.p999)
        latencyP99Ratio = ratio(\.latency.p99)
        bytesPerSecond = spread(\.bytesPerSecond)
        faults = samples.reduce(0) { $0 + $1.faults }
        lost = samples.reduce(0) { $0 + $1.lost }
        generatorLimits = samples.compactMap(\.generator.limit)
    }
}

/// A median and what it is the middle of.
public struct Spread: Codable, Equatable, Sendable {
    public var median: Double
    public var least: Double
    public var most: Double

    /// Zeros of nothing.
    init(_ values: [Double]) {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        median =
            sorted.isEmpty
            ? 0 : sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
        least = sorted.first ?? 0
        most = sorted.last ?? 0
    }
}
