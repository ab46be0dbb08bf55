import NetworkSimulator
import SpeechProcessing
import Testing

/// People who talk in the background are speech, and do not open a microphone; the one who talks into it does.
@Suite struct BackgroundTalkTests {
    private var gate = VoiceActivityGate()
    private var generator = SeededGenerator(seed: 5)

    /// Frames of 20 ms in which the gate was open, of `count`.
    private mutating func open(
        _ count: Int, around level: Double, spread: Double, probability: ClosedRange<Double>
    ) -> Int {
        (0..<count).count { _ in
            let decision = gate.judge(
                probability: .random(in: probability, using: &generator),
                levelDecibels: level + .random(in: -spread...spread, using: &generator), sampleCount: 960)
            return decision != .silent
        }
    }

    @Test mutating func `Babble opens the microphone for a moment at most, a voice over it opens it at once`() {
        _ = open(150, around: -34, spread: 4, probability: 0.75...1)
        for _ in 0..<5 {
            #expect(open(250, around: -34, spread: 4, probability: 0.75...1) == 0)
            #expect(open(50, around: -18, spread: 6, probability: 0.85...1) > 45)
            // The hang-over, which begins a few frames late because the level is smoothed.
            _ = open(25, around: -34, spread: 4, probability: 0.75...1)
        }
    }

    @Test mutating func `Among others who talk more of what came before the onset belongs to it`() {
        #expect(gate.prerollSampleCount == VoiceActivityGate.prerollSampleCountMin)
        _ = open(150, around: -34, spread: 4, probability: 0.75...1)
        #expect(gate.prerollSampleCount == VoiceActivityGate.prerollSampleCountMax)
        _ = open(2_000, around: -60, spread: 1, probability: 0...0.1)
        #expect(gate.prerollSampleCount == VoiceActivityGate.prerollSampleCountMin)
    }

    @Test mutating func `A voice no louder than steady noise by twelve decibels is heard all the same`() {
        _ = open(250, around: -34, spread: 1, probability: 0.2...0.6)
        for _ in 0..<5 {
            #expect(open(50, around: -28, spread: 3, probability: 0.85...1) > 45)
            _ = open(100, around: -34, spread: 1, probability: 0.2...0.6)
        }
    }

    @Test mutating func `Who talks without pause in a quiet room stays heard`() {
        _ = open(50, around: -68, spread: 1, probability: 0...0.1)
        for _ in 0..<40 {
            #expect(open(30, around: -26, spread: 8, probability: 0.85...1) > 28)
            _ = open(8, around: -52, spread: 6, probability: 0...0.9)
        }
    }
}
