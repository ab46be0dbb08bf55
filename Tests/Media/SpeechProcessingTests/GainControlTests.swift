import AudioTestSupport
import Testing

@testable import SpeechProcessing

@Suite struct GainControlTests {
    private func processed(_ input: [Int16], isSpeech: Bool = true, _ settings: MicrophoneSettings.AutomaticGain?)
        -> [Float]
    {
        var control = GainControl()
        var samples = input.map { Float($0) / 32_768 }
        samples.withUnsafeMutableBufferPointer { samples in
            for start in stride(from: 0, to: samples.count, by: 480) {
                control.process(samples.baseAddress! + start, count: 480, isSpeech: isSpeech, settings: settings)
            }
        }
        return samples
    }

    private func decibels(_ samples: ArraySlice<Float>) -> Double {
        Level.decibels(samples.map { Int16(clamping: Int($0 * 32_768)) })
    }

    @Test("Quiet and loud talkers come to the level asked, within the limit", arguments: [0.03, 0.1, 0.3])
    func level(_ amplitude: Double) {
        let tone = TestSignal.tone(hertz: 300, sampleCount: 48_000 * 6, level: amplitude)
        #expect(abs(decibels(processed(tone, .init())[240_000...]) + 20) < 1)
        var settings = MicrophoneSettings.AutomaticGain()
        settings.gainDecibelsMax = 3
        let limited = decibels(processed(tone, settings)[240_000...])
        #expect(limited < max(-20, Level.decibels(tone) + 3) + 0.5)
    }

    @Test("What is no speech is not turned up, and switching off goes back to one")
    func noise() {
        let tone = TestSignal.tone(hertz: 300, sampleCount: 96_000, level: 0.01)
        #expect(abs(decibels(processed(tone, isSpeech: false, .init())[...]) - Level.decibels(tone)) < 0.1)
        #expect(abs(decibels(processed(tone, nil)[...]) - Level.decibels(tone)) < 0.1)
    }

    @Test("No sample passes the ceiling, also when a shout follows a whisper")
    func ceiling() {
        let whisper = TestSignal.tone(hertz: 300, sampleCount: 144_000, level: 0.01)
        let shout = TestSignal.tone(hertz: 200, sampleCount: 48_000, level: 1)
        let samples = processed(whisper + shout, .init())
        #expect(samples.allSatisfy { abs($0) <= GainControl.ceiling })
    }
}
