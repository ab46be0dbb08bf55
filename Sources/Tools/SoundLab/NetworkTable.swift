import AudioDevice
import Foundation
import NetworkSimulator

/// Speech over every network and through every listener: rows of figures, and the sound itself as files, for a program that
/// compares what was heard with what was said.
public struct NetworkTable {
    public var scenarios = NetworkScenario.all
    public var contenders = NetworkContender.allCases
    public var seed: UInt64 = 1

    public init() {}

    /// A row, as it stands in `network.json`.
    public struct Row: Codable, Equatable, Sendable {
        public var network: String
        public var listener: String
        public var concealedPercent: Double
        public var latePercent: Double
        public var lostPercent: Double
        public var stretchedPercent: Double
        /// Of the sound, and of its copies with their heads.
        public var soundKilobitsPerSecond: Double
        public var redundancyKilobitsPerSecond: Double
        /// The least that sound is later than it was said: the network's delay.
        public var networkDelayMilliseconds: Double
        public var driftPartsPerMillion: Double
        /// What receiving, decoding, stretching and mixing took from the heap after the first second, in a release build.
        public var allocations: UInt64
        /// What was said and what was heard, and how many seconds in the files begin.
        public var said: String
        public var heard: String
        public var firstSecond: Int
    }

    /// Only the end of a long trial is kept as files, seconds.
    private static let keptSeconds = 60

    /// Runs everything, and writes `network.json` and WAV files into the folder. `say` is told what goes on.
    public func run(
        _ recordings: [SpeechRecording], into folder: String, say: (String) -> Void
    ) throws -> [Row] {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var rows: [Row] = []
        for scenario in scenarios {
            let speech = try SpeechMaterial(recordings, seconds: scenario.seconds, seed: seed).samples
            let first = max(0, scenario.seconds - Self.keptSeconds)
            let said = "said-\(scenario.seconds).wav"
            try WAVAudio.write(Array(speech[(first * 48_000)...]), to: folder + "/" + said)
            for contender in contenders {
                say("\(scenario.name), \(contender.rawValue)")
                let trial = NetworkTrial(scenario: scenario, contender: contender, seed: seed, speech: speech)
                let outcome = try trial.run()
                let heard = "\(scenario.name)-\(contender.rawValue).wav"
                try WAVAudio.write(Array(outcome.heard[(first * 48_000)...]), to: folder + "/" + heard)
                var row = Self.row(scenario, contender, outcome)
                row.said = said
                row.heard = heard
                row.firstSecond = first
                rows.append(row)
            }
        }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(rows).write(to: URL(filePath: folder + "/network.json"))
        return rows
    }

    private static func row(
        _ scenario: NetworkScenario, _ contender: NetworkContender, _ outcome: NetworkTrial.Outcome
    ) -> Row {
        let figures = outcome.figures
        let frames = Double(max(1, outcome.frameCount))
        let seconds = Double(scenario.seconds)
        let (whole, attoseconds) = scenario.conditions.delay.components
        return Row(
            network: scenario.name, listener: contender.rawValue, concealedPercent: 100 * figures.concealedShare,
            latePercent: 100 * Double(figures.framesLate) / frames,
            lostPercent: 100 * Double(figures.framesLost) / frames,
            stretchedPercent: 100 * Double(figures.samplesStretched) / Double(max(1, figures.samplesPlayed)),
            soundKilobitsPerSecond: Double(outcome.opusByteCount) * 8 / seconds / 1_000,
            redundancyKilobitsPerSecond: Double(outcome.redundantByteCount) * 8 / seconds / 1_000,
            networkDelayMilliseconds: Double(whole) * 1_000 + Double(attoseconds) / 1e15,
            driftPartsPerMillion: scenario.driftPartsPerMillion, allocations: figures.allocations,
            said: "", heard: "", firstSecond: 0)
    }
}
