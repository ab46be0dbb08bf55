import AudioTestSupport
import OpusCodec
import Testing

@Suite struct AudioLevelTests {
    private func decibels(_ samples: [Int16]) -> Double {
        samples.withUnsafeBufferPointer { AudioLevel.decibels(of: $0) }
    }
    private func wire(_ samples: [Int16]) -> UInt8 {
        samples.withUnsafeBufferPointer { AudioLevel.negativeDecibelsOverload(of: $0) }
    }

    @Test("Full scale, half scale and silence")
    func scale() {
        #expect(decibels([Int16](repeating: .min, count: 480)) == 0)
        #expect(abs(decibels(TestSignal.tone(hertz: 1_000, sampleCount: 4_800, level: 1)) + 3.01) < 0.01)
        #expect(abs(decibels(TestSignal.tone(hertz: 1_000, sampleCount: 4_800, level: 0.5)) + 9.03) < 0.01)
        #expect(decibels(TestSignal.silence(480)) == AudioLevel.silenceDecibels)
        #expect(decibels([]) == AudioLevel.silenceDecibels)
    }

    @Test("On the wire 0 is loudest and 127 is silence")
    func wireLevel() {
        #expect(wire([Int16](repeating: .min, count: 480)) == 0)
        #expect(wire(TestSignal.tone(hertz: 1_000, sampleCount: 4_800, level: 1)) == 3)
        #expect(wire([1] + TestSignal.silence(5_759)) == 127)
        #expect(wire(TestSignal.silence(480)) == 127)
        #expect(wire([]) == 127)
    }
}
