import Testing
import VoiceWire

@testable import VoiceMixer

/// Who is heard where more talk than a mix takes.
@Suite struct MixChoiceTests {
    private static func hertz(_ voice: Int) -> Double { 300 + 130 * Double(voice) }

    /// Twelve talkers, each 3 dB softer than the one before.
    private func crowd(announcesLevel: Bool = true) throws -> MixStage {
        let stage = MixStage {
            $0.speakersMax = 4
            $0.bitsPerSecond = 96_000
        }
        for voice in 1...12 {
            let speaker = try stage.add(
                UInt16(voice), hertz: Self.hertz(voice), amplitude: 6_000 * (0.708 ** Double(voice - 1)))
            speaker.announcesLevel = announcesLevel
        }
        stage.listen(Array(1...12) + [20])
        return stage
    }

    @Test func `The loudest are heard, and who is not hears the mix of all`() throws {
        let stage = try crowd()
        // The softest were there first.
        for speaker in stage.speakers.reversed() {
            speaker.isTalking = true
            try stage.run(beats: 20)
        }
        try stage.run(beats: 100)
        let count = try #require(stage.heard[20]?.count)
        let sound = try stage.sound(of: 20, from: count - 60)
        for voice in 1...4 {
            let level = Spectrum.decibels(
                Spectrum.amplitude(Self.hertz(voice), in: sound), beside: 6_000 * (0.708 ** Double(voice - 1)))
            #expect(abs(level) < 1, "\(voice) is heard at \(level) dB")
        }
        for voice in 6...12 {
            let level = Spectrum.decibels(Spectrum.amplitude(Self.hertz(voice), in: sound), beside: 6_000)
            #expect(level < -45, "\(voice) is heard at \(level) dB")
        }
        #expect(stage.heard[9]?.suffix(50).map(\.opus) == stage.heard[20]?.suffix(50).map(\.opus))
        #expect(stage.heard[1]?.suffix(50).map(\.opus) != stage.heard[20]?.suffix(50).map(\.opus))
    }

    @Test func `Those who are not heard are not decoded, and no more mixes are made than there are speakers and one`()
        throws
    {
        let stage = try crowd()
        for speaker in stage.speakers { speaker.isTalking = true }
        try stage.run(beats: 60)
        let before = stage.counters
        let (taken, encoded, ticks) = (before[.framesTaken], before[.framesEncoded], before[.ticks])
        try stage.run(beats: 100)
        #expect(stage.counters[.framesTaken] - taken == 400)
        #expect(stage.counters[.framesEncoded] - encoded == 5 * (stage.counters[.ticks] - ticks))
        #expect(stage.counters[.framesNotChosen] > 700)
    }

    @Test func `A loud voice is heard from its first syllable on`() throws {
        let stage = try crowd()
        for speaker in stage.speakers[4..<8] { speaker.isTalking = true }
        try stage.run(beats: 60)
        let first = try #require(stage.heard[20]?.count)
        stage.speakers[0].isTalking = true
        try stage.run(beats: 10)
        let sound = try stage.sound(of: 20, from: first)
        // From the end of the delay on: 20 ms of waiting, 20 ms of a frame, both encoders' looking ahead.
        let level = Spectrum.decibels(Spectrum.amplitude(Self.hertz(1), in: sound[2_880..<6_720]), beside: 6_000)
        #expect(abs(level) < 2, "heard at \(level) dB")
    }

    @Test func `Frames without a level are measured once they are heard`() throws {
        let stage = try crowd(announcesLevel: false)
        for speaker in stage.speakers[..<4] { speaker.isTalking = true }
        try stage.run(beats: 40)
        #expect(stage.counters[.framesTaken] == 160)
        // All of unknown loudness: who is there stays, for what is heard is louder than what is assumed.
        for speaker in stage.speakers[4...] { speaker.isTalking = true }
        try stage.run(beats: 100)
        let sound = try stage.sound(of: 20, from: 100)
        for voice in 1...4 {
            let level = Spectrum.decibels(
                Spectrum.amplitude(Self.hertz(voice), in: sound), beside: 6_000 * (0.708 ** Double(voice - 1)))
            #expect(abs(level) < 1.5, "\(voice) is heard at \(level) dB")
        }
    }

    @Test func `With every seat taken a frame is dropped and counted`() throws {
        let stage = MixStage(seatsMax: 3)
        for voice in 1...4 { try stage.add(UInt16(voice), hertz: Self.hertz(voice)).isTalking = voice < 4 }
        stage.listen([20])
        try stage.run(beats: 10)
        #expect(stage.counters[.framesWithoutSeat] == 0)
        stage.speakers[3].isTalking = true
        try stage.run(beats: 10)
        #expect(stage.counters[.framesWithoutSeat] > 0)
    }
}

infix operator ** : MultiplicationPrecedence
private func ** (base: Double, exponent: Double) -> Double {
    (0..<Int(exponent)).reduce(1) { product, _ in product * base }
}
