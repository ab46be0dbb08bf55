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
