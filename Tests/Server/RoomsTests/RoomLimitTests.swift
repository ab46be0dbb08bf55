import ControlWire
import Identifiers
import Testing
import VoiceRelay

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct RoomLimitTests {
    @Test func roomsAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.roomsMax = 2
        let harness = try await RoomsHarness(limits: limits)
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(2), name: "two", description: "", password: nil))
        let past = try await ann.ask(.createRoom(roomID: room(3), name: "three", description: "", password: nil))
        guard case .serverResponse(false, _, .limitReached, nil) = past.messages.first else {
            Issue.record("\(past)")
            return
        }
        #expect(harness.counters[.roomLimitHit] == 1)
        await harness.stop()
    }

    @Test func membersAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.membersPerRoomMax = 2
        let harness = try await RoomsHarness(limits: limits)
        _ = try await harness.member("a", in: 1)
        let second = try await harness.member("b", in: 1)
        let third = try await harness.member("c")
        guard
            case .serverResponse(false, _, .limitReached, nil) = try await third.ask(
                .join(roomID: room(1), password: nil)
            )
            .messages.first
        else {
            Issue.record("not refused")
            return
        }
        #expect(harness.counters[.roomFull] == 1)
        await second.session.end()
        _ = try await third.received()
        guard case .roomJoined = try await third.ask(.join(roomID: room(1), password: nil)).messages.first else {
            Issue.record("the place was not freed")
            return
        }
        await harness.stop()
    }

    @Test func joinedRoomsAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.roomsPerConnectionMax = 2
        let harness = try await RoomsHarness(limits: limits)
        let ann = try await harness.member("ann")
        for number in 2...3 {
            _ = try await ann.ask(
                .createRoom(roomID: room(UInt64(number)), name: "\(number)", description: "", password: nil))
        }
        for number in 1...2 { _ = try await ann.ask(.join(roomID: room(UInt64(number)), password: nil)) }
        let past = try await ann.ask(.join(roomID: room(3), password: nil))
        guard case .serverResponse(false, _, .limitReached, nil) = past.messages.first else {
            Issue.record("\(past)")
            return
        }
        #expect(harness.counters[.joinedLimitHit] == 1)
        await harness.stop()
    }

    @Test func voiceMembersAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.voiceMembersPerRoomMax = 2
        let harness = try await RoomsHarness(limits: limits)
        for name in ["a", "b"] {
            let client = try await harness.member(name, in: 1)
            _ = try await client.ask(.voiceConnect(roomID: room(1), userID: .server))
        }
        let third = try await harness.member("c", in: 1)
        let past = try await third.ask(.voiceConnect(roomID: room(1), userID: .server))
        guard case .voiceError(.roomFull, _) = past.messages.first else {
            Issue.record("\(past)")
            return
        }
        #expect(harness.counters[.voiceRoomFull] == 1)
        await harness.stop()
    }

    @Test func relaySessionsAtTheLimitAndOnePast() async throws {
        let harness = try await RoomsHarness { $0.sessionsMax = 1 }
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await ann.ask(.voiceConnect(roomID: room(1), userID: .server))
        _ = try await bob.received()
        guard
            case .voiceError(.serverFull, _) = try await bob.ask(.voiceConnect(roomID: room(1), userID: .server))
                .messages
                .first
        else {
            Issue.record("not refused")
            return
        }
        #expect(harness.counters[.voiceUnavailable] == 1)
        await harness.stop()
    }

    @Test func roomsOfOneUserAtTheLimitAndOnePast() async throws {
        var attempts = AttemptLimits()
        attempts.roomsPerUser = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        let ann = try await harness.member("ann")
        let create = { (number: UInt64) in
            ControlMessage.createRoom(roomID: room(number), name: "\(number)", description: "", password: nil)
        }
        // A room that was not made counts for nothing.
        _ = try await ann.ask(create(1))
        for number: UInt64 in 2...3 {
            guard case .roomCreated = try await ann.ask(create(number)).messages.first else {
                Issue.record("room \(number) was refused")
                return
            }
        }
        guard case .serverResponse(false, _, .rateLimited, let wait?) = try await ann.ask(create(4)).messages.first
        else {
            Issue.record("not refused")
            return
        }
        #expect(wait > 3_500_000)
        #expect(harness.counters[.attemptRateLimited] == 1)
        let bob = try await harness.member("bob")
        guard case .roomCreated = try await bob.ask(create(4)).messages.first else {
            Issue.record("one user's limit is another's")
            return
        }
        await harness.stop()
    }

    /// 256 rooms of the longest names outgrow a line: as many as fit are listed, and it is counted.
    @Test func listThatOutgrowsALineIsCut() async throws {
        var attempts = AttemptLimits()
        attempts.roomsPerUser.burst = 100
        let harness = try await RoomsHarness(attempts: attempts)
        let ann = try await harness.member("ann")
        let description = String(repeating: "\"", count: 512)
        for number in 2...100 {
            _ = try await ann.ask(
                .createRoom(
                    roomID: room(UInt64(number)), name: "room \(number)", description: description, password: nil))
        }
        guard case .roomList(let rooms) = try await ann.ask(.listRooms).messages.first else {
            Issue.record("no list")
            return
        }
        #expect(rooms.count > 50 && rooms.count < 100)
        #expect(rooms.map(\.id.rawValue) == (1...UInt64(rooms.count)).map { $0 })
        #expect(harness.counters[.listCut] == 1)
        await harness.stop()
    }
}
