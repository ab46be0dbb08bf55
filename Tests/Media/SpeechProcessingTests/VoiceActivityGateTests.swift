import SpeechProcessing
import Testing

@Suite struct VoiceActivityGateTests {
    private var gate: VoiceActivityGate = {
        var settings = VoiceActivityGate.Settings()
        settings.openProbability = 0.8
        settings.stayProbability = 0.5
        settings.levelDecibelsMin = -50
        settings.hangoverSampleCount = 2_880
        var gate = VoiceActivityGate(settings: settings)
        _ = gate.judge(probability: 0, levelDecibels: -90, sampleCount: 960)  // a quiet room
        return gate
    }()

    private mutating func judge(_ probability: Double, _ level: Double = -20) -> VoiceActivityGate.Decision {
        gate.judge(probability: probability, levelDecibels: level, sampleCount: 960)
    }

    @Test("It opens at the threshold, not below")
    mutating func opens() {
        #expect(judge(0.79) == .silent)
        #expect(judge(0.8) == .began)
        #expect(gate.isOpen)
        #expect(judge(0.8) == .continues)
    }

    @Test("Speech under the least level stays closed")
    mutating func level() {
        #expect(judge(1, -50.1) == .silent)
        #expect(judge(1, -50) == .began)
    }

    @Test("Speech stands out of the room's noise, which is learnt in seconds")
    mutating func noise() {
        for _ in 0..<500 { #expect(judge(0, -90) == .silent) }
        // A fan at −40 dBFS starts, and sounds like speech to the detector for a while.
        #expect(judge(1, -40) == .began)
        let open = (0..<2_000).prefix { _ in judge(1, -40) != .ended }.count
        #expect(open > 250 && open < 2_000, "\(open) frames")
        for _ in 0..<100 { #expect(judge(1, -40) == .silent) }
        #expect(judge(1, -38) == .silent)
        #expect((0..<5).contains { _ in judge(1, -26) == .began })
    }

    @Test("The hang-over bridges a pause and its last frame ends the talkspurt")
    mutating func hangover() {
        #expect(judge(1) == .began)
        #expect(judge(0) == .continues)
        #expect(judge(0) == .continues)
        #expect(judge(0.5) == .continues)  // less than opens, enough to stay: the hang-over starts over
        #expect(judge(0.49) == .continues)
        #expect(judge(0) == .continues)
        #expect(judge(0) == .ended)
        #expect(!gate.isOpen)
        #expect(judge(0.5) == .silent)
        #expect(judge(1) == .began)
    }

    @Test("Closing it by hand forgets the hang-over")
    mutating func close() {
        #expect(judge(1) == .began)
        #expect(judge(0) == .continues)
        gate.close()
        #expect(judge(0.5) == .silent)
        #expect(judge(1) == .began)
        #expect(judge(0) == .continues)
        #expect(judge(0) == .continues)
    }
}
