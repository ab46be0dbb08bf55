import Foundation
import Identifiers
import Synchronization
import TestSupport
import Testing
import VoiceRelay
import VoiceWire

@testable import Recordings

@Suite("Mixes beside recordings")
struct RecordingMixTests {
    /// A recording of two seconds of Ann (101) and Bob (102) that has ended and is to have a mix.
    private func recorded() throws -> RecorderHarness {
        let recorder = try RecorderHarness()
        recorder.start(hasMix: true)
        let tones = try [440.0, 1_330].map { try TonePackets.make(count: 100, hertz: $0) }
        for voice in 1...2 { recorder.admit(UInt16(voice)) }
        for tick in 0..<100 {
            for (index, tone) in tones.enumerated() {
                recorder.core.take(.frame(tick, tone[tick], voice: UInt16(index + 1), at: recorder.now))
            }
            recorder.advance(by: 20 * millisecond)
        }
        recorder.stop()
        return recorder
    }

    private func open(
        _ recorder: RecorderHarness, _ change: (inout RecordingsConfiguration) -> Void = { _ in }
    ) throws -> RecordingArchive {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        change(&configuration)
        return try RecordingArchive.open(
            directory: recorder.folder.path, tap: try FrameTap(capacity: 64), configuration: configuration)
    }

    private func mixed(_ archive: RecordingArchive, _ id: RecordingID) async throws {
        while try await archive.mix(id) == .unfinished {}
    }

    /// Tries it once, and gives what did not work.
    private func failure(_ archive: RecordingArchive, _ id: RecordingID) async throws -> RecordingArchive.MixFailure? {
        while true {
            switch try await archive.mix(id) {
            case .unfinished: continue
            case .ended: return nil
            case .failed(let failure): return failure
            }
        }
    }

    private func hasMix(_ recorder: RecorderHarness) -> Bool {
        FileManager.default.fileExists(atPath: recorder.path("mix.opus"))
    }

    @Test("what a start finds without its mix gets it, and is counted among what is stored")
    func atStart() async throws {
        let recorder = try recorded()
        try Data(count: 10).write(to: URL(fileURLWithPath: recorder.path("mix.opus.new")))
        let archive = try open(recorder)
        let before = archive.recorder.storedBytes
        let making = Task { await archive.makeMixes { _ in } }
        while archive.recorder.counters[.mixesMade] == 0 { await Task.yield() }
        making.cancel()
        await making.value
        guard case .made(96_000, let byteCount) = try await archive.manifest(recorder.id).mix else {
            Issue.record("\(String(describing: try await archive.manifest(recorder.id).mix))")
            return
        }
        #expect(archive.recorder.storedBytes == before + byteCount)
        let chunk = try await archive.read(recorder.id, track: 0, from: 0, countMax: 4)
        #expect(chunk == .init(bytes: Array("OggS".utf8), fileByteCount: byteCount))
        #expect(!FileManager.default.fileExists(atPath: recorder.path("mix.opus.new")))
        #expect(try await archive.mix(recorder.id) == .ended, "there is nothing left to do")
        #expect(archive.recorder.counters[.mixesMade] == 1)
        await archive.stop()
    }

    @Test("whose data is deleted is in no mix any longer: it is made anew of the others")
    func forgotten() async throws {
        let recorder = try recorded()
        let archive = try open(recorder)
        try await mixed(archive, recorder.id)
        let with = try Data(contentsOf: URL(fileURLWithPath: recorder.path("mix.opus")))
        #expect(try await archive.forget(UserID(rawValue: 102)) == 1)
        #expect(!hasMix(recorder))
        #expect(try await archive.manifest(recorder.id).mix == .wanted)
        await #expect(throws: RecordingArchive.Failure.notFound) {
            try await archive.read(recorder.id, track: 0, from: 0, countMax: 1)
        }
        try await mixed(archive, recorder.id)
        let without = try Data(contentsOf: URL(fileURLWithPath: recorder.path("mix.opus")))
        #expect(without != with)
        // Of Ann alone: what the mix of a recording with nobody but her is, byte for byte.
        let folder = RecordingFolder(recorder.folder.path, recorder.id)
        var alone = try #require(try folder.manifest())
        alone.tracks.removeAll { $0.user != UserID(rawValue: 101) }
        let mixdown = try Mixdown(alone, folder)
        while try !mixdown.advance(ticks: 50) {}
        #expect(try Data(contentsOf: URL(fileURLWithPath: recorder.path("mix.opus"))) == without)
        await archive.stop()
    }

    @Test("a mix that is being made when somebody is deleted does not bring them back")
    func forgottenMeanwhile() async throws {
        let recorder = try recorded()
        let folder = RecordingFolder(recorder.folder.path, recorder.id)
        let archive = try open(recorder)
        let id = recorder.id
        // Begun, and given up half-way.
        _ = try await archive.run { mixdowns, _ throws(RecordingArchive.Failure) in
            _ = try? mixdowns.mixdown(id, in: folder)?.advance(ticks: 50)
        }
        #expect(try await archive.forget(UserID(rawValue: 102)) == 1)
        #expect(!FileManager.default.fileExists(atPath: folder.unfinishedMixPath))
        try await mixed(archive, recorder.id)
        let manifest = try await archive.manifest(recorder.id)
        #expect(manifest.tracks.map(\.isDeleted) == [false, true])
        guard case .made = manifest.mix else {
            Issue.record("no mix: \(manifest)")
            return
        }
        try await archive.delete(recorder.id)
        #expect(try await archive.mix(recorder.id) == .ended)
        #expect(!FileManager.default.fileExists(atPath: folder.path))
        await archive.stop()
    }

    @Test("where all recordings together are too large none is made, and the recording stays")
    func storage() async throws {
        let recorder = try recorded()
        let size = RecordingFolder(recorder.folder.path, recorder.id).byteCount
        let full = try open(recorder) { $0.bytesMax = size }
        let reason = "there is no more room for recordings"
        #expect(try await failure(full, recorder.id)?.reason == reason)
        #expect(full.recorder.counters[.mixLimitHit] == 1 && full.recorder.counters[.mixesFailed] == 1)
        #expect(try await full.manifest(recorder.id).mix == .failed(reason: reason, attempts: 1) && !hasMix(recorder))
        await full.stop()
        let fitting = try open(recorder) { $0.bytesMax = size + 65_000 }
        try await mixed(fitting, recorder.id)
        #expect(fitting.recorder.counters[.mixLimitHit] == 0 && hasMix(recorder))
        await fitting.stop()
    }

    @Test("a mix that cannot be made says why, in its manifest and to who asks, and the next start tries again")
    func failing() async throws {
        let recorder = try recorded()
        try FileManager.default.moveItem(atPath: recorder.path("1.opus"), toPath: recorder.path("kept"))
        let archive = try open(recorder)
        let told = Mutex<[RecordingArchive.MixFailure]>([])
        let making = Task { await archive.makeMixes { failure in told.withLock { $0.append(failure) } } }
        while told.withLock({ $0.isEmpty }) { await Task.yield() }
        making.cancel()
        await making.value
        let reason = "No such file or directory"
        #expect(told.withLock { $0 } == [.init(recording: recorder.id, reason: reason, attempts: 1)])
        #expect(archive.recorder.counters[.mixesFailed] == 1)
        let manifest = try await archive.manifest(recorder.id)
        #expect(manifest.mix == .failed(reason: reason, attempts: 1) && !hasMix(recorder))
        #expect(
            String(decoding: manifest.json, as: UTF8.self).contains(
                #""mix":{"state":"failed","reason":"No such file or directory","attempts":1}"#))
        await archive.stop()
        try FileManager.default.moveItem(atPath: recorder.path("kept"), toPath: recorder.path("1.opus"))
        let again = try open(recorder)
        try await mixed(again, recorder.id)
        #expect(again.recorder.counters[.mixesMade] == 1 && hasMix(recorder))
        await again.stop()
    }

    @Test("it is tried as often as it may be, once a start, and not once more; a deletion makes it wanted anew")
    func attempts() async throws {
        let recorder = try recorded()
        try FileManager.default.removeItem(atPath: recorder.path("1.opus"))
        let last = RecordingsConfiguration.mixAttemptsMax
        for attempt in 1...last {
            let archive = try open(recorder)
            let failed = try #require(try await failure(archive, recorder.id))
            #expect(failed.attempts == attempt && failed.isGivenUp == (attempt == last))
            #expect(archive.recorder.counters[.mixesGivenUp] == (attempt == last ? 1 : 0))
            await archive.stop()
        }
        let archive = try open(recorder)
        #expect(try await failure(archive, recorder.id) == nil)
        #expect(archive.recorder.counters[.mixesFailed] == 0 && !hasMix(recorder))
        #expect(try await archive.forget(UserID(rawValue: 101)) == 1)
        try await mixed(archive, recorder.id)
        #expect(hasMix(recorder), "who could not be read is no longer in it")
        await archive.stop()
    }
}
