import AudioTestSupport
import Foundation
import Identifiers
import TestSupport
import Testing
import VoiceRelay
import VoiceWire

@testable import Recordings

@Suite("The mix of a recording")
struct MixdownTests {
    /// Ann from 0 s to 1 s, Bob from 0.5 s to 2.5 s, Eve never says yes and talks all the time; then nobody until Ann's last second.
    private static let ann = 440.0
    private static let bob = 1_330.0
    private static let eve = 2_900.0

    private func recorded(_ ticks: Int = 200) throws -> RecorderHarness {
        let recorder = try RecorderHarness()
        recorder.start(hasMix: true)
        let tones = try [Self.ann, Self.bob, Self.eve].map { try TonePackets.make(count: ticks, hertz: $0) }
        recorder.admit(1)
        recorder.admit(2)
        for tick in 0..<ticks {
            for (index, talks) in [tick < 50 || tick >= 150, (25..<125).contains(tick), true].enumerated() where talks {
                recorder.core.take(
                    .frame(tick, tones[index][tick], voice: UInt16(index + 1), at: recorder.now))
            }
            recorder.advance(by: 20 * millisecond)
        }
        recorder.stop()
        return recorder
    }

    private func mixdown(_ recorder: RecorderHarness) throws -> RecordingManifest.Mix {
        let folder = RecordingFolder(recorder.folder.path, recorder.id)
        let mixdown = try Mixdown(try #require(try folder.manifest()), folder)
        while try !mixdown.advance(ticks: 7) {}
        return mixdown.entry
    }

    /// What a player makes of a file, at 48 kHz.
    private func played(_ path: String, _ folder: TemporaryFolder) throws -> [Int16] {
        let raw = folder.file("played.raw")
        _ = try Command.output(
            "opusdec", package: "opus-tools", ["--quiet", "--rate", "48000", "--no-dither", path, raw])
        return try Data(contentsOf: URL(fileURLWithPath: raw)).withUnsafeBytes { Array($0.bindMemory(to: Int16.self)) }
    }

    /// Amplitude of a tone in a tenth of a second, seen through a Hann window.
    private func amplitude(_ hertz: Double, _ sound: [Int16], at seconds: Double) -> Double {
        let start = Int(seconds * 48_000)
        var (real, imaginary) = (0.0, 0.0)
        for index in 0..<4_800 {
            let weight = 1 - cos(2 * .pi * Double(index) / 4_800)
            let angle = 2 * .pi * hertz * Double(index) / 48_000
            real += Double(sound[start + index]) * weight * cos(angle)
            imaginary += Double(sound[start + index]) * weight * sin(angle)
        }
        return 2 * (real * real + imaginary * imaginary).squareRoot() / 4_800
    }

    @Test("holds each who agreed when they spoke and as loud, and nobody else; players find nothing wrong")
    func content() throws {
        let recorder = try recorded()
        guard case .made(let sampleCount, let byteCount) = try mixdown(recorder) else {
            Issue.record("not made")
            return
        }
        #expect(sampleCount == 4 * 48_000)
        let path = recorder.path("mix.opus")
        #expect(byteCount == UInt64(try Data(contentsOf: URL(fileURLWithPath: path)).count))
        let sound = try played(path, recorder.folder)
        #expect(sound.count == Int(sampleCount))
        let times: [(Double, ann: Bool, bob: Bool)] = [
            (0.2, true, false), (0.7, true, true), (1.2, false, true), (2.3, false, true), (2.7, false, false),
            (3.2, true, false), (3.8, true, false),
        ]
        for (time, hasAnn, hasBob) in times {
            for (hertz, isThere) in [(Self.ann, hasAnn), (Self.bob, hasBob), (Self.eve, false)] {
                let level = amplitude(hertz, sound, at: time)
                #expect(isThere ? abs(level - 16_000) < 1_600 : level < 50, "\(hertz) Hz at \(time) s: \(level)")
            }
        }
        let info = try Command.output("opusinfo", package: "opus-tools", [path])
        #expect(!info.contains("WARNING") && info.contains("Playback length: 0m:04.0"), "\(info)")
    }

    @Test("is in step with the speakers' files, to the sample")
    func alignment() throws {
        let recorder = try recorded()
        _ = try mixdown(recorder)
        let (mix, ann) = (
            try played(recorder.path("mix.opus"), recorder.folder), try played(recorder.path("1.opus"), recorder.folder)
        )
        func distance(_ shift: Int) -> Int {
            (9_600..<14_400).reduce(0) { $0 + abs(Int(mix[$1 + shift]) - Int(ann[$1])) }
        }
        let best = try #require((-54...54).min { distance($0) < distance($1) })
        #expect(abs(best) <= 1, "off by \(best) samples")
    }

    @Test("of speakers who are louder together than a file can hold is limited, not cut")
    func limited() throws {
        let recorder = try RecorderHarness()
        recorder.start(hasMix: true)
        let tones = try [440.0, 455, 470, 485].map { try TonePackets.make(count: 50, hertz: $0) }
        for voice in 1...4 { recorder.admit(UInt16(voice)) }
        for tick in 0..<50 {
            for (index, tone) in tones.enumerated() {
                recorder.core.take(.frame(tick, tone[tick], voice: UInt16(index + 1), at: recorder.now))
            }
            recorder.advance(by: 20 * millisecond)
        }
        recorder.stop()
        _ = try mixdown(recorder)
        let sound = try played(recorder.path("mix.opus"), recorder.folder)
        let loudest = try #require(sound.map { abs(Int($0)) }.max())
        #expect((20_000..<32_768).contains(loudest))
        #expect(sound.filter { abs(Int($0)) >= 32_767 }.count <= 2)
    }

    @Test("of nobody is as empty as the recording; a speaker's file that is gone or damaged is left out")
    func damaged() throws {
        let nobody = try RecorderHarness()
        nobody.start(hasMix: true)
        nobody.advance(by: second)
        nobody.stop()
        #expect(try mixdown(nobody) == .made(sampleCount: 0, byteCount: try size(nobody)))

        let recorder = try recorded()
        var bytes = try Data(contentsOf: URL(fileURLWithPath: recorder.path("1.opus")))
        for index in stride(from: 200, to: bytes.count, by: 97) { bytes[index] ^= 0x55 }
        try bytes.write(to: URL(fileURLWithPath: recorder.path("1.opus")))
        _ = try mixdown(recorder)
        let sound = try played(recorder.path("mix.opus"), recorder.folder)
        #expect(sound.count == 4 * 48_000)
        #expect(amplitude(Self.bob, sound, at: 1.2) > 14_000)
        try FileManager.default.removeItem(atPath: recorder.path("1.opus"))
        #expect(throws: Mixdown.Failure.self) { try mixdown(recorder) }
    }

    private func size(_ recorder: RecorderHarness) throws -> UInt64 {
        UInt64(try Data(contentsOf: URL(fileURLWithPath: recorder.path("mix.opus"))).count)
    }
}
