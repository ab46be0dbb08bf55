import AudioTestSupport
import Foundation
import Identifiers
import TestSupport
import Testing
import VoiceWire

@testable import Recordings

@Suite("Recordings on the disk")
struct RecorderTests {
    private let packets: [[UInt8]]

    init() throws { packets = try TonePackets.make(count: 200) }

    @Test("each speaker has a file and an entry in the manifest, with where it begins")
    func files() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.give(
            .note(
                recorder.id,
                ConsentEvent(kind: .yes, voice: VoiceID(rawValue: 1), user: UserID(rawValue: 101), name: "a", at: 7)))
        recorder.admit(1)
        recorder.speak(1, packets[0..<50])
        recorder.admit(2)
        recorder.speak(2, packets[50..<150])
        recorder.stop()
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.end == .stopped)
        #expect(manifest.tracks.map(\.user.rawValue) == [101, 102])
        #expect(manifest.tracks.map(\.startSamples) == [0, 48_000])
        #expect(manifest.tracks.map(\.sampleCount) == [48_000, 96_000])
        #expect(manifest.consent.map(\.kind) == [.yes])
        #expect(Array(try recorder.content(1).sound.dropLast()) == Array(packets[0..<50]))
        #expect(Array(try recorder.content(2).sound.dropLast()) == Array(packets[50..<150]))
        #expect(recorder.core.takeEndings().map(\.end) == [.stopped])
        for name in ["1.opus", "manifest.json"] {
            let mode = try FileManager.default.attributesOfItem(atPath: recorder.path(name))[.posixPermissions] as? Int
            #expect(mode == 0o600)
        }
        let info = try Command.output("opusinfo", package: "opus-tools", [recorder.path("2.opus")])
        #expect(!info.contains("WARNING"))
    }

    @Test("frames without consent are dropped, whoever sends them into the tap")
    func defence() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.speak(1, packets[0..<10])
        recorder.admit(1)
        recorder.core.take(.frame(11, packets[11], at: recorder.now - 1))
        recorder.speak(1, packets[12..<20])
        recorder.give(.withdraw(recorder.id, VoiceID(rawValue: 1), until: recorder.now - 40 * millisecond))
        recorder.speak(1, packets[20..<30])
        recorder.stop()
        let sound = try recorder.content(1).sound.dropLast()
        #expect(Array(sound) == Array(packets[12..<18]), "what came in the last 40 ms is forgotten")
        #expect(recorder.counters[.framesWithoutConsent] == 10 + 1 + 10)
    }

    @Test("who says yes again goes on in the same file; another device has one of its own")
    func again() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.admit(1)
        recorder.speak(1, packets[0..<10])
        recorder.give(.withdraw(recorder.id, VoiceID(rawValue: 1), until: recorder.now))
        recorder.advance(by: second)
        // The same person with another session.
        let again = RecordingConsent.Speaker(
            voice: VoiceID(rawValue: 9), user: UserID(rawValue: 101), name: "user 1", answer: .yes)
        recorder.give(.admit(recorder.id, again, from: recorder.now))
        recorder.speak(9, packets[20..<30])
        recorder.admit(1)
        recorder.speak(1, packets[30..<40])
        recorder.stop()
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.tracks.map(\.user.rawValue) == [101, 101])
        #expect(manifest.tracks[0].sampleCount == 9_600 + 48_000 + 9_600)
        #expect(Array(try recorder.content(2).sound.dropLast()) == Array(packets[30..<40]))
    }

    @Test("a second after they came, frames are in a file that plays, whatever then becomes of the process")
    func killed() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.admit(1)
        recorder.speak(1, packets[0..<200])
        // Nobody closes anything: this is what SIGKILL leaves.
        let content = try recorder.content(1)
        #expect(!content.isEnded)
        #expect(content.sound.count >= 200 - 25 - 50)
        let decoded = recorder.path("decoded.wav")
        _ = try Command.output("opusdec", package: "opus-tools", ["--quiet", recorder.path("1.opus"), decoded])
        let length = try Command.output("soxi", package: "sox", ["-s", decoded])
        #expect(Int(length.trimmingCharacters(in: .whitespacesAndNewlines)) == Int(content.granule) - 312)
        #expect(try recorder.manifest()?.end == nil)

        let handle = try #require(FileHandle(forWritingAtPath: recorder.path("1.opus")))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("OggS a page that was cut".utf8))
        try handle.close()
        #expect(InterruptedRecording.close(RecordingFolder(recorder.folder.path, recorder.id)))
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.end == .interrupted)
        #expect(manifest.tracks[0].sampleCount == content.granule)
        let closed = try recorder.content(1)
        #expect(closed.isEnded)
        #expect(closed.packets.dropLast() == content.packets[...])
        let info = try Command.output("opusinfo", package: "opus-tools", [recorder.path("1.opus")])
        #expect(!info.contains("WARNING"))
        #expect(!InterruptedRecording.close(RecordingFolder(recorder.folder.path, recorder.id)), "once")
    }

    @Test("a disk that is full ends the recording, says why, and leaves what was written")
    func diskFull() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        // The kernel's own full disk.
        try FileManager.default.createSymbolicLink(
            atPath: recorder.path("2.opus"), withDestinationPath: "/dev/full")
        recorder.admit(1)
        recorder.speak(1, packets[0..<100])
        recorder.admit(2)
        recorder.speak(2, packets[100..<200])
        #expect(recorder.core.isIdle)
        let ending = try #require(recorder.core.takeEndings().first)
        #expect(ending.end == .writeFailed)
        #expect(ending.detail == "No space left on device")
        #expect(recorder.counters[.writeFailed] == 1)
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.end == .writeFailed)
        #expect(Array(try recorder.content(1).sound.dropLast()) == Array(packets[0..<100]))
    }

    @Test("a directory that cannot be written ends the recording as it begins")
    func noDirectory() throws {
        let recorder = try RecorderHarness()
        try Data().write(to: URL(fileURLWithPath: recorder.path("").dropLast().description))
        recorder.start()
        #expect(recorder.core.takeEndings().map(\.end) == [.writeFailed])
    }

    @Test("a recording ends when its time is over, not before")
    func duration() throws {
        let recorder = try RecorderHarness { $0.duration = .seconds(10) }
        recorder.start()
        recorder.advance(by: 9 * second)
        #expect(!recorder.core.isIdle)
        recorder.advance(by: second)
        #expect(recorder.core.takeEndings().map(\.end) == [.durationLimit])
        #expect(recorder.counters[.durationLimitHit] == 1)
    }

    @Test(
        "a recording ends at its bytes, at those of all together, and where the disk has too little left",
        arguments: 0..<3)
    func bytes(which: Int) throws {
        let recorder = try RecorderHarness {
            if which == 0 { $0.bytesPerRecordingMax = 6_000 }
            if which == 1 { $0.bytesMax = 6_000 }
            if which == 2 { $0.freeBytesMin = .max }
        }
        recorder.start()
        if which < 2 {
            recorder.admit(1)
            recorder.speak(1, packets[0..<1])
            recorder.advance(by: second)
            #expect(!recorder.core.isIdle)
            recorder.speak(1, packets[1..<150])
        }
        recorder.advance(by: second)
        #expect(recorder.core.takeEndings().map(\.end) == [which == 0 ? .sizeLimit : .storageLimit])
        let counter: RecordingCounter = [.recordingBytesLimitHit, .bytesLimitHit, .freeSpaceLimitHit][which]
        #expect(recorder.counters[counter] == 1)
    }

    @Test("a person is taken out of a recording that runs")
    func forget() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.admit(1)
        recorder.admit(2)
        recorder.speak(1, packets[0..<10])
        recorder.speak(2, packets[10..<20])
        recorder.give(.forget(recorder.id, UserID(rawValue: 101)))
        recorder.speak(1, packets[20..<30])
        recorder.stop()
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.tracks.map(\.isDeleted) == [true, false])
        #expect(manifest.startedByName == "")
        #expect(!FileManager.default.fileExists(atPath: recorder.path("1.opus")))
        #expect(Array(try recorder.content(2).sound.dropLast()) == Array(packets[10..<20]))
        #expect(!String(decoding: manifest.json, as: UTF8.self).contains("user 1"))
    }

    @Test("a manifest is read as it was written")
    func manifestText() throws {
        var manifest = RecordingManifest(
            id: RecordingID(rawValue: 1), room: RoomID(rawValue: 2), roomName: "a \"room\"\n",
            startedBy: UserID(rawValue: 3),
            startedByName: "ada", startedAt: -4)
        manifest.tracks = [.init(number: 1, user: UserID(rawValue: 3), name: "ada")]
        manifest.consent = [
            ConsentEvent(kind: .asked, voice: VoiceID(rawValue: 8), user: UserID(rawValue: 3), name: "ada", at: 5)
        ]
        manifest.end = .interrupted
        manifest.endedAt = 9
        #expect(RecordingManifest(json: manifest.json) == manifest)
        #expect(RecordingManifest(json: Array("{}".utf8)) == nil)
        #expect(RecordingManifest(json: Array(manifest.json.dropLast(2))) == nil)
    }
}
