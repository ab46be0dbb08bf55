import ControlWire
import Credentials
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct RoomSessionTests {
    @Test func joiningAnswersThenTellsEverybody() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob")
        _ = try await ann.received()
        let answers = try await bob.ask(.join(roomID: room(1), password: nil), id: 7)
        let general = try #require(await harness.services.directory.room(room(1)))
        let joined = ControlMessage.roomJoined(
            roomID: room(1), name: "General", description: "General chat room for everyone",
            room: await general.details(for: try #require(bob.session.member)))
        #expect(
            answers == [
                ControlEnvelope(message: joined, requestID: 7), ControlEnvelope(message: system("bob joined the room")),
            ])
        #expect(try await ann.received().messages == [system("bob joined the room")])
        // Again: answered, not announced.
        #expect(try await bob.ask(.join(roomID: room(1), password: nil)).messages == [joined])
        #expect(try await ann.received().isEmpty)
        await harness.stop()
    }

    @Test func leavingAnswersAndTellsTheOthers() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await ann.received()
        #expect(
            try await bob.ask(.leave(roomID: room(1)), id: 2)
                == [ControlEnvelope(message: .serverResponse(success: true, content: "Left room 1"), requestID: 2)])
        #expect(try await ann.received().messages == [system("bob left the room")])
        guard
            case .serverResponse(false, _, .notAMember, nil) = try await bob.ask(.leave(roomID: room(1))).messages.first,
            case .serverResponse(false, _, .notAMember, nil) = try await bob.ask(
                .roomMessage(roomID: room(1), senderUsername: "", content: "x")
            ).messages.first
        else {
            Issue.record("still in the room")
            return
        }
        await harness.stop()
    }

    @Test func aConnectionThatEndsLeavesEveryRoomOnce() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        _ = try await ann.ask(.createRoom(roomID: room(9), name: "nine", description: "", password: nil))
        _ = try await ann.ask(.join(roomID: room(9), password: nil))
        let bob = try await harness.member("bob", in: 1, 9)
        _ = try await ann.received()
        await bob.session.end()
        let seen = try await ann.received().messages
        #expect(seen.filter { $0 == system("bob left the room") }.count == 1)
        #expect(seen.filter { $0 == system("bob left the room", in: 9) }.count == 1)
        await harness.stop()
    }

    /// Two devices are one person: the room hears of the first that comes and the last that goes.
    @Test func secondConnectionOfAnAccountIsNotAnnounced() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let first = try await harness.member("bob", in: 1)
        let second = harness.connect()
        _ = try await second.ask(.login(username: "bob", password: "password of bob"))
        _ = try await ann.received()
        _ = try await second.ask(.join(roomID: room(1), password: nil))
        await first.session.end()
        #expect(try await ann.received().isEmpty)
        await second.session.end()
        #expect(try await ann.received().messages.contains(system("bob left the room")))
        await harness.stop()
    }

    @Test func roomsAreMadeListedAndProtected() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        let created = try await ann.ask(
            .createRoom(roomID: room(7), name: "Music", description: "loud", password: "secret"), id: 1)
        #expect(
            created == [
                ControlEnvelope(
                    message: .roomCreated(roomID: room(7), name: "Music", description: "loud"), requestID: 1)
            ])
        // Made, not joined.
        guard
            case .serverResponse(false, _, .notAMember, nil) = try await ann.ask(
                .roomMessage(roomID: room(7), senderUsername: "", content: "x")
            ).messages.first
        else {
            Issue.record("joined by making")
            return
        }
        guard case .roomList(let rooms) = try await ann.ask(.listRooms).messages.first else {
            Issue.record("no list")
            return
        }
        #expect(rooms.map(\.name) == ["General", "Music"])
        #expect(rooms.map(\.isPasswordProtected) == [false, true])
        let bob = try await harness.member("bob")
        for wrong in [nil, "wrong", ""] {
            #expect(
                try await bob.ask(.join(roomID: room(7), password: wrong)).messages
                    == [.serverResponse(success: false, content: "Invalid room password", code: .notPermitted)])
        }
        guard
            case .roomJoined(room(7), "Music", "loud", let seen?) = try await bob.ask(
                .join(roomID: room(7), password: "secret")
            ).messages.first
        else {
            Issue.record("not let in with the password")
            return
        }
        #expect(seen.isMember && seen.kind == .private && seen.permissions == PermissionTable.base(.member))
        #expect(
            try await bob.ask(.join(roomID: room(99), password: nil)).messages.last == .roomNotFound(roomID: room(99)))
        await harness.stop()
    }

    @Test func roomPasswordGuessesAreLimited() async throws {
        var attempts = AttemptLimits()
        attempts.perRoom = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(7), name: "Music", description: "", password: "secret"))
        for _ in 0..<2 { _ = try await ann.ask(.join(roomID: room(7), password: "wrong")) }
        #expect(harness.counters[.roomPasswordWrong] == 2)
        guard
            case .serverResponse(false, _, .rateLimited, _?) = try await ann.ask(
                .join(roomID: room(7), password: "secret")
            )
            .messages.first
        else {
            Issue.record("not limited")
            return
        }
        await harness.stop()
    }

    @Test func numbersAndNamesInUseAreRefused() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        for (number, name) in [(UInt64(1), "other"), (0, "GENERAL")] {
            let answer = try await ann.ask(
                .createRoom(roomID: room(number), name: name, description: "", password: nil))
            guard case .serverResponse(false, _, .roomExists, nil) = answer.messages.first else {
                Issue.record("\(answer)")
                continue
            }
        }
        #expect(
            try await ann.ask(.createRoom(roomID: room(0), name: "new", description: "", password: "")).messages
                == [.roomCreated(roomID: room(2), name: "new", description: "")])
        await harness.stop()
    }

    @Test func roomNumbersEndWhereRustyRoomsClientsStopReading() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        let last = try await ann.ask(.createRoom(roomID: room(65_535), name: "last", description: "", password: nil))
        #expect(last.messages == [.roomCreated(roomID: room(65_535), name: "last", description: "")])
        let past = try await ann.ask(.createRoom(roomID: room(65_536), name: "past", description: "", password: nil))
        guard case .serverResponse(false, _, .invalidValue, nil) = past.messages.first else {
            Issue.record("\(past)")
            return
        }
        await harness.stop()
    }
}
