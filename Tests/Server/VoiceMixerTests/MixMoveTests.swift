import OpusCodec
import Testing
import VoiceWire

@testable import VoiceMixer

/// Speakers come and go, listeners move between mixes: nothing clicks, nothing is missing.
@Suite struct MixMoveTests {
    /// Somebody with a steady tone, and somebody who joins in and stops again, again and again.
    private func comingsAndGoings(beats: Int) throws -> MixStage {
        let stage = MixStage()
        try stage.add(1, hertz: 300, amplitude: 6_000).isTalking = true
        try stage.add(2, hertz: 900, amplitude: 3_000)
        stage.listen([1, 2, 11])
        try stage.run(beats: 25)
        for turn in 0..<beats / 25 {
            stage.speakers[1].isTalking = turn.isMultiple(of: 2)
            try stage.run(beats: 25)
        }
        return stage
    }

    @Test func `Who begins to speak and stops hears the others without a click or a gap`() throws {
        let stage = try comingsAndGoings(beats: 600)
        let sound = try stage.sound(of: 2, from: 15)
        // The steepest bend of the tone itself is 6,000 · (2π · 300 / 48,000)²: 9.
        let roughest = try #require(Spectrum.roughness(sound).max())
        #expect(roughest < 150, "roughest moment \(roughest)")
        let loudness = Spectrum.loudness(sound)
        let softest = try #require(loudness.min())
        #expect(softest > 4_243 * 0.7, "softest moment \(softest)")
        let loudest = try #require(loudness.max())
        #expect(loudest < 4_243 * 1.4, "loudest moment \(loudest)")
        #expect(Spectrum.decibels(Spectrum.amplitude(900, in: sound), beside: 3_000) < -50)
    }

    @Test func `Frames of who moves between mixes are counted on without a gap`() throws {
        let stage = try comingsAndGoings(beats: 300)
        for voice: UInt16 in [1, 2, 11] {
            let frames = try #require(stage.heard[voice])
            for (earlier, later) in zip(frames, frames.dropFirst()) {
                #expect(earlier.sequence.distance(to: later.sequence) == 1)
                #expect(earlier.timestamp.distance(to: later.timestamp) == 960)
            }
        }
    }

    @Test func `Others hear a speaker come and go without a click`() throws {
        let stage = try comingsAndGoings(beats: 300)
        let sound = try stage.sound(of: 11, from: 15)
        let roughest = try #require(Spectrum.roughness(sound).max())
        // The second tone's own bend is 42; it begins and ends at a zero of its own clock, not of the listener's.
        #expect(roughest < 300, "roughest moment \(roughest)")
    }

    @Test func `Who comes into the room while somebody speaks hears them at once`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470, amplitude: 6_000).isTalking = true
        stage.listen([11])
        try stage.run(beats: 50)
        stage.listen([11, 12])
        try stage.run(beats: 50)
        let sound = try stage.sound(of: 12)
        #expect(stage.heard[12]?.count == 50)
        #expect(try #require(Spectrum.loudness(sound).dropFirst(8).min()) > 4_243 * 0.7)
        // It did not cost the one who was there anything.
        #expect(try #require(Spectrum.roughness(try stage.sound(of: 11, from: 15)).max()) < 150)
    }

    @Test(arguments: [20, 21]) func `Who comes later gets frames of 40 ms in step with the others`(beats: Int) throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470, amplitude: 6_000).isTalking = true
        stage.listen([11], quality: .thin)
        try stage.run(beats: beats)
        stage.publish([
            MixListener(voice: VoiceID(rawValue: 11), quality: .thin),
            // Not in the mix that is there: hers has another volume.
            MixListener(voice: VoiceID(rawValue: 12), quality: .thin, volumes: [VoiceID(rawValue: 1): 0.5]),
        ])
        try stage.run(beats: 20)
        let (first, later) = (try #require(stage.heard[11]), try #require(stage.heard[12]))
        #expect(later.count >= 9)
        #expect(first.suffix(later.count).map(\.sequence) == later.map(\.sequence))
        #expect(first.suffix(later.count).map(\.timestamp) == later.map(\.timestamp))
    }

    @Test func `A room that is mixed again counts on from before`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.listen([11])
        try stage.run(beats: 20)
        stage.listen([])
        try stage.run(beats: 3)
        let before = try #require(stage.heard[11]?.last)
        let count = stage.heard[11]?.count ?? 0
        stage.listen([11])
        try stage.run(beats: 5)
        let after = try #require(stage.heard[11]?.dropFirst(count).first)
        #expect((1...10).contains(before.sequence.distance(to: after.sequence)))
        #expect((960...9_600).contains(before.timestamp.distance(to: after.timestamp)))
    }

    @Test func `Without listeners a room is not mixed any more`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.listen([11])
        try stage.run(beats: 20)
        #expect(stage.core.nextDeadline != nil)
        stage.listen([])
        try stage.run(beats: 2)
        let count = stage.heard[11]?.count
        try stage.run(beats: 20)
        #expect(stage.heard[11]?.count == count)
        #expect(stage.core.nextDeadline == nil)
        #expect(stage.counters[.framesWithoutRoom] >= 20)
    }
}
