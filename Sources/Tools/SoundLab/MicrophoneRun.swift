import OpusCodec
import SpeechProcessing

/// Runs the microphone's processing over prepared sound, as fast as it goes.
enum MicrophoneRun {
    /// What comes out of `heard` while the speaker plays `played`; 48 kHz.
    static func process(_ heard: [Int16], played: [Int16], settings: MicrophoneSettings) throws -> [Int16] {
        var processor = try MicrophoneProcessor(settings: settings, frameSampleCount: frame)
        var reference = EchoReference()
        var output = heard
        // What is played is known before it sounds, as with a speaker's buffer.
        append(played, 0..<ahead, to: &reference)
        for start in stride(from: 0, through: heard.count - frame, by: frame) {
            append(played, start + ahead..<start + ahead + frame, to: &reference)
            output.withUnsafeMutableBufferPointer { samples in
                processor.process(UnsafeMutableBufferPointer(rebasing: samples[start..<start + frame]), &reference)
            }
        }
        return output
    }

    static func append(_ played: [Int16], _ range: Range<Int>, to reference: inout EchoReference) {
        let samples = range.map { $0 < played.count ? played[$0] : 0 }
        samples.withUnsafeBufferPointer { reference.append($0) }
    }

    static let frame = 960
    private static let ahead = 480
}

/// Voice activation over prepared sound, in frames of 10 ms.
enum ActivityTrial {
    struct Result {
        var missedPercent = 0.0
        var falseAlarmPercent = 0.0
        var onsetsCut = 0
        var onsets = 0
    }

    /// For each frame: whether it would be sent, pre-roll included.
    static func sent(_ sound: [Int16]) throws -> [Bool] {
        var processor = try MicrophoneProcessor(settings: .untouched, frameSampleCount: 480)
        processor.detectsSpeech = true
        var reference = EchoReference()
        var gate = VoiceActivityGate()
        var sent: [Bool] = []
        for start in stride(from: 0, through: sound.count - 480, by: 480) {
            var frame = Array(sound[start..<start + 480])
            let level = frame.withUnsafeMutableBufferPointer { samples in
                processor.process(samples, &reference)
                return AudioLevel.decibels(of: UnsafeBufferPointer(samples))
            }
            switch gate.judge(probability: processor.speechProbability, levelDecibels: level, sampleCount: 480) {
            case .silent: sent.append(false)
            case .began:
                for index in sent.indices.suffix(gate.prerollSampleCount / 480) { sent[index] = true }
                sent.append(true)
            case .continues, .ended: sent.append(true)
            }
        }
        return sent
    }

    /// `speech` is what was said, without noise. Speech is what is louder than −40 dBFS; no speech what lies more than 100 ms before
    /// and 750 ms after all that is louder than −60; an onset is cut when its first frame was not sent.
    static func compare(_ sent: [Bool], _ speech: [Int16]) -> Result {
        let levels = sent.indices.map { MicrophoneScene.decibels(speech[$0 * 480..<$0 * 480 + 480]) }
        var near = [Bool](repeating: false, count: sent.count)
        for index in sent.indices where levels[index] > -60 {
            for other in max(0, index - 10)...min(sent.count - 1, index + 75) { near[other] = true }
        }
        var result = Result()
        var (active, missed, silent, alarms) = (0, 0, 0, 0)
        for index in sent.indices {
            if levels[index] > -40 {
                active += 1
                missed += sent[index] ? 0 : 1
                if !levels[max(0, index - 50)..<index].contains(where: { $0 > -40 }) {
                    result.onsets += 1
                    result.onsetsCut += sent[index] ? 0 : 1
                }
            } else if !near[index], index > 100 {
                silent += 1
                alarms += sent[index] ? 1 : 0
            }
        }
        result.missedPercent = 100 * Double(missed) / Double(max(1, active))
        result.falseAlarmPercent = 100 * Double(alarms) / Double(max(1, silent))
        return result
    }
}
