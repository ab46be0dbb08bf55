import AudioTestSupport
import Testing

@testable import SpeechProcessing

/// Detector and gate together, on recorded people.
@Suite struct VoiceActivityTests {
    private static let clips = ["Front_Center", "Rear_Left", "Side_Right"]

    /// For each 10 ms frame: whether it would be sent, pre-roll included.
    private func sent(_ sound: [Int16]) throws -> [Bool] {
        let processed = try Processed(sound)
        var gate = VoiceActivityGate()
        var sent: [Bool] = []
        for (probability, level) in zip(processed.probabilities, processed.levels) {
            switch gate.judge(probability: probability, levelDecibels: level, sampleCount: 480) {
            case .silent: sent.append(false)
            case .began:
                for index in sent.indices.suffix(gate.prerollSampleCount / 480) { sent[index] = true }
                sent.append(true)
            case .continues, .ended: sent.append(true)
            }
        }
        return sent
    }

    @Test("It fires on speech and not on what lies between, in quiet and in noise", arguments: [0, 0.003, 0.01, 0.03])
    func speech(_ noiseLevel: Double) throws {
        let speech = try TestSignal.conversation(Self.clips, pause: 72_000)
        let noise = TestSignal.noise(seed: 11, sampleCount: speech.count, level: noiseLevel)
        let sent = try sent(mixed(speech, noise))

        var (missed, active, falseAlarms, silent) = (0, 0, 0, 0)
        for index in sent.indices {
            let start = index * 480
            if Level.decibels(speech[start..<start + 480]) > -40 {
                active += 1
                missed += sent[index] ? 0 : 1
            } else if speech[max(0, start - 36_000)..<min(speech.count, start + 4_800)].allSatisfy({ $0 == 0 }) {
                // More than 750 ms after speech and 100 ms before it.
                silent += 1
                falseAlarms += sent[index] ? 1 : 0
            }
        }
        // The loudest noise is 10 dB below the speech, and as loud as the S that some words begin with.
        let share = noiseLevel < 0.03 ? 0.01 : 0.05
        #expect(Double(missed) < share * Double(active), "\(missed) of \(active) speech frames missed")
        #expect(Double(falseAlarms) < 0.05 * Double(silent), "\(falseAlarms) of \(silent) silent frames sent")
    }

    @Test("No onset is cut: the pre-roll holds what came before the gate opened")
    func onset() throws {
        for clip in TestSignal.speechClips {
            let speech = TestSignal.silence(48_000) + (try TestSignal.speech(clip))
            let sent = try sent(speech)
            let firstSent = try #require(sent.firstIndex(of: true))
            let firstAudible = try #require(
                sent.indices.first { Level.decibels(speech[$0 * 480..<$0 * 480 + 480]) > -45 })
            #expect(firstSent <= firstAudible, "\(clip): audible from frame \(firstAudible), sent from \(firstSent)")
        }
    }

    @Test("Neither silence nor quiet hiss opens it")
    func silence() throws {
        #expect(try !sent(TestSignal.silence(96_000)).contains(true))
        #expect(try !sent(TestSignal.noise(seed: 13, sampleCount: 96_000, level: 0.001)).contains(true))
    }

    @Test("A fan, whose level is not steady, does not open it by chance")
    func fan() throws {
        // Of this seed's noise something stood out after 20 s, as long as narrow bands counted like wide ones.
        let sent = try sent(TestSignal.fan(seed: 1, sampleCount: 25 * 48_000, level: 0.007))
        let first = sent.firstIndex(of: true)
        #expect(first == nil, "opened after \(first ?? 0) frames of 10 ms")
    }
}
