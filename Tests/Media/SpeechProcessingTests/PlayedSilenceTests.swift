import Testing

@testable import SpeechProcessing

@Suite struct PlayedSilenceTests {
    private var silence = PlayedSilence()

    private mutating func play(_ value: Float, blocks: Int = 1) {
        let samples = [Float](repeating: value, count: 480)
        for _ in 0..<blocks { samples.withUnsafeBufferPointer { silence.follow($0.baseAddress!, count: 480) } }
    }

    @Test("Before anything was played there is nothing to look for")
    mutating func beginning() {
        #expect(silence.isLong)
        play(0)
        #expect(silence.isLong)
    }

    @Test("A sound is looked for until the limit, and not one block longer")
    mutating func limit() {
        play(-0.5)
        #expect(!silence.isLong)
        play(0, blocks: PlayedSilence.blocksMin - 1)
        #expect(!silence.isLong)
        play(0)
        #expect(silence.isLong)
    }

    @Test("One step of 16 bits is silence, two are sound")
    mutating func step() {
        play(PlayedSilence.audible)
        #expect(silence.isLong)
        play(2 * PlayedSilence.audible)
        #expect(!silence.isLong)
    }
}
