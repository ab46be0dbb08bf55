import ControlWire
import Credentials
import Identifiers
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct RoomSessionTests {
    @Test func joiningAnswersThenTellsEverybody() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob")
        _ = try await ann.received()
        let answers = try await bob.ask(.join(roomID: room(1), password: nil), id: 7)
        let joined = ControlMessage.roomJoined(
            roomID: room(1), name: "General", description: "General chat room for everyone")
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

    @Test func messagesReachEverybodyUnderTheAuthorsRealName() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob", in: 1)
        _ = try await ann.received()
        let echo = try await ann.ask(.roomMessage(roomID: room(1), senderUsername: "System", content: "hi"), id: 8)
        let message = ControlMessage.roomMessage(roomID: room(1), senderUsername: "ann", content: "hi")
        #expect(echo == [ControlEnvelope(senderID: UserID(rawValue: 1), message: message, requestID: 8)])
        #expect(try await bob.received() == [ControlEnvelope(senderID: UserID(rawValue: 1), message: message)])
        await harness.stop()
    }

    @Test func everybodySeesOneOrder() async throws {
        let harness = try await RoomsHarness()
        let people = [
            try await harness.member("a", in: 1), try await harness.member("b", in: 1),
            try await harness.member("c", in: 1),
        ]
        for client in people { _ = try await client.received() }
        for index in 0..<60 {
            _ = await people[index % 3].session.handle(
                ControlEnvelope(message: .roomMessage(roomID: room(1), senderUsername: "", content: "\(index)")))
        }
        let orders = [
            try await people[0].received().messages, try await people[1].received().messages,
            try await people[2].received().messages,
        ]
        #expect(orders[0].count == 60)
        #expect(orders[0] == orders[1] && orders[1] == orders[2])
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
        for wrong in [nil, "wrong", ""] {
            #expect(
                try await ann.ask(.join(roomID: room(7), password: wrong)).messages
                    == [.serverResponse(success: false, content: "Invalid room password", code: .notPermitted)])
        }
        let joined = try await ann.ask(.join(roomID: room(7), password: "secret")).messages
        #expect(joined.first == .roomJoined(roomID: room(7), name: "Music", description: "loud"))
        #expect(try await ann.ask(.join(roomID: room(99), password: nil)).messages == [.roomNotFound(roomID: room(99))])
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

    @Test func privateMessagesReachEveryConnectionOfBoth() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        let annsOther = harness.connect()
        _ = try await annsOther.ask(.login(username: "ann", password: "password of ann"))
        let bob = try await harness.member("bob")
        let bobsOther = harness.connect()
        _ = try await bobsOther.ask(.login(username: "bob", password: "password of bob"))
        for client in [ann, annsOther, bob, bobsOther] { _ = try await client.received() }
        let target = UserID(rawValue: 2)
        let answer = try await ann.ask(.privateMessage(toUserID: target, senderUsername: "", content: "psst"), id: 6)
        #expect(
            answer == [ControlEnvelope(message: .serverResponse(success: true, content: "Sent to bob"), requestID: 6)])
        let expected = ControlEnvelope(
            senderID: UserID(rawValue: 1),
            message: .privateMessage(toUserID: target, senderUsername: "ann", content: "psst"))
        for client in [annsOther, bob, bobsOther] { #expect(try await client.received() == [expected]) }
        await harness.stop()
    }

    @Test func privateMessagesToNobodySaySo() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        let bob = try await harness.member("bob")
        await bob.session.end()
        _ = try await ann.received()
        for (target, text) in [(UInt64(2), "bob is not online; nothing was sent"), (99, "There is no user 99")] {
            #expect(
                try await ann.ask(.privateMessage(toUserID: UserID(rawValue: target), senderUsername: "", content: "x"))
                    .messages == [.serverResponse(success: false, content: text, code: .userNotFound)])
        }
        await harness.stop()
    }

    @Test func textIsTakenAtTheLimitAndRefusedOnePast() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        // Quotes double in JSON: the longest text still fits a line.
        let longest = String(repeating: "\"", count: FreeText.messageBytesMax)
        let echo = try await ann.ask(.roomMessage(roomID: room(1), senderUsername: "", content: longest))
        #expect(echo.messages == [.roomMessage(roomID: room(1), senderUsername: "ann", content: longest)])
        for bad in [longest + "x", "", "a\u{1B}[2J", "a\u{202E}b"] {
            let answer = try await ann.ask(.roomMessage(roomID: room(1), senderUsername: "", content: bad))
            guard case .serverResponse(false, _, .invalidValue, nil) = answer.messages.first else {
                Issue.record("“\(bad.prefix(20))” was answered \(answer)")
                continue
            }
        }
        #expect(harness.counters[.textRefused] == 4)
        await harness.stop()
    }
}
