import OpusCodec
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
        Case(name: "mono", isValid: false) { $0.encoder.channelCount = 2 },
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
        room.run(for: .milliseconds(600))
        let listener = room.clients[1]
        #expect(listener.counters.framesConcealed == 0)
        #expect(listener.counters.framesReceived >= UInt64(500 / duration.milliseconds) - 4)
    }
}
