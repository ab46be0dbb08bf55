import Testing

@testable import OpusCodec

@Suite struct OpusComplexityTests {
    private func inForce(_ change: (inout OpusEncoderSettings) -> Void) -> Int {
        var settings = OpusEncoderSettings()
        settings.complexity = 5
        change(&settings)
        return settings.complexityInForce
    }

    @Test("Speech of few bits gets more work, at the limit and one bit below it")
    func scarce() {
        #expect(inForce { $0.bitsPerSecond = OpusEncoderSettings.scarceBitsPerSecond } == 5)
        #expect(inForce { $0.bitsPerSecond = OpusEncoderSettings.scarceBitsPerSecond - 1 } == 8)
    }

    @Test("More than that is left as it is, and what is no speech")
    func others() {
        #expect(inForce { ($0.bitsPerSecond, $0.complexity) = (16_000, 10) } == 10)
        #expect(inForce { ($0.bitsPerSecond, $0.application) = (16_000, .audio) } == 5)
    }
}
