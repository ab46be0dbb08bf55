import Testing
import VoiceWire

@testable import VoiceMixer

/// Each listener hears every other speaker, as loud as they are, and not themself.
@Suite struct MixContentTests {
    private static let tones: [(voice: UInt16, hertz: Double)] = [(1, 470), (2, 810), (3, 1_390), (4, 2_230)]

    private func talkingRoom(silent: [UInt16] = [11, 12, 13]) throws -> MixStage {
        // With bits to spare, so that what is measured is the mix.
        let stage = MixStage { $0.bitsPerSecond = 96_000 }
        for (voice, hertz) in Self.tones { try stage.add(voice, hertz: hertz).isTalking = true }
        stage.listen(Self.tones.map(\.voice) + silent)
        try stage.run(beats: 70)
        return stage
    }

    @Test func `A mix holds every other speaker and not the listener`() throws {
        let stage = try talkingRoom()
        for listener in Self.tones.map(\.voice) + [11] {
            let sound = try stage.sound(of: listener, from: 42)
            for (voice, hertz) in Self.tones {
                let level = Spectrum.decibels(Spectrum.amplitude(hertz, in: sound), beside: 3_000)
                if voice == listener {
                    #expect(level <= -50, "\(listener) hears themself at \(level) dB")
                } else {
                    #expect(abs(level) <= 1, "\(listener) hears \(voice) at \(level) dB")
                }
            }
        }
    }

    @Test func `With the usual bits nobody hears themself either`() throws {
        let stage = MixStage()
        for (voice, hertz) in Self.tones { try stage.add(voice, hertz: hertz).isTalking = true }
        stage.listen(Self.tones.map(\.voice))
        try stage.run(beats: 70)
        for (voice, hertz) in Self.tones {
            let sound = try stage.sound(of: voice, from: 42)
            #expect(Spectrum.decibels(Spectrum.amplitude(hertz, in: sound), beside: 3_000) <= -50)
        }
    }

    @Test func `Who is silent shares one encode`() throws {
        let stage = try talkingRoom(silent: Array(11...210))
        let ticks = stage.counters[.ticks]
        // Four speakers with a mix each and one mix for the two hundred; the first tick finds fewer speakers.
        #expect((ticks * 5 - 5...ticks * 5).contains(stage.counters[.framesEncoded]))
        #expect(stage.heard[11]?.map(\.opus) == stage.heard[210]?.map(\.opus))
        #expect(stage.heard[11]?.last?.opus != stage.heard[1]?.last?.opus)
    }

    @Test func `All mixes of a room have the same numbers and timestamps`() throws {
        let stage = try talkingRoom()
        let frames = try #require(stage.heard[11])
        for (earlier, later) in zip(frames, frames.dropFirst()) {
            #expect(earlier.sequence.distance(to: later.sequence) == 1)
            #expect(earlier.timestamp.distance(to: later.timestamp) == 960)
        }
        for listener in Self.tones.map(\.voice) + [12, 13] {
            #expect(stage.heard[listener]?.map(\.sequence) == frames.map(\.sequence))
            #expect(stage.heard[listener]?.map(\.timestamp) == frames.map(\.timestamp))
        }
    }

    @Test func `Who asked for little gets frames of 40 ms with the same content`() throws {
        let stage = MixStage()
        for (voice, hertz) in Self.tones { try stage.add(voice, hertz: hertz).isTalking = true }
        stage.listen([1, 11], quality: .thin)
        try stage.run(beats: 120)
        let frames = try #require(stage.heard[11])
        for (earlier, later) in zip(frames, frames.dropFirst()) {
            #expect(earlier.sequence.distance(to: later.sequence) == 1)
            #expect(earlier.timestamp.distance(to: later.timestamp) == 1_920)
        }
        #expect(frames.suffix(40).reduce(0) { $0 + $1.opus.count } < 16_000 / 8 * 2)
        let sound = try stage.sound(of: 1, from: 25)
        #expect(Spectrum.decibels(Spectrum.amplitude(470, in: sound), beside: 3_000) < -30)
        #expect(abs(Spectrum.decibels(Spectrum.amplitude(810, in: sound), beside: 3_000)) < 2)
    }

    @Test func `A priority speaker makes the others softer`() throws {
        let stage = MixStage { $0.duckingGain = MixSettings.gain(decibels: -12) }
        for (voice, hertz) in Self.tones { try stage.add(voice, hertz: hertz).isTalking = true }
        stage.speakers[3].hasPriority = true
        stage.listen([11])
        try stage.run(beats: 100)
        let sound = try stage.sound(of: 11, from: 45)
        #expect(abs(Spectrum.decibels(Spectrum.amplitude(2_230, in: sound), beside: 3_000)) < 1)
        #expect(abs(Spectrum.decibels(Spectrum.amplitude(470, in: sound), beside: 3_000) + 12) < 1)
    }
}
