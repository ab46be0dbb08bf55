import AudioTestSupport
import Testing

@testable import SpeechProcessing

@Suite struct MicrophoneProcessorTests {
    private let noise = TestSignal.noise(seed: 5, sampleCount: 192_000, level: 0.01)

    @Test("With every part off the sound passes as it is, at once", arguments: [120, 480, 960])
    func untouched(_ frame: Int) throws {
        #expect(try Processed(noise, frame: frame).samples == Array(noise[..<(noise.count / frame * frame)]))
    }

    @Test(
        "Processed sound is later by what is promised, at every frame size",
        arguments: [120, 240, 480, 960, 1_920, 2_880])
    func delay(_ frame: Int) throws {
        let processed = try Processed(noise, frame: frame, settings: .only { $0.cancelsEcho = true })
        let foundAlignment = Alignment.find(noise, in: processed.samples)
        let alignment = try #require(foundAlignment)
        #expect(abs(alignment.offset - processed.delay) <= 2)
        #expect(alignment.correlation > 0.98)
        #expect(processed.delay == 336 + [120: 360, 240: 240][frame, default: 0])
    }

    @Test("Above 9 kHz the sound stays as it is", arguments: [10_000.0, 12_000, 20_000])
    func upperBand(_ hertz: Double) throws {
        let tone = mixed(TestSignal.tone(hertz: hertz, sampleCount: 96_000, level: 0.3), Array(noise[..<96_000]))
        let processed = try Processed(tone, settings: .only { $0.cancelsEcho = true })
        #expect(abs(Level.decibels(processed.samples[48_000...]) - Level.decibels(tone[48_000...])) < 0.2)
    }

    @Test("Steady noise goes down by about what was asked", arguments: [6, 12, 18])
    func noiseSuppression(_ asked: Int) throws {
        let processed = try Processed(noise, settings: .only { $0.noiseSuppressionDecibels = asked })
        let reduction = Level.decibels(noise[96_000...]) - Level.decibels(processed.samples[96_000...])
        #expect(abs(reduction - Double(asked)) < 3, "asked \(asked) dB, got \(reduction) dB")
    }

    @Test("Speech in noise gains at least 8 dB over the noise and keeps its content")
    func speechSurvives() throws {
        let speech = TestSignal.silence(96_000) + (try TestSignal.speech())
        let sound = mixed(speech, TestSignal.noise(seed: 7, sampleCount: speech.count, level: 0.003))
        let processed = try Processed(sound, settings: .only { $0.noiseSuppressionDecibels = 18 })
        let foundSimilarity = SpectralSimilarity.between(speech, processed.samples, offset: processed.delay)
        #expect(try #require(foundSimilarity) > 0.93)
        let (pause, talk) = (72_000..<96_000, 110_000..<150_000)
        let before = Level.decibels(sound[talk]) - Level.decibels(sound[pause])
        let after = Level.decibels(processed.samples[talk]) - Level.decibels(processed.samples[pause])
        #expect(after > before + 8, "\(before) dB before, \(after) dB after")
    }

    @Test("Parts are switched while it runs, without a click")
    func switching() throws {
        let tone = TestSignal.tone(hertz: 440, sampleCount: 96_000, level: 0.3)
        var processor = try MicrophoneProcessor(settings: .untouched, frameSampleCount: 480)
        var reference = EchoReference()
        var output: [Int16] = []
        for start in stride(from: 0, to: tone.count, by: 480) {
            switch start {
            case 24_000: try processor.update(.only { $0.cancelsEcho = true })
            case 48_000: try processor.update(.only { $0.noiseSuppressionDecibels = 1 })
            case 72_000: try processor.update(.untouched)
            default: break
            }
            var frame = Array(tone[start..<start + 480])
            frame.withUnsafeMutableBufferPointer { processor.process($0, &reference) }
            output += frame
        }
        // A 440 Hz tone of this level moves by 566 a sample at most.
        let steps = zip(output, output.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect(steps.max()! < 800, "\(steps.max()!)")
        #expect(Array(output[80_000...]) == Array(tone[80_000...]))
    }

    @Test("Each setting is accepted at its edges and refused one past them")
    func edges() throws {
        typealias Change = (inout MicrophoneSettings) -> Void
        let cases: [(SpeechSetting, accepted: [Change], refused: [Change])] = [
            (
                .noiseSuppression,
                [{ $0.noiseSuppressionDecibels = 1 }, { $0.noiseSuppressionDecibels = 60 }],
                [{ $0.noiseSuppressionDecibels = 0 }, { $0.noiseSuppressionDecibels = 61 }]
            ),
            (
                .automaticGainLevel,
                [{ $0.automaticGain?.levelDecibels = -40 }, { $0.automaticGain?.levelDecibels = -3 }],
                [{ $0.automaticGain?.levelDecibels = -40.1 }, { $0.automaticGain?.levelDecibels = -2.9 }]
            ),
            (
                .automaticGainMax,
                [{ $0.automaticGain?.gainDecibelsMax = 0 }, { $0.automaticGain?.gainDecibelsMax = 30 }],
                [{ $0.automaticGain?.gainDecibelsMax = -1 }, { $0.automaticGain?.gainDecibelsMax = 31 }]
            ),
        ]
        for (setting, accepted, refused) in cases {
            for change in accepted {
                var settings = MicrophoneSettings.voice
                change(&settings)
                try settings.validate()
            }
            for change in refused {
                var settings = MicrophoneSettings.voice
                change(&settings)
                #expect(throws: SpeechProcessingError.settingOutOfRange(setting)) { try settings.validate() }
            }
        }
        for size in [1, 2_880] { _ = try MicrophoneProcessor(frameSampleCount: size) }
        for size in [0, -1, 2_881] {
            #expect(throws: SpeechProcessingError.settingOutOfRange(.frameSampleCount)) {
                _ = try MicrophoneProcessor(frameSampleCount: size)
            }
        }
    }
}
