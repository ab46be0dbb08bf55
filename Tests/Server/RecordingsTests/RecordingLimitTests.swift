import Dispatch
import Foundation
import Glibc
import Identifiers
import TestSupport
import Testing
import VoiceRelay
import VoiceWire

@testable import Recordings

@Suite("Limits of recording")
struct RecordingLimitTests {
    private func open(_ folder: TemporaryFolder) throws -> RecordingArchive {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        return try RecordingArchive.open(
            directory: folder.path, tap: try FrameTap(capacity: 64), configuration: configuration)
    }

    private static let start = RecordingStart(
        voiceRoom: VoiceRoomID(rawValue: 1), room: RoomID(rawValue: 5), roomName: "room",
        startedBy: UserID(rawValue: 1), startedByName: "ada", at: 10)

    @Test("orders wait up to their limit; past it no yes and no recording is taken, a no and an end always")
    func orders() async throws {
        let folder = try TemporaryFolder()
        let archive = try open(folder)
        let recorder = archive.recorder
        // The thread has not been started: a disk that hangs looks like that.
        let id = try recorder.begin(Self.start)
        for _ in 1..<RecordingsConfiguration.ordersMax {
            guard recorder.admit(RecorderHarness.speaker(1), in: id) else {
                Issue.record("refused before the limit")
                return
            }
        }
        #expect(recorder.counters[.ordersFull] == 0)
        #expect(!recorder.admit(RecorderHarness.speaker(2), in: id))
        #expect(recorder.counters[.ordersFull] == 1)
        #expect(throws: RecordingRefusal.busy) { try recorder.begin(Self.start) }
        #expect(recorder.counters[.ordersFull] == 2)
        recorder.withdraw(VoiceID(rawValue: 1), in: id)
        recorder.end(id, .stopped)
        try archive.start()
        var endings = recorder.endings.makeAsyncIterator()
        #expect(await endings.next()?.end == .stopped)
        #expect(recorder.admit(RecorderHarness.speaker(2), in: id), "it has come after")
        await archive.stop()
    }

    @Test("speakers are recorded up to their limit; one more is heard, and not written")
    func speakers() throws {
        // Each has a file open.
        var descriptors = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
        descriptors.rlim_cur = min(descriptors.rlim_max, 4_096)
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &descriptors)
        let recorder = try RecorderHarness()
        let packet = try TonePackets.make(count: 1)[0]
        recorder.start()
        for number in 1...RecordingsConfiguration.speakersMax {
            recorder.admit(UInt16(number))
            recorder.core.take(.frame(0, packet, voice: UInt16(number), at: recorder.now))
        }
        #expect(recorder.counters[.speakerLimitHit] == 0)
        recorder.admit(1_001)
        recorder.core.take(.frame(0, packet, voice: 1_001, at: recorder.now))
        #expect(recorder.counters[.speakerLimitHit] == 1)
        recorder.advance(by: 20 * millisecond)
        recorder.stop()
        let manifest = try #require(try recorder.manifest())
        #expect(manifest.tracks.count == RecordingsConfiguration.speakersMax)
        #expect(
            manifest.tracks.allSatisfy { $0.frames == 1 } && !manifest.tracks.contains { $0.user.rawValue == 1_101 })
        #expect(recorder.counters[.writeFailed] == 0)
    }

    @Test("as many files are open as may be, over all recordings; one more speaker is heard, and not written")
    func openFiles() throws {
        let recorder = try RecorderHarness { $0.openFilesMax = 2 }
        let packet = try TonePackets.make(count: 1)[0]
        recorder.start()
        for number: UInt16 in 1...2 {
            recorder.admit(number)
            recorder.core.take(.frame(0, packet, voice: number, at: recorder.now))
        }
        #expect(recorder.counters[.openFilesLimitHit] == 0)
        let other = RecordingID(rawValue: 2_000)
        recorder.start(other)
        recorder.give(.admit(other, RecorderHarness.speaker(3), from: recorder.now))
        recorder.core.take(.frame(0, packet, voice: 3, at: recorder.now))
        #expect(recorder.counters[.openFilesLimitHit] == 1 && recorder.counters[.speakerLimitHit] == 0)
        // Who has a file goes on with it, and once a recording has ended there is room again.
        recorder.give(.withdraw(recorder.id, VoiceID(rawValue: 1), until: recorder.now))
        recorder.admit(1)
        recorder.core.take(.frame(0, packet, voice: 1, at: recorder.now))
        #expect(recorder.counters[.openFilesLimitHit] == 1)
        recorder.stop()
        recorder.core.take(.frame(0, packet, voice: 3, at: recorder.now))
        #expect(recorder.counters[.openFilesLimitHit] == 1)
        recorder.give(.stop(other, .stopped, at: recorder.now))
        #expect(try RecordingFolder(recorder.folder.path, other).manifest()?.tracks.map(\.number) == [1])
    }

    @Test("what is stored is what lies there: the last pages and the manifest too")
    func stored() throws {
        let recorder = try RecorderHarness()
        recorder.start()
        recorder.admit(1)
        recorder.speak(1, try TonePackets.make(count: 70)[...])
        for count in 0..<500 {
            let event = ConsentEvent(
                kind: count.isMultiple(of: 2) ? .no : .yes, voice: VoiceID(rawValue: 1), user: UserID(rawValue: 101),
                name: "user 1", at: 1)
            recorder.give(.note(recorder.id, event))
        }
        recorder.stop()
        let size = RecordingFolder(recorder.folder.path, recorder.id).byteCount
        #expect(size > 30_000 && recorder.core.storedByteCount == size)
    }

    @Test("as many recordings are kept as may be, and none begins past it; a deletion makes room")
    func kept() async throws {
        let folder = try TemporaryFolder()
        func open(_ max: Int) throws -> RecordingArchive {
            var configuration = RecordingsConfiguration()
            (configuration.freeBytesMin, configuration.keptMax) = (0, max)
            let archive = try RecordingArchive.open(
                directory: folder.path, tap: try FrameTap(capacity: 64), configuration: configuration)
            try archive.start()
            return archive
        }
        let archive = try open(2)
        var endings = archive.recorder.endings.makeAsyncIterator()
        let first = try archive.recorder.begin(Self.start)
        archive.recorder.end(first, .stopped)
        #expect(await endings.next()?.id == first)
        let second = try archive.recorder.begin(Self.start)
        #expect(archive.recorder.counters[.keptLimitHit] == 0)
        #expect(throws: RecordingRefusal.tooManyKept) { try archive.recorder.begin(Self.start) }
        #expect(archive.recorder.counters[.keptLimitHit] == 1)
        archive.recorder.end(second, .stopped)
        #expect(await endings.next()?.id == second)
        #expect(throws: RecordingRefusal.tooManyKept) { try archive.recorder.begin(Self.start) }
        try await archive.delete(first)
        archive.recorder.end(try archive.recorder.begin(Self.start), .stopped)
        _ = await endings.next()
        await archive.stop()
        // What an earlier run left counts, too; what could not be made does not.
        let again = try open(3)
        let away = folder.path + ".away"
        try FileManager.default.moveItem(atPath: folder.path, toPath: away)
        var later = again.recorder.endings.makeAsyncIterator()
        _ = try again.recorder.begin(Self.start)
        #expect(await later.next()?.end == .writeFailed)
        try FileManager.default.moveItem(atPath: away, toPath: folder.path)
        _ = try again.recorder.begin(Self.start)
        #expect(throws: RecordingRefusal.tooManyKept) { try again.recorder.begin(Self.start) }
        await again.stop()
    }

    @Test("as many may wait for the archive as may, and one more is refused at once")
    func archive() async throws {
        let folder = try TemporaryFolder()
        let archive = try open(folder)
        let (isHeld, release) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let holding = Task {
            try await archive.run { _, _ throws(RecordingArchive.Failure) in
                isHeld.signal()
                release.wait()
            }
        }
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                isHeld.wait()
                continuation.resume()
            }
        }
        let waiting = (0..<RecordingArchive.waitingMax).map { _ in
            Task { try await archive.list(before: nil, limit: 1) { _ in true }.recordings.count }
        }
        while archive.waitingCount < RecordingArchive.waitingMax { await Task.yield() }
        #expect(archive.recorder.counters[.archiveBusy] == 0)
        await #expect(throws: RecordingArchive.Failure.busy) {
            _ = try await archive.list(before: nil, limit: 1) { _ in true }
        }
        #expect(archive.recorder.counters[.archiveBusy] == 1)
        release.signal()
        try await holding.value
        for task in waiting { #expect(try await task.value == 0) }
        await archive.stop()
    }
}
