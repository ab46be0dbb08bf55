import Foundation

/// What a voice client's sound costs: the microphone with everything on and encoded, and three talkers decoded, stretched
/// and mixed, by the product's own types, in processor time of this thread.
public struct SoundCost {
    /// Percent of a core, and calls of malloc(3) and its relatives.
    public struct Round: Codable, Sendable {
        public var microphonePercent = 0.0
        public var encodingPercent = 0.0
        public var hearingPercent = 0.0
        public var allocations: UInt64 = 0

        public var percent: Double { microphonePercent + encodingPercent + hearingPercent }
    }

    public struct Report: Codable, Sendable {
        public var secondsPerRound: Int
        public var rounds: [Round] = []
        /// Of what the talkers played: put in or taken out to keep pace with their clocks and the network.
        public var stretchedPercent = 0.0
        public var concealedPercent = 0.0
    }

    private let speech: [SpeechRecording]
    private let seed: UInt64

    public init(speech: [SpeechRecording], seed: UInt64) {
        self.speech = speech
        self.seed = seed
    }

    /// Accepted numbers of rounds, and of seconds of sound in each.
    public static let roundsRange = 1...100
    public static let secondsRange = 1...60

    /// Runs `rounds` after one that warms up and is not counted.
    /// Throws ``SoundLabError`` for too little speech, and for a number that is out of range.
    public func run(rounds: Int, secondsPerRound: Int) throws -> Report {
        guard Self.roundsRange.contains(rounds), Self.secondsRange.contains(secondsPerRound) else {
            throw SoundLabError("a cost is measured in 1 to 100 rounds of 1 to 60 seconds")
        }
        var call = try SoundCostCall(speech: speech, seconds: (rounds + 1) * secondsPerRound, seed: seed)
        var report = Report(secondsPerRound: secondsPerRound)
        for round in 0...rounds {
            let costs = try call.run(frames: secondsPerRound * SoundCostCall.framesPerSecond)
            if round > 0 { report.rounds.append(costs.round(seconds: secondsPerRound)) }
        }
        (report.stretchedPercent, report.concealedPercent) = call.shares
        return report
    }
}

extension SoundCost.Report {
    /// Writes `cost.json` into `folder`, which is made if it is not there.
    public func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(self).write(to: URL(filePath: folder + "/cost.json"))
    }

    /// The whole's median, least and most.
    public var percent: (median: Double, least: Double, most: Double) { spread(\.percent) }

    /// Rows for people to read.
    public var text: String {
        let parts: [(String, KeyPath<SoundCost.Round, Double>)] = [
            ("microphone", \.microphonePercent), ("encoding", \.encodingPercent),
            ("three talkers", \.hearingPercent), ("all", \.percent),
        ]
        let rows = parts.map { name, part in
            let (median, least, most) = spread(part)
            return String(format: "| %@ | %.2f %% | %.2f to %.2f %% |", name, median, least, most)
        }
        let allocations = rounds.reduce(0) { $0 + $1.allocations }
        return """
            | part | of a core, median | range |
            |---|--:|--:|
            \(rows.joined(separator: "\n"))

            \(rounds.count) rounds of \(secondsPerRound) s of sound; \(allocations) allocations; \
            \(String(format: "%.2f", stretchedPercent)) % stretched, \(String(format: "%.2f", concealedPercent)) % concealed.
            """
    }

    private func spread(_ part: KeyPath<SoundCost.Round, Double>) -> (median: Double, least: Double, most: Double) {
        let values = rounds.map { $0[keyPath: part] }.sorted()
        guard let least = values.first, let most = values.last else { return (0, 0, 0) }
        let middle = values.count / 2
        let median = values.count.isMultiple(of: 2) ? (values[middle - 1] + values[middle]) / 2 : values[middle]
        return (median, least, most)
    }
}
