import AudioTestSupport
import SpeechProcessing
import Testing

@Suite struct SpeechPreprocessorTests {
    private let noise = TestSignal.noise(seed: 5, sampleCount: 144_000, level: 0.01)

    @Test("Steady noise goes down by about what was asked, and stays when nothing is asked")
    func noiseSuppression() throws {
        let last = 96_000..<144_000
        for asked in [10, 20, 30] {
            var settings = SpeechPreprocessorSettings()
            settings.noiseSuppressionDecibels = asked
            let processed = try Processed(noise, settings: settings)
            let reduction = Level.decibels(noise[last]) - Level.decibels(processed.samples[last])
            #expect(abs(reduction - Double(asked)) < 5, "asked \(asked) dB, got \(reduction) dB")
        }
        var off = SpeechPreprocessorSettings()
        off.noiseSuppressionDecibels = nil
        let untouched = try Processed(noise, settings: off)
        #expect(abs(Level.decibels(noise[last]) - Level.decibels(untouched.samples[last])) < 0.5)
    }

    @Test("Speech in noise gains at least 8 dB over the noise and keeps its content")
    func speechSurvives() throws {
        let speech = TestSignal.silence(96_000) + (try TestSignal.speech())
        let noise = TestSignal.noise(seed: 7, sampleCount: speech.count, level: 0.003)
        let sound = mixed(speech, noise)
        let processed = try Processed(sound)
        let foundAlignment = Alignment.find(speech, in: processed.samples)
        let alignment = try #require(foundAlignment)
        let foundSimilarity = SpectralSimilarity.between(speech, processed.samples, offset: alignment.offset)
        let similarity = try #require(foundSimilarity)
        #expect(similarity > 0.95)

        let pause = 72_000..<96_000
        let talk = 110_000..<150_000
        let before = Level.decibels(sound[talk]) - Level.decibels(sound[pause])
        let after = Level.decibels(processed.samples[talk]) - Level.decibels(processed.samples[pause])
        #expect(after > before + 8, "\(before) dB before, \(after) dB after")
    }

    @Test("Output lags input by one frame", arguments: [240, 480, 960])
    func delay(_ frame: Int) throws {
        let speech = try TestSignal.speech("Front_Left")
        let processed = try Processed(speech, frame: frame)
        let foundAlignment = Alignment.find(speech, in: processed.samples)
        let alignment = try #require(foundAlignment)
        #expect(alignment.offset == frame)
        #expect(alignment.correlation > 0.98)
    }

    @Test("Automatic gain lifts a quiet talker towards the level asked, within its limit")
    func automaticGain() throws {
        let quiet = try TestSignal.conversation(pause: 4_800).map { $0 / 12 }
        var settings = SpeechPreprocessorSettings()
        settings.noiseSuppressionDecibels = nil
        let plain = try Processed(quiet, settings: settings)
        settings.automaticGain = .init()
        let lifted = try Processed(quiet, settings: settings)
        settings.automaticGain?.gainDecibelsMax = 3
        let limited = try Processed(quiet, settings: settings)

        let last = quiet.count / 2..<quiet.count - 960
        let level = Level.decibels(plain.samples[last])
        #expect(Level.decibels(lifted.samples[last]) > level + 6)
        #expect(Level.decibels(limited.samples[last]) < level + 3.5)
    }

    @Test("Settings change while it runs")
    func update() throws {
        var preprocessor = try SpeechPreprocessor(frameSampleCount: 480)
        var off = preprocessor.settings
        off.noiseSuppressionDecibels = nil
        var output: [Int16] = []
        for start in stride(from: 0, to: noise.count, by: 480) {
            if start == 96_000 { try preprocessor.update(off) }
            var frame = Array(noise[start..<start + 480])
            _ = try frame.withUnsafeMutableBufferPointer { try preprocessor.process($0) }
            output += frame
        }
        #expect(Level.decibels(output[72_000..<96_000]) < Level.decibels(noise) - 12)
        #expect(abs(Level.decibels(output[120_000...]) - Level.decibels(noise)) < 0.5)
    }

    @Test("Each setting is accepted at its edges and refused one past them")
    func edges() throws {
        for size in [120, 2_880] { _ = try SpeechPreprocessor(frameSampleCount: size) }
        for size in [118, 119, 2_882, 481, 0, -480] {
            #expect(throws: SpeechProcessingError.settingOutOfRange(.frameSampleCount)) {
                _ = try SpeechPreprocessor(frameSampleCount: size)
            }
        }
        typealias Change = (inout SpeechPreprocessorSettings) -> Void
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
        var base = SpeechPreprocessorSettings()
        base.automaticGain = .init()
        for (setting, accepted, refused) in cases {
            for change in accepted {
                var settings = base
                change(&settings)
                try settings.validate()
            }
            for change in refused {
                var settings = base
                change(&settings)
                #expect(throws: SpeechProcessingError.settingOutOfRange(setting)) { try settings.validate() }
            }
        }
    }

    @Test("A frame of the wrong size is refused and left alone")
    func wrongSize() throws {
        var preprocessor = try SpeechPreprocessor(frameSampleCount: 480)
        var frame = Array(noise[0..<479])
        do {
            _ = try frame.withUnsafeMutableBufferPointer { try preprocessor.process($0) }
            Issue.record("479 samples were accepted")
        } catch {
            #expect(error as? SpeechProcessingError == .wrongSampleCount(expected: 480, actual: 479))
        }
        #expect(frame == Array(noise[0..<479]))
    }
}
