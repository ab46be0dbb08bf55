import Testing

@testable import VoiceMixer

@Suite struct VoiceMixerConfigurationTests {
    @Test func `Values out of range are brought inside`() {
        var configuration = VoiceMixerConfiguration()
        #expect(configuration.settings == MixSettings(duckingGain: MixSettings.gain(decibels: -12)))
        configuration.threadCount = 17
        configuration.speakersMax = 0
        configuration.bitsPerSecond = 1
        configuration.thinBitsPerSecond = 1_000_000
        configuration.complexity = 11
        configuration.duckingDecibels = -1
        configuration.seatsMax = 0
        #expect(configuration.threadsInForce == 16)
        #expect(configuration.seatsInForce == 16)
        #expect(
            configuration.settings
                == MixSettings(
                    speakersMax: 1, bitsPerSecond: 16_000, thinBitsPerSecond: 64_000, complexity: 10, duckingGain: 1))
    }

    @Test func `Who wants fewer bits than a mix has gets the thin quality`() throws {
        let mixer = try VoiceMixer()
        #expect(mixer.quality(forBitsPerSecond: nil) == .standard)
        #expect(mixer.quality(forBitsPerSecond: 40_000) == .standard)
        #expect(mixer.quality(forBitsPerSecond: 39_999) == .thin)
    }
}
