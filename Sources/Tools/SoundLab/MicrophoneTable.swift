import AudioDevice
import CAllocationCount
import Foundation
import OpusCodec
import SpeechProcessing

/// What the microphone's processing does to simulated echo, to noise and to speech: figures as JSON, and sound to be scored.
///
/// `Scripts/sound_microphone.py` scores the sound that ``write(to:)`` leaves and prints the table.
public struct MicrophoneTable {
    let scene: MicrophoneScene
    let noise: [Float]

    public struct Report: Codable {
        var seed: UInt64
        var echo: [EchoRow] = []
        var delay: [DelayRow] = []
        var noEcho: [NoEchoRow] = []
        var noise: [NoiseRow] = []
        var activity: [ActivityRow] = []
        /// Share of a core that capture with everything on takes, encoding at 40 kbit/s among it.
        var corePercent = 0.0
        /// Calls of malloc(3) and its like meanwhile: none, or something is wrong.
        var allocations = 0
    }

    /// One room. Decibels of echo taken off, second by second; then the same after the microphone was moved.
    struct EchoRow: Codable {
        var room: String
        var decibelsPerSecond: [Double]
        var secondsTo25: Double?
        var decibelsAfterMovePerSecond: [Double]
        var secondsTo25AfterMove: Double?
        /// Files: what the person said alone, that processed alone, and that processed while the speaker played.
        var said: String
        var alone: String
        var doubleTalk: String
    }

    struct NoiseRow: Codable {
        var noise: String
        var ratioDecibels: Int
        /// By how much the ratio of speech to noise grew.
        var gainDecibels: Double
        var said: String
        var before: String
        var after: String
    }

    struct ActivityRow: Codable {
        var noise: String
        var ratioDecibels: Int?
        var missedPercent: Double
        var falseAlarmPercent: Double
        var onsetsCut: Int
        var onsets: Int
    }

    /// Samples by which processed sound is later.
    let delay: Int
    static let second = 48_000

    private let seed: UInt64

    /// Throws ``SoundLabError`` for too little speech.
    public init(speech: [SpeechRecording], seed: UInt64) throws {
        self.seed = seed
        delay = try MicrophoneProcessor(frameSampleCount: MicrophoneRun.frame).delaySampleCount
        scene = try MicrophoneScene(speech: speech, seed: seed)
        // A microphone's own hiss: −75 dBFS.
        noise = MicrophoneScene.scaled(scene.noise(.white, count: 40 * Self.second), decibels: -52)
    }

    /// Measures everything and writes `microphone.json` and the sound into `folder`.
    public func write(to folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        var report = Report(seed: seed)
        for (index, room) in SimulatedRoom.all.enumerated() { report.echo.append(try echoRow(room, index, folder)) }
        report.delay = try delayRows()
        report.noEcho = try noEchoRows()
        for kind in MicrophoneScene.Noise.allCases {
            for ratio in [0, 5, 10, 20] { report.noise.append(try noiseRow(kind, ratio, folder)) }
        }
        report.activity.append(try activityRow(nil, nil))
        for kind in MicrophoneScene.Noise.allCases {
            for ratio in [20, 10] { report.activity.append(try activityRow(kind, ratio)) }
        }
        (report.corePercent, report.allocations) = try cost()
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        try encoder.encode(report).write(to: URL(filePath: folder + "/microphone.json"))
    }

    // MARK: Echo

    private func echoRow(_ room: SimulatedRoom, _ index: Int, _ folder: String) throws -> EchoRow {
        let count = 20 * Self.second
        let far = Array((0..<count).map { scene.far[$0 % scene.far.count] })
        // 6 dB less than is played: a loudspeaker half a metre away.
        let still = Convolution.of(far, room.response(moved: false, decibels: -6))
        let moved = Convolution.of(far, room.response(moved: true, decibels: -6))
        let half = count / 2
        let heard = MicrophoneScene.sum(Array(still[..<half] + moved[half...]), noise)
        let settings = Self.settings(echo: true)
        let output = try processed(heard, played: far, settings)
        let input = MicrophoneScene.samples(heard)
        let left = (0..<20).map { second in
            let range = second * Self.second..<(second + 1) * Self.second
            let late = range.lowerBound + delay..<min(output.count, range.upperBound + delay)
            return MicrophoneScene.decibels(input[range]) - MicrophoneScene.decibels(output[late])
        }
        let near = Array(scene.near.prefix(10 * Self.second))
        let quiet = [Float](repeating: 0, count: half)
        let said = quiet + near
        let alone = try processed(MicrophoneScene.sum(said, noise), played: [], settings)
        let both = try processed(MicrophoneScene.sum(MicrophoneScene.sum(still, said), noise), played: far, settings)
        func file(_ name: String, _ samples: some Sequence<Int16>) throws -> String {
            try write(Array(samples), "echo-\(index)-\(name)", folder)
        }
        let late = half + delay..<min(half + delay + near.count, both.count)
        return EchoRow(
            room: room.name, decibelsPerSecond: Array(left[..<10]),
            secondsTo25: secondsTo25(input, output, from: 0),
            decibelsAfterMovePerSecond: Array(left[10...]),
            secondsTo25AfterMove: secondsTo25(input, output, from: half),
            said: try file("said", MicrophoneScene.samples(near)), alone: try file("alone", alone[late]),
            doubleTalk: try file("both", both[late]))
    }

    /// When 25 dB were reached: the end of the first half second in which echo was heard and as much less came out.
    func secondsTo25(_ input: [Int16], _ output: [Int16], from start: Int) -> Double? {
        for begin in stride(from: start, to: start + 10 * Self.second - 24_000, by: 4_800) {
            let range = begin..<begin + 24_000
            let late = range.lowerBound + delay..<min(output.count, range.upperBound + delay)
            let level = MicrophoneScene.decibels(input[range])
            if level > -45, level - MicrophoneScene.decibels(output[late]) >= 25 {
                return Double(begin + 24_000 - start) / Double(Self.second)
            }
        }
        return nil
    }

    // MARK: Noise

    private func noiseRow(_ kind: MicrophoneScene.Noise, _ ratio: Int, _ folder: String) throws -> NoiseRow {
        let near = [Float](repeating: 0, count: 2 * Self.second) + scene.near.prefix(20 * Self.second)
        let noise = MicrophoneScene.scaled(scene.noise(kind, count: near.count), decibels: -Double(ratio))
        let settings = Self.settings(echo: false)
        let input = MicrophoneScene.samples(MicrophoneScene.sum(near, noise))
        let output = try processed(MicrophoneScene.sum(near, noise), played: [], settings)
        let name = "noise-\(kind.rawValue)-\(ratio)"
        let speech = MicrophoneScene.samples(near)
        let cut = 2 * Self.second
        let end = min(speech.count, output.count) - delay
        return NoiseRow(
            noise: kind.rawValue, ratioDecibels: ratio,
            gainDecibels: ratioDecibels(speech, output, late: delay) - ratioDecibels(speech, input, late: 0),
            said: try write(Array(speech[cut..<end]), name + "-said", folder),
            before: try write(Array(input[cut..<end]), name + "-before", folder),
            after: try write(Array(output[cut + delay..<end + delay]), name + "-after", folder))
    }

    /// Level where somebody speaks over level where nobody does.
    private func ratioDecibels(_ speech: [Int16], _ sound: [Int16], late: Int) -> Double {
        var (talk, pause): ([Int16], [Int16]) = ([], [])
        for start in stride(from: Self.second, to: min(speech.count, sound.count - late) - 480, by: 480) {
            let level = MicrophoneScene.decibels(speech[start..<start + 480])
            let piece = sound[start + late..<start + late + 480]
            if level > -40 { talk += piece } else if level < -80 { pause += piece }
        }
        return MicrophoneScene.decibels(talk) - MicrophoneScene.decibels(pause)
    }

    // MARK: Activity

    private func activityRow(_ kind: MicrophoneScene.Noise?, _ ratio: Int?) throws -> ActivityRow {
        let near = [Float](repeating: 0, count: 3 * Self.second) + scene.near.prefix(60 * Self.second)
        let noise = kind.map {
            MicrophoneScene.scaled(scene.noise($0, count: near.count), decibels: -Double(ratio ?? 0))
        }
        let sound = MicrophoneScene.samples(noise.map { MicrophoneScene.sum(near, $0) } ?? near)
        let speech = MicrophoneScene.samples(near)
        let sent = try ActivityTrial.sent(sound)
        let result = ActivityTrial.compare(sent, speech)
        return ActivityRow(
            noise: kind?.rawValue ?? "none", ratioDecibels: ratio, missedPercent: result.missedPercent,
            falseAlarmPercent: result.falseAlarmPercent, onsetsCut: result.onsetsCut, onsets: result.onsets)
    }

    // MARK: Work

    private func processed(_ heard: [Float], played: [Float], _ settings: MicrophoneSettings) throws -> [Int16] {
        try MicrophoneRun.process(
            MicrophoneScene.samples(heard), played: MicrophoneScene.samples(played), settings: settings)
    }

    /// Processor time for everything and encoding, in percent of the time that the sound lasts, and what it allocated.
    private func cost() throws -> (corePercent: Double, allocations: Int) {
        let count = 20 * Self.second
        let far = MicrophoneScene.samples((0..<count).map { scene.far[$0 % scene.far.count] })
        var near = MicrophoneScene.samples((0..<count).map { scene.near[$0 % scene.near.count] * 0.5 })
        var processor = try MicrophoneProcessor(settings: .voice, frameSampleCount: MicrophoneRun.frame)
        var encoder = try OpusEncoder()
        var reference = EchoReference()
        var packet = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
        let (start, before) = (clock(), allocation_count())
        try far.withUnsafeBufferPointer { far in
            try near.withUnsafeMutableBufferPointer { near in
                try packet.withUnsafeMutableBytes { packet in
                    for start in stride(from: 0, to: count, by: MicrophoneRun.frame) {
                        let range = start..<start + MicrophoneRun.frame
                        let frame = UnsafeMutableBufferPointer(rebasing: near[range])
                        reference.append(UnsafeBufferPointer(rebasing: far[range]))
                        processor.process(frame, &reference)
                        _ = try encoder.encode(UnsafeBufferPointer(frame), into: packet)
                    }
                }
            }
        }
        let seconds = Double(clock() - start) / Double(CLOCKS_PER_SEC)
        return (seconds / 20 * 100, Int(allocation_count() - before))
    }

    private func write(_ samples: [Int16], _ name: String, _ folder: String) throws -> String {
        let file = name + ".wav"
        try Data(WAVWriter.file(samples)).write(to: URL(filePath: folder + "/" + file))
        return file
    }

    /// Without gain, which would hide how much was taken off.
    private static func settings(echo: Bool) -> MicrophoneSettings {
        var settings = MicrophoneSettings.untouched
        settings.suppressesNoise = true
        settings.cancelsEcho = echo
        return settings
    }
}
