import Foundation
import NetworkSimulator
import SpeechProcessing

/// Devices that do not say the truth about their delays.
extension MicrophoneTable {
    /// One room and one lie, in milliseconds.
    struct DelayRow: Codable {
        var room: String
        var lieMilliseconds: Int
        /// When it was found, and what was found; nil: never.
        var secondsToCorrection: Double?
        var correctionMilliseconds: Double?
        /// From then on, or from the beginning where nothing was corrected.
        var secondsTo25: Double?
        /// Taken off in the last five of twenty seconds.
        var decibelsAtTheEnd: Double
    }

    /// Sound that has nothing to do with what is played: every correction is wrong.
    struct NoEchoRow: Codable {
        var near: String
        var far: String
        var corrections: Int
    }

    private static let lies = [-250, -120, -50, 0, 50, 120, 250]
    private static let delaySeconds = 20

    func delayRows() throws -> [DelayRow] {
        let far = scene.looped(scene.far, seconds: Self.delaySeconds)
        return try SimulatedRoom.all.flatMap { room in
            let echo = Convolution.of(far, room.response(moved: false, decibels: -6))
            let heard = MicrophoneScene.samples(MicrophoneScene.sum(echo, noise))
            let played = MicrophoneScene.samples(far)
            return try Self.lies.map { lie in
                try delayRow(room.name, lie, heard, DelayTrial.run(heard, played: played, lieMilliseconds: lie))
            }
        }
    }

    private func delayRow(
        _ room: String, _ lie: Int, _ heard: [Int16], _ result: DelayTrial.Result
    ) throws -> DelayRow {
        let first = result.corrections.first
        let end = heard.count - 5 * Self.second..<heard.count - delay
        let late = end.lowerBound + delay..<end.upperBound + delay
        return DelayRow(
            room: room, lieMilliseconds: lie,
            secondsToCorrection: first.map { Double($0.time) / Double(Self.second) },
            correctionMilliseconds: first == nil
                ? nil : Double(result.corrections.reduce(0) { $0 + $1.sampleCount }) / 48,
            secondsTo25: secondsTo25(heard, result.output, from: first?.time ?? 0),
            decibelsAtTheEnd: MicrophoneScene.decibels(heard[end]) - MicrophoneScene.decibels(result.output[late]))
    }

    func noEchoRows() throws -> [NoEchoRow] {
        let seconds = 3 * Self.delaySeconds
        let talk = scene.looped(scene.near, seconds: seconds)
        let speech = scene.looped(scene.far, seconds: seconds)
        let (music, other) = (scene.music(seconds: seconds, seed: 1), scene.music(seconds: seconds, seed: 2))
        let cases = [
            ("speech", talk, "speech", speech), ("music", music, "speech", speech), ("speech", talk, "music", music),
            ("other music", other, "music", music),
            ("music", scene.music(seconds: seconds, seed: 3), "other music", other),
            ("a third piece", scene.music(seconds: seconds, seed: 4), "music", music),
            ("babble", scene.noise(.babble, count: speech.count), "speech", speech),
        ]
        return try cases.map { nearName, near, farName, far in
            let result = try DelayTrial.run(
                MicrophoneScene.samples(near), played: MicrophoneScene.samples(far), lieMilliseconds: 0)
            return NoEchoRow(near: nearName, far: farName, corrections: result.corrections.count)
        }
    }
}

extension MicrophoneScene {
    /// The beginning of `sound`, over and over.
    func looped(_ sound: [Float], seconds: Int) -> [Float] { (0..<seconds * 48_000).map { sound[$0 % sound.count] } }

    /// Chords and a rattle on each beat, from a seed: key, tempo, and which chord comes next.
    func music(seconds: Int, seed: UInt64) -> [Float] {
        var generator = SeededGenerator(seed: seed)
        let key = 220 * pow(2, Double.random(in: 0..<12, using: &generator) / 12)
        let beat = Double.random(in: 0.4...0.6, using: &generator)
        let steps = [1, 1.122, 1.335, 1.498]
        let roots: [Double] = (0..<64).map { _ in key * steps[Int.random(in: 0..<4, using: &generator)] }
        return (0..<seconds * 48_000).map { index in
            let time = Double(index) / 48_000
            let since = time.truncatingRemainder(dividingBy: beat) / beat
            let root = 2 * Double.pi * roots[Int(time / (4 * beat)) % roots.count]
            var tones = 0.0
            for interval in [1, 1.26, 1.5, 2] {
                for harmonic in [1.0, 2, 3, 4] {
                    tones += sin(root * interval * harmonic * time) / (harmonic * harmonic)
                }
            }
            let rattle = Double.random(in: -1...1, using: &generator) * exp(-20 * since)
            return Float(0.06 * tones * exp(-2 * since) + 0.05 * rattle)
        }
    }
}
