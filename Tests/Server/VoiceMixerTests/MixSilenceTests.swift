import Testing
import VoiceWire

@testable import VoiceMixer

/// A room in which nobody speaks has no tick; the stream goes on where it was when somebody does.
@Suite struct MixSilenceTests {
    @Test func `A silent room has nothing to do`() throws {
        let stage = MixStage()
        let speaker = try stage.add(1, hertz: 470)
        stage.listen([11])
        #expect(stage.core.nextDeadline == nil)
        speaker.isTalking = true
        try stage.run(beats: 30)
        #expect(stage.core.nextDeadline != nil)
        speaker.isTalking = false
        try stage.run(beats: 10)
        #expect(stage.core.nextDeadline == nil)
        let ticks = stage.counters[.ticks]
        try stage.run(beats: 500)
        #expect(stage.counters[.ticks] == ticks)
        #expect(stage.counters[.roomsActive] == 0)
    }

    @Test func `After silence numbers go on and timestamps have moved with the clock`() throws {
        let stage = MixStage()
        let speaker = try stage.add(1, hertz: 470)
        stage.listen([11])
        speaker.isTalking = true
        try stage.run(beats: 30)
        speaker.isTalking = false
        try stage.run(beats: 50)
        let first = try #require(stage.heard[11])
        #expect(first.first?.flags == .talkspurtStart)
        #expect(first.last?.flags == .talkspurtEnd)
        #expect(first.filter { !$0.flags.isEmpty }.count == 2)
        speaker.isTalking = true
        try stage.run(beats: 30)
        let frames = try #require(stage.heard[11])
        let (last, next) = (frames[first.count - 1], frames[first.count])
        #expect(last.sequence.distance(to: next.sequence) == 1)
        #expect(next.flags == .talkspurtStart)
        let elapsed = Double(next.tick - last.tick) * 48 / 1e6
        #expect(abs(Double(last.timestamp.distance(to: next.timestamp)) - elapsed) <= 2)
        #expect(elapsed > 30_000)
    }

    @Test func `Who speaks alone gets packets that say silence and cost no encode`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.listen([1, 11])
        try stage.run(beats: 60)
        #expect(stage.heard[1]?.count == stage.heard[11]?.count)
        #expect(stage.heard[1]?.allSatisfy { $0.opus == [0xF8] } == true)
        #expect(stage.counters[.framesEncoded] == stage.counters[.ticks])
        #expect(try stage.sound(of: 1).allSatisfy { $0 == 0 })
    }

    @Test func `Who speaks again within a second still does not hear themself`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470)
        try stage.add(2, hertz: 900)
        stage.listen([1, 2, 11])
        for turn in 0..<20 {
            stage.speakers[turn % 2].isTalking = true
            try stage.run(beats: 15)
            stage.speakers[turn % 2].isTalking = false
            try stage.run(beats: turn.isMultiple(of: 3) ? 20 : 10)
        }
        for (voice, hertz) in [(UInt16(1), 470.0), (2, 900)] {
            let sound = try stage.sound(of: voice)
            #expect(Spectrum.decibels(Spectrum.amplitude(hertz, in: sound), beside: 3_000) < -50)
        }
    }

    @Test func `Sound leaves one tick and the speaker's playout delay after it came`() throws {
        for offset: Int64 in [0, 3_000_000, 11_000_000, 19_000_000] {
            let stage = MixStage()
            let speaker = try StageSpeaker(1, offset: offset) { (24_000..<25_000).contains($0) ? 20_000 : 0 }
            stage.speakers = [speaker, try StageSpeaker(2, offset: 5_000_000) { _ in 0 }]
            stage.listen([11])
            stage.speakers[1].isTalking = true
            try stage.run(beats: 10)
            speaker.isTalking = true
            let start = stage.now - 10 * MixTick.nanoseconds
            try stage.run(beats: 40)
            let frames = try #require(stage.heard[11])
            let sound = try stage.sound(of: 11)
            let onset = try #require(sound.firstIndex { $0 > 5_000 })
            let left = Double(frames[onset / 960].tick) / 1e6 + Double(onset % 960) / 48
            // The talker's own encoder looks ahead by 6.5 ms, too, whoever decodes.
            let came = Double(start + offset) / 1e6 + 500 + 6.5
            #expect((0...40).contains(left - came), "\(left - came) ms")
        }
    }
}
