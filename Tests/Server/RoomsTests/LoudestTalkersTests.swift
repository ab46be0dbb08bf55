import ChatStore
import ControlWire
import Identifiers
import Permissions
import Testing
import VoiceRelay
import VoiceTestSupport

@testable import Rooms

/// How many talkers of a room are heard at once: who may set it, to what, and that the relay goes by it at once.
@Suite(.timeLimit(.minutes(1))) struct LoudestTalkersTests {
    private func set(_ number: Int?, by client: TestClient) async throws -> RoomDetails? {
        var changes = RoomChanges(roomID: room(1))
        changes.loudestTalkers = number
        guard case .roomUpdated(let details) = try await client.ask(.updateRoom(changes)).messages.last else {
            return nil
        }
        return details
    }

    @Test func itIsTakenAtItsLimitsRefusedOnePastAndTakenBack() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        for number in [0, 1, RoomsLimits.loudestTalkersMax] {
            #expect(try await set(number, by: keeper)?.loudestTalkers == number)
        }
        for number in [-2, RoomsLimits.loudestTalkersMax + 1] {
            var changes = RoomChanges(roomID: room(1))
            changes.loudestTalkers = number
            #expect(
                try await keeper.ask(.updateRoom(changes)).messages.last
                    == .serverResponse(
                        success: false,
                        content: "loudest_talkers must be 0…64, 0 for all; or −1 for the server's number",
                        code: .invalidValue))
        }
        // What is not asked for stays.
        #expect(try await set(nil, by: keeper)?.loudestTalkers == RoomsLimits.loudestTalkersMax)
        let stored = try await harness.store.rooms().first
        #expect(stored?.loudestTalkers == RoomsLimits.loudestTalkersMax)
        let back = try #require(try await set(-1, by: keeper))
        #expect(back.loudestTalkers == nil)
        await harness.stop()
    }

    @Test func onlyWhoKeepsTheRoomSetsItAndItIsWrittenDown() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        _ = try await ann.received()
        #expect(try await set(4, by: ann) == nil)
        _ = try await set(4, by: keeper)
        guard case .roomUpdated(let seen) = try await ann.received().messages.last else {
            Issue.record("the room was not told")
            return
        }
        #expect(seen.loudestTalkers == 4)
        _ = try await set(0, by: keeper)
        guard case .auditPage(let entries, _) = try await keeper.ask(.listAudit(before: nil, limit: 2)).messages.last
        else {
            Issue.record("no audit log")
            return
        }
        #expect(entries.map(\.detail) == ["talkers heard: 4 → all", "talkers heard: the server's number → 4"])
        await harness.stop()
    }

    @Test func theRelayGoesByItFromTheNextFrameOn() async throws {
        let harness = try await RoomsHarness { $0.allowsUnsealed = true }
        let keeper = try await harness.member("keeper", role: .admin, in: 1)
        func speaker(_ name: String) async throws -> VoiceSocketClient {
            let client = try await harness.member(name, isEncrypted: false)
            _ = try await client.ask(.join(roomID: room(1), password: nil))
            return try VoiceSocketClient(try grant(try await client.ask(voiceConnect)))
        }
        let loud = try await speaker("loud")
        let quiet = try await speaker("quiet")
        let listener = try await speaker("listener")
        _ = try await set(1, by: keeper)
        // Sent together: nobody falls silent in between.
        try loud.speak(1, level: 5)
        try quiet.speak(2, level: 90)
        try loud.speak(3, level: 5)
        #expect(try listener.hear() == 1)
        #expect(try listener.hear() == 3)
        #expect(harness.relay.counters()[.notLoudest] == 1)
        _ = try await set(0, by: keeper)
        try loud.speak(4, level: 5)
        try quiet.speak(5, level: 90)
        #expect(try listener.hear() == 4)
        #expect(try listener.hear() == 5)
        await harness.stop()
    }
}
