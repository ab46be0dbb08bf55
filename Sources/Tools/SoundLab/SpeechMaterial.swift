import NetworkSimulator

/// Recordings in an order by chance, with pauses between them as between sentences.
struct SpeechMaterial {
    let samples: [Int16]

    /// At least `seconds` long. Recordings of under half a second, and of nothing, are left out.
    init(_ recordings: [SpeechRecording], seconds: Int, seed: UInt64) throws {
        let usable = recordings.filter { $0.samples.count >= Self.recordingSampleCountMin && Self.isLoud($0.samples) }
        guard !usable.isEmpty else {
            throw SoundLabError("none of \(recordings.count) recordings holds half a second of speech")
        }
        var generator = SeededGenerator(seed: seed)
        var samples = [Int16](repeating: 0, count: Self.pauseSampleCounts.lowerBound)
        var waiting: [SpeechRecording] = []
        while samples.count < seconds * 48_000 {
            if waiting.isEmpty { waiting = usable.shuffled(using: &generator) }
            samples += waiting.removeLast().samples
            samples += [Int16](repeating: 0, count: Int.random(in: Self.pauseSampleCounts, using: &generator))
        }
        self.samples = Array(samples.prefix(seconds * 48_000))
    }

    private static func isLoud(_ samples: [Int16]) -> Bool { samples.contains { abs(Int($0)) > 1_000 } }

    private static let recordingSampleCountMin = 24_000
    /// 0.2 to 0.8 s.
    private static let pauseSampleCounts = 9_600...38_400
}
