import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Testing

@testable import Rooms

@Suite(.timeLimit(.minutes(1))) struct AccountSessionTests {
    @Test func registeringLogsInAndShowsThePeople() async throws {
        let harness = try await RoomsHarness()
        let answers = try await harness.connect().ask(.register(username: "Ann", password: "12345678"), id: 9)
        #expect(
            answers.first
                == ControlEnvelope(
                    message: .authSuccess(
                        userID: UserID(rawValue: 1), message: "Registration successful! Welcome, Ann",
                        grant: AccountGrant(username: "Ann", role: .member)),
                    requestID: 9))
        guard case .userListUpdate(let users) = answers.last?.message else {
            Issue.record("no user list")
            return
        }
        #expect(users.map(\.username) == ["Ann"])
        #expect(users.first?.isOnline == true)
        #expect(users.first?.lastSeen.count == "2026-01-01 00:00:00".count)
        await harness.stop()
    }

    @Test func wrongPasswordAndUnknownNameGetOneAnswer() async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("ann")
        let wrong = try await harness.connect().ask(.login(username: "ann", password: "wrong password"))
        let unknown = try await harness.connect().ask(.login(username: "bob", password: "wrong password"))
        #expect(wrong.messages == [.authFailure(reason: "Wrong user name or password")])
        #expect(wrong.messages == unknown.messages)
        #expect(harness.counters[.loginFailed] == 2)
        await harness.stop()
    }

    @Test(arguments: ["ANN", "Ａｎｎ", "aNN"])
    func namesThatDifferByCaseOrFormCollide(_ other: String) async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("Ann")
        let answers = try await harness.connect().ask(.register(username: other, password: "12345678"))
        #expect(answers.messages == [.authFailure(reason: "Username already exists")])
        #expect(harness.counters[.nameTaken] == 1)
        let login = try await harness.connect().ask(.login(username: other, password: "password of Ann"))
        #expect(
            login.messages.first
                == .authSuccess(
                    userID: UserID(rawValue: 1), message: "Login successful! Welcome back, Ann",
                    grant: AccountGrant(username: "Ann", role: .member)))
        await harness.stop()
    }

    @Test func badNamesAndPasswordsAreExplained() async throws {
        let harness = try await RoomsHarness()
        let client = harness.connect()
        guard
            case .authFailure(let name, nil, nil) = try await client.ask(
                .register(username: "a\u{202E}", password: "12345678")
            ).messages.first,
            case .authFailure(let short, nil, nil) = try await client.ask(
                .register(username: "ann", password: "1234567")
            )
            .messages.first
        else {
            Issue.record("not refused")
            return
        }
        #expect(name.contains("U+202E"))
        #expect(short.contains("at least 8"))
        #expect(harness.counters[.nameRefused] == 1)
        #expect(harness.counters[.passwordRefused] == 1)
        await harness.stop()
    }

    @Test func beforeLoginEverythingElseIsRefusedAsAnOffence() async throws {
        let harness = try await RoomsHarness()
        let client = harness.connect()
        let requests: [ControlMessage] = [
            .listRooms, .requestUserList, .join(roomID: room(1), password: nil), .leave(roomID: room(1)),
            .roomMessage(roomID: room(1), senderUsername: "", content: "x"),
            .privateMessage(toUserID: UserID(rawValue: 1), senderUsername: "", content: "x"),
            .createRoom(roomID: room(0), name: "x", description: "", password: nil),
        ]
        for request in requests {
            let verdict = await client.session.handle(ControlEnvelope(message: request, requestID: 4))
            #expect(verdict == .offence)
            let answer = try await client.received().first
            #expect(answer?.requestID == 4)
            guard case .serverResponse(false, _, .notAuthenticated, nil) = answer?.message else {
                Issue.record("\(request) was answered \(String(describing: answer))")
                continue
            }
        }
        for request in [ControlMessage.setMuted(isMuted: true), .voiceConnect(roomID: room(1), userID: .server)] {
            guard case .voiceError(.notAuthenticated, _) = try await client.ask(request).messages.first else {
                Issue.record("\(request) was not refused")
                continue
            }
        }
        #expect(harness.counters[.notAuthenticated] == UInt64(requests.count + 2))
        await harness.stop()
    }

    @Test func secondLoginAndServerMessagesAreOffences() async throws {
        let harness = try await RoomsHarness()
        let client = try await harness.member("ann")
        for message in [ControlMessage.login(username: "ann", password: "x"), .roomList(rooms: [])] {
            #expect(await client.session.handle(ControlEnvelope(message: message)) == .offence)
        }
        #expect(harness.counters[.messageUnexpected] == 2)
        await harness.stop()
    }

    @Test func pingIsAnsweredBeforeLogin() async throws {
        let harness = try await RoomsHarness()
        #expect(try await harness.connect().ask(.ping, id: 3) == [ControlEnvelope(message: .pong, requestID: 3)])
        await harness.stop()
    }

    @Test func failedLoginsAreLimitedPerAccountFromWhereverItWasNotBefore() async throws {
        var attempts = AttemptLimits()
        attempts.perAccount = RateLimit(burst: 3, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        _ = try await harness.member("ann")
        for index in 0..<3 {
            let client = harness.connect(address: "198.51.100.\(index)")
            let answer = try await client.ask(.login(username: "ANN", password: "wrong")).messages
            #expect(answer == [.authFailure(reason: "Wrong user name or password")])
        }
        // One past the limit even the right password waits, or guessing would go on behind the refusals.
        let late = harness.connect(address: "192.0.2.99")
        guard
            case .authFailure(_, let wait?, .rateLimited) = try await late.ask(
                .login(username: "ann", password: "password of ann")
            )
            .messages.first
        else {
            Issue.record("not limited")
            return
        }
        #expect(wait > 3_500_000)
        #expect(harness.counters[.attemptRateLimited] == 1)
        await harness.stop()
    }

    @Test func rightPasswordsCostNothing() async throws {
        var attempts = AttemptLimits()
        attempts.perAccount = RateLimit(burst: 2, interval: .seconds(3_600))
        attempts.perAddress = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        _ = try await harness.member("ann")
        for _ in 0..<5 {
            let answer = try await harness.connect().ask(.login(username: "ann", password: "password of ann"))
            guard case .authSuccess = answer.messages.first else {
                Issue.record("refused: \(answer)")
                return
            }
        }
        await harness.stop()
    }

    @Test func accountsAreCountedAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.accountsMax = 2
        let harness = try await RoomsHarness(limits: limits)
        for name in ["a", "b"] { #expect(try await harness.member(name).session.isAuthenticated) }
        #expect(try await harness.member("c").session.isAuthenticated == false)
        #expect(harness.counters[.accountLimitHit] == 1)
        await harness.stop()
    }

    @Test func connectionsOfAnAccountAreCountedAtTheLimitAndOnePast() async throws {
        var limits = RoomsLimits()
        limits.connectionsPerAccountMax = 2
        let harness = try await RoomsHarness(limits: limits)
        let first = try await harness.member("ann")
        let login = ControlMessage.login(username: "ann", password: "password of ann")
        _ = try await harness.connect().ask(login)
        let third = harness.connect()
        guard case .authFailure = try await third.ask(login).messages.first else {
            Issue.record("not refused")
            return
        }
        #expect(harness.counters[.accountConnectionLimitHit] == 1)
        await first.session.end()
        _ = try await third.ask(login)
        #expect(third.session.isAuthenticated)
        await harness.stop()
    }

    @Test func presenceIsAnnouncedForTheFirstAndTheLastConnection() async throws {
        let harness = try await RoomsHarness()
        let watcher = try await harness.member("watcher")
        let first = try await harness.member("ann")
        let arrival = ControlMessage.userStatusUpdate(userID: UserID(rawValue: 2), username: "ann", isOnline: true)
        #expect(try await watcher.received().messages == [arrival])
        let second = harness.connect()
        _ = try await second.ask(.login(username: "ann", password: "password of ann"))
        await first.session.end()
        #expect(try await watcher.received().isEmpty)
        await second.session.end()
        let departures = try await watcher.received().messages
        guard case .userStatusUpdate(UserID(rawValue: 2), "ann", false, let lastSeen?) = departures.first else {
            Issue.record("\(departures)")
            return
        }
        #expect(departures.count == 1 && lastSeen.count == "2026-01-01 00:00:00".count)
        guard case .userListUpdate(let users) = try await watcher.ask(.requestUserList, id: 5).messages.first else {
            Issue.record("no user list")
            return
        }
        #expect(users.map(\.username) == ["watcher", "ann"])
        #expect(users.map(\.isOnline) == [true, false])
        await harness.stop()
    }

    @Test func whenSomebodyWasLastSeenOutlivesTheServer() async throws {
        let harness = try await RoomsHarness()
        let client = try await harness.member("ann")
        let ann = UserID(rawValue: 1)
        await harness.services.directory.flush()
        let old = Date(timeIntervalSince1970: 1_000_000_000)
        try await harness.store.recordLastSeen([ann: old])
        await client.session.end()
        await harness.stop()
        let after = try await harness.store.account(id: ann)?.lastSeenAt
        #expect(try #require(after) > old)
    }
}
