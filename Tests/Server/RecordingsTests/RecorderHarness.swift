import Foundation
import Identifiers
import TestSupport
import VoiceWire

@testable import Recordings

/// The recorder without its thread, on a real directory and with a clock of the test's own.
final class RecorderHarness {
    let folder: TemporaryFolder
    let counters = RecordingCounters()
    let core: RecorderCore
    let id = RecordingID(rawValue: 1_000)
    var now = second

    init(_ change: (inout RecordingsConfiguration) -> Void = { _ in }) throws {
        var configuration = RecordingsConfiguration()
        configuration.freeBytesMin = 0
        change(&configuration)
        folder = try TemporaryFolder()
        core = RecorderCore(directory: folder.path, configuration: configuration, counters: counters)
    }

    static func speaker(_ number: UInt16) -> RecordingConsent.Speaker {
        RecordingConsent.Speaker(
            voice: VoiceID(rawValue: number), user: UserID(rawValue: UInt64(number) + 100), name: "user \(number)",
            answer: .yes)
    }

    func give(_ order: RecorderOrder) {
        core.announce(order)
        core.carryOut(order, wall: Int64(now / millisecond))
    }

    func start(_ id: RecordingID? = nil, hasMix: Bool = false) {
        let start = RecordingStart(
            voiceRoom: VoiceRoomID(rawValue: 1), room: RoomID(rawValue: 5), roomName: "General",
            startedBy: UserID(rawValue: 101), startedByName: "user 1", at: Int64(now / millisecond), hasMix: hasMix)
        give(.start(id ?? self.id, start, at: now))
    }

    func admit(_ number: UInt16) { give(.admit(id, Self.speaker(number), from: now)) }

    func advance(by nanoseconds: UInt64) {
        now += nanoseconds
        core.advance(to: now, wall: Int64(now / millisecond))
    }

    /// Somebody speaks for some frames of 20 ms.
    func speak(_ number: UInt16, _ packets: ArraySlice<[UInt8]>) {
        for (index, packet) in zip(packets.indices, packets) {
            core.take(.frame(index, packet, voice: number, at: now))
            advance(by: 20 * millisecond)
        }
    }

    func stop(_ end: RecordingEnd = .stopped) { give(.stop(id, end, at: now)) }

    func path(_ name: String) -> String { "\(folder.path)/\(id)/\(name)" }

    func manifest() throws -> RecordingManifest? { try RecordingFolder(folder.path, id).manifest() }

    func content(_ number: Int) throws -> OggContent { try OggContent(path: path("\(number).opus")) }
}
