import Testing
import VoiceWire

@testable import VoiceMixer

/// Volumes that listeners set for single speakers.
@Suite struct MixVolumeTests {
    private func listener(_ voice: UInt16, _ volumes: [UInt16: Float] = [:]) -> MixListener {
        MixListener(
            voice: VoiceID(rawValue: voice),
            volumes: Dictionary(uniqueKeysWithValues: volumes.map { (VoiceID(rawValue: $0), $1) }))
    }

    @Test func `A listener hears a speaker as loud as they want to`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        try stage.add(2, hertz: 1_390).isTalking = true
        stage.publish([listener(11), listener(12, [1: 0.5]), listener(13, [1: 0]), listener(14, [2: 2, 14: 0.1])])
        try stage.run(beats: 100)
        for (voice, first, second) in [(11, 0.0, 0.0), (12, -6, 0), (14, 0, 6)] {
            let sound = try stage.sound(of: UInt16(voice), from: 45)
            #expect(abs(Spectrum.decibels(Spectrum.amplitude(470, in: sound), beside: 3_000) - first) < 1)
            #expect(abs(Spectrum.decibels(Spectrum.amplitude(1_390, in: sound), beside: 3_000) - second) < 1)
        }
        let sound = try stage.sound(of: 13, from: 45)
        #expect(Spectrum.decibels(Spectrum.amplitude(470, in: sound), beside: 3_000) < -50)
    }

    @Test func `A volume for somebody who is silent costs no encode`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.publish([listener(11), listener(12, [9: 0.5]), listener(13, [1: 1])])
        try stage.run(beats: 50)
        #expect(stage.counters[.framesEncoded] == stage.counters[.ticks])
    }

    @Test(arguments: [(16, 0), (17, 1)])
    func `Beyond the limit of different mixes a volume is left out and counted`(count: Int, ignored: Int) throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        let listeners = (0..<count).map { listener(UInt16(100 + $0), [1: 0.04 * Float($0 + 1)]) }
        stage.publish(listeners)
        try stage.run(beats: 20)
        #expect((stage.counters[.volumesIgnored] > 0) == (ignored > 0))
        #expect(stage.counters[.framesEncoded] <= stage.counters[.ticks] * UInt64(RoomMix.volumeMixesMax + ignored))
    }

    @Test func `A volume that changes is heard from the next tick on without a click`() throws {
        let stage = MixStage()
        try stage.add(1, hertz: 470).isTalking = true
        stage.publish([listener(11)])
        try stage.run(beats: 60)
        stage.publish([listener(11, [1: 0.25])])
        try stage.run(beats: 60)
        let sound = try stage.sound(of: 11, from: 20)
        let early = Spectrum.amplitude(470, in: sound[..<28_800])
        let late = Spectrum.amplitude(470, in: sound[(sound.count - 28_800)...])
        #expect(abs(Spectrum.decibels(late, beside: early) + 12) < 1)
        #expect(try #require(Spectrum.roughness(sound).max()) < 120)
    }

    @Test func `Volumes that are no numbers or out of range count as 1`() {
        #expect([Float.nan, -1, 2.1, .infinity].allSatisfy { MixKey.step($0) == MixKey.unity })
        #expect(MixKey.step(0) == 0)
        #expect(MixKey.step(2) == 100)
    }
}
