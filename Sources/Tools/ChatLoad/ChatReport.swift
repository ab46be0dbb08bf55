import Foundation
import LoadSupport

/// What a run of the benchmark found. Encodes to JSON as it is.
public struct ChatReport: Codable, Sendable {
    public var date: String
    public var processorCount: Int
    public var options: ChatBenchmarkOptions
    public var idle: IdleFigures
    /// Nothing else going on, and no messages stored before.
    public var emptyDatabase: PhaseFigures
    /// One a phase: all rounds together.
    public var phases: [PhaseFigures]
    public var ratios: [RatioFigures]
    public var throughput: [ThroughputFigures]
    public var acknowledgedCount: Int
    public var storedCount: Int
    public var goals: [Goal]

    init(
        options: ChatBenchmarkOptions, idle: IdleFigures, emptyDatabase: PhaseMeasurement,
        throughput: [ThroughputFigures], acknowledgedCount: Int, storedCount: Int, measurements: [PhaseMeasurement]
    ) {
        date = Date().formatted(.iso8601)
        processorCount = ProcessInfo.processInfo.activeProcessorCount
        self.options = options
        self.idle = idle
        self.emptyDatabase = PhaseFigures([emptyDatabase])
        self.throughput = throughput
        self.acknowledgedCount = acknowledgedCount
        self.storedCount = storedCount
        phases = Phase.allCases.map { phase in PhaseFigures(measurements.filter { $0.phase == phase }) }
        ratios = [Phase.searching, .reloading].map { RatioFigures($0, in: measurements) }
        goals = []
        goals = Goal.all(of: self)
    }
}

/// One phase over all rounds.
public struct PhaseFigures: Codable, Equatable, Sendable {
    public var phase: Phase
    public var delivery: LatencySummary
    public var acknowledgement: LatencySummary
    public var voice: LatencySummary
    public var voiceSentCount: Int
    public var voiceLostCount: Int
    public var search: LatencySummary?
    public var reload: LatencySummary?
    public var missingCount: Int
    public var refusedCount: Int
    public var serverProcessors: Double
    public var generatorProcessors: Double
    /// The latest that a message left after its time, in microseconds.
    public var generatorLateMax: UInt64

    /// - Parameter rounds: of one phase, at least one.
    init(_ rounds: [PhaseMeasurement]) {
        phase = rounds.first?.phase ?? .alone
        delivery = Self.sum(rounds, \.delivery).summary
        acknowledgement = Self.sum(rounds, \.acknowledgement).summary
        voice = Self.sum(rounds, \.voice).summary
        voiceSentCount = rounds.reduce(0) { $0 + $1.voiceSentCount }
        voiceLostCount = rounds.reduce(0) { $0 + $1.voiceLostCount }
        search = phase == .searching ? Self.sum(rounds, \.search).summary : nil
        reload = phase == .reloading ? Self.sum(rounds, \.reload).summary : nil
        missingCount = rounds.reduce(0) { $0 + $1.missingCount }
        refusedCount = rounds.reduce(0) { $0 + $1.refusedCount }
        serverProcessors = rounds.reduce(0) { $0 + $1.serverProcessors } / Double(max(1, rounds.count))
        generatorProcessors = rounds.reduce(0) { $0 + $1.generatorProcessors } / Double(max(1, rounds.count))
        generatorLateMax = (rounds.map(\.generatorLateNanosecondsMax).max() ?? 0) / 1_000
    }

    private static func sum(
        _ rounds: [PhaseMeasurement], _ record: KeyPath<PhaseMeasurement, LatencyRecord>
    ) -> LatencyRecord {
        rounds.reduce(into: LatencyRecord()) { $0.add($1[keyPath: record]) }
    }
}

/// A phase's 99th percentiles over those of the undisturbed phase of the same round: the median of the rounds.
public struct RatioFigures: Codable, Equatable, Sendable {
    public var phase: Phase
    public var delivery: Double
    public var voice: Double

    init(_ phase: Phase, in measurements: [PhaseMeasurement]) {
        self.phase = phase
        let disturbed = measurements.filter { $0.phase == phase }
        let alone = measurements.filter { $0.phase == .alone }
        func median(_ record: KeyPath<PhaseMeasurement, LatencyRecord>) -> Double {
            let ratios = zip(disturbed, alone).map { disturbed, alone in
                Double(disturbed[keyPath: record].summary.p99) / Double(max(1, alone[keyPath: record].summary.p99))
            }
            return Median.of(ratios)
        }
        delivery = median(\.delivery)
        voice = median(\.voice)
    }
}

enum Median {
    /// Zero of nothing.
    static func of(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        guard let last = sorted.last else { return 0 }
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : min(sorted[middle], last)
    }
}
