import ControlWire
import Identifiers
import Testing
import VoiceRelay
import VoiceTestSupport
import VoiceWire

@testable import Rooms

/// How much a room's voice takes, in and out, for as long as the server runs.
@Suite(.timeLimit(.minutes(1))) struct VoiceTrafficTests {
    /// Of a datagram without encryption that carries one of ``VoiceSocketClient``'s frames; of a hello; of its answer.
    private let frameBytes: UInt64 = 19 + 20
    private let helloBytes: UInt64 = 19 + 24
    private let welcomeBytes: UInt64 = 19 + 8

    private func enter(_ harness: RoomsHarness, _ name: String, _ number: UInt64) async throws -> VoiceSocketClient {
        let client = try await harness.member(name, isEncrypted: false)
        _ = try await client.ask(.join(roomID: room(number), password: nil))
        return try VoiceSocketClient(try grant(try await client.ask(connect(number))))
    }

    private func connect(_ number: UInt64) -> ControlMessage {
        .voiceConnect(roomID: room(number), userID: .server)
    }

    /// One says some frames, and all of them have heard them.
    private func speak(_ count: Int, _ talker: VoiceSocketClient, to listeners: [VoiceSocketClient]) throws {
        for _ in 0..<count {
            try talker.speak(1)
            for listener in listeners { #expect(try listener.hear() == 1) }
        }
    }

    private func figures(_ harness: RoomsHarness) async -> [UInt64: RoomVoiceFigures] {
        let all = await harness.services.directory.voiceFigures()
        return Dictionary(uniqueKeysWithValues: all.map { ($0.id.rawValue, $0) })
    }

    @Test func eachRoomHasItsOwnCounts() async throws {
        let harness = try await RoomsHarness { $0.allowsUnsealed = true }
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(7), name: "Den", description: "", password: nil))
        let (a, b, c) = (
            try await enter(harness, "bea", 1), try await enter(harness, "cai", 1), try await enter(harness, "dan", 1)
        )
        let (d, e) = (try await enter(harness, "eve", 7), try await enter(harness, "fay", 7))
        try speak(5, a, to: [b, c])
        try speak(2, d, to: [e])
        let figures = await figures(harness)
        #expect(figures[1]?.receivedBytes == 5 * frameBytes + 3 * helloBytes)
        #expect(
            figures[1]?.sent == VoiceTraffic(datagramCount: 13, byteCount: 10 * frameBytes + 3 * welcomeBytes))
        #expect(figures[7]?.receivedBytes == 2 * frameBytes + 2 * helloBytes)
        #expect(figures[7]?.sent == VoiceTraffic(datagramCount: 4, byteCount: 2 * frameBytes + 2 * welcomeBytes))
        await harness.stop()
    }

    /// A room that empties gives its wire id back, and what was sent under it before is not sent to who has it next.
    @Test func countsGoOnWhenARoomFillsAgain() async throws {
        let harness = try await RoomsHarness { $0.allowsUnsealed = true }
        let ann = try await harness.member("ann", isEncrypted: false)
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        let first = try grant(try await ann.ask(voiceConnect))
        let voice = try VoiceSocketClient(first)
        _ = try await ann.ask(.voiceDisconnect(roomID: room(1), userID: .server))
        #expect(try voice.hearFrame().header.type == .goodbye)
        #expect(await figures(harness).isEmpty)
        // Ids come round when all others have been leased.
        while case let leased = try harness.relay.leaseRoom(), leased.rawValue != first.voiceRoomID {}
        harness.relay.releaseRoom(VoiceRoomID(rawValue: first.voiceRoomID ?? 0))
        let second = try grant(try await ann.ask(voiceConnect))
        #expect(second.voiceRoomID == first.voiceRoomID)
        _ = try VoiceSocketClient(second)
        let figures = await figures(harness)
        #expect(figures[1]?.sent == VoiceTraffic(datagramCount: 2, byteCount: 2 * welcomeBytes))
        #expect(figures[1]?.receivedBytes == 2 * helloBytes)
        await harness.stop()
    }
}
