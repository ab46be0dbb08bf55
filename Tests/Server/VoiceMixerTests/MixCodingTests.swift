import OpusCodec
import Testing
import VoiceWire

@testable import VoiceMixer

/// One voice alone is coded with the model of one, several together without it.
@Suite struct MixCodingTests {
    /// RFC 6716 §3.1: configurations 16 and above are CELT alone, which models no voice.
    private func hasModel(_ opus: [UInt8]) -> Bool { opus[0] >> 3 < 16 }

    private func frames(_ stage: MixStage, _ listener: UInt16, from beat: Int) -> [Bool] {
        (stage.heard[listener] ?? []).dropFirst(beat).map { hasModel($0.opus) }
    }

    @Test func `The model comes and goes with the number of voices`() throws {
        let stage = MixStage()
        let speakers = try [(UInt16(1), 210.0), (2, 340)].map { try stage.add($0.0, hertz: $0.1) }
        stage.listen([11])
        speakers[0].isTalking = true
        try stage.run(beats: 60)
        #expect(frames(stage, 11, from: 5).allSatisfy { $0 }, "alone")
        speakers[1].isTalking = true
        try stage.run(beats: 60)
        // One frame more is Opus' own way over from one to the other.
        #expect(frames(stage, 11, from: 66).allSatisfy { !$0 }, "together")
        speakers[1].isTalking = false
        try stage.run(beats: 60)
        #expect(frames(stage, 11, from: 160).allSatisfy { $0 }, "alone again")
    }

    @Test func `At the thin bitrate the model always stays`() throws {
        let stage = MixStage()
        for (voice, hertz) in [(UInt16(1), 210.0), (2, 340), (3, 470)] {
            try stage.add(voice, hertz: hertz).isTalking = true
        }
        stage.listen([11], quality: .thin)
        try stage.run(beats: 80)
        #expect(frames(stage, 11, from: 3).allSatisfy { $0 })
    }

    @Test func `Changing over is heard as no click and no gap`() throws {
        let stage = MixStage()
        let first = try stage.add(1, hertz: 210)
        let second = try stage.add(2, hertz: 340, amplitude: 300)
        stage.listen([11])
        first.isTalking = true
        try stage.run(beats: 50)
        for _ in 0..<4 {
            second.isTalking = true
            try stage.run(beats: 20)
            second.isTalking = false
            try stage.run(beats: 40)
        }
        let sound = try stage.sound(of: 11, from: 20)
        let loudness = Spectrum.loudness(sound)
        // 5 ms of a tone of 210 Hz: a little more than a period.
        #expect(loudness.allSatisfy { $0 > 1_400 && $0 < 2_900 }, "\(loudness.min() ?? 0)…\(loudness.max() ?? 0)")
        // A sine bends by amplitude × (2πf/48000)² at most: 3,000 × 0.00076 + 300 × 0.002 = 3; coding noise is added to it.
        #expect(try #require(Spectrum.roughness(sound).max()) < 400)
    }
}
