import AudioTestSupport
import OpusCodec
import SpeechProcessing
import Testing
import VoiceClient

/// Settings are checked at their limits and one past them, and the refusal names the setting.
@Suite struct VoiceEngineConfigurationTests {
    struct Case: Sendable {
        var name: String
        var isValid: Bool
        var change: @Sendable (inout VoiceEngineConfiguration) -> Void
    }

    private static let cases: [Case] = [
        Case(name: "bitrate", isValid: true) { $0.encoder.bitsPerSecond = 16_000 },
        Case(name: "bitrate", isValid: false) { $0.encoder.bitsPerSecond = 15_999 },
        Case(name: "bitrate", isValid: true) { $0.encoder.bitsPerSecond = 128_000 },
        Case(name: "bitrate", isValid: false) { $0.encoder.bitsPerSecond = 128_001 },
        Case(name: "complexity", isValid: true) { $0.encoder.complexity = 0 },
        Case(name: "complexity", isValid: false) { $0.encoder.complexity = 11 },
        Case(name: "stereo", isValid: true) { $0.encoder.channelCount = 2 },
        Case(name: "stereo", isValid: false) {
            $0.encoder.channelCount = 2
            $0.microphone = .voice
        },
        Case(name: "delay", isValid: true) { $0.playoutDelayMillisecondsMax = 20 },
        Case(name: "delay", isValid: false) { $0.playoutDelayMillisecondsMax = 19 },
        Case(name: "delay", isValid: true) { $0.playoutDelayMillisecondsMax = 1_000 },
        Case(name: "delay", isValid: false) { $0.playoutDelayMillisecondsMax = 1_001 },
    ]

    @Test(arguments: cases.indices)
    func `Limits hold`(index: Int) {
        let testCase = Self.cases[index]
        var configuration = VoiceEngineConfiguration()
        testCase.change(&configuration)
        do throws(VoiceEngineError) {
            try configuration.validate()
            #expect(testCase.isValid, "\(testCase.name)")
        } catch {
            #expect(!testCase.isValid && error.code == .settingInvalid, "\(error)")
            #expect(error.description.contains(testCase.name), "\(error)")
        }
    }

    @Test(arguments: FrameDuration.allCases, [16_000, 40_000, 128_000])
    func `Every frame duration and bitrate carries speech`(duration: FrameDuration, bitsPerSecond: Int) throws {
        var configuration = VoiceEngineConfiguration()
        configuration.encoder.frameDuration = duration
        configuration.encoder.bitsPerSecond = bitsPerSecond
        configuration.encoder.variableBitrate = bitsPerSecond != 40_000
        configuration.mode = .continuous
        let room = try VirtualRoom(seed: 1)
        for _ in 0..<2 { try room.join(configuration) }
        let speech = try TestSignal.speech()
        room.clients[0].microphone = TestSignal.silence(24_000) + speech
        room.run(for: .milliseconds(2_300))
        let listener = room.clients[1]
        let alignment = try #require(Alignment.find(speech, in: listener.heard))
        let similarity = try #require(SpectralSimilarity.between(speech, listener.heard, offset: alignment.offset))
        // Opus's shortest frames leave little of 16 kbit/s for the sound.
        let isStarved = duration == .milliseconds2point5 && bitsPerSecond == 16_000
        #expect(similarity > (isStarved ? 0.75 : 0.9), "\(duration), \(bitsPerSecond) bit/s")
        #expect(listener.counters.framesConcealed == 0)
    }
}
