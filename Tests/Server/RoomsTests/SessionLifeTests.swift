import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions
import TestSupport
import Testing

@testable import Rooms

/// A device stays logged in with its token until somebody ends that.
@Suite(.timeLimit(.minutes(1))) struct SessionLifeTests {
    private func login(
        _ harness: RoomsHarness, _ device: String, password: String = "password of ann"
    ) async throws -> (client: TestClient, token: String) {
        let client = harness.connect()
        let answers = try await client.ask(.login(username: "ann", password: password, device: device))
        guard case .authSuccess(_, _, let grant?) = answers.messages.first, let token = grant.sessionToken else {
            throw Failure(answers: answers.messages)
        }
        return (client, token)
    }

    private struct Failure: Error { let answers: [ControlMessage] }

    private func failure(_ client: TestClient, _ request: ControlMessage) async throws -> ErrorCode? {
        guard case .authFailure(_, _, let code) = try await client.ask(request).messages.first else { return nil }
        return code
    }

    @Test func aTokenResumesAndOnlyItsHashIsKept() async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("ann")
        let (_, token) = try await login(harness, "laptop")
        let again = harness.connect()
        let answers = try await again.ask(.resume(sessionToken: token), id: 4)
        guard case .authSuccess(let user, _, let grant?) = answers.first?.message else {
            Issue.record("\(answers)")
            return
        }
        #expect(user == again.user && grant.username == "ann" && grant.role == .member)
        #expect(grant.sessionToken == nil && grant.sessionID != nil)
        #expect(answers.first?.requestID == 4)
        try await harness.store.close()
        let file = try Data(contentsOf: URL(fileURLWithPath: harness.directory.file("store.sqlite")))
        #expect(file.range(of: Data(token.utf8)) == nil)
        await harness.stop()
    }

    @Test func withoutADeviceThereIsNoToken() async throws {
        let harness = try await RoomsHarness()
        let client = harness.connect()
        guard
            case .authSuccess(_, _, let grant?) = try await client.ask(
                .register(username: "ann", password: "password of ann")
            ).messages.first
        else {
            Issue.record("no grant")
            return
        }
        #expect(grant == AccountGrant(username: "ann", role: .member))
        guard case .sessionList(let sessions) = try await client.ask(.listSessions).messages.last else { return }
        #expect(sessions.isEmpty)
        await harness.stop()
    }

    @Test(arguments: ["", "abc", String(repeating: "0", count: 64), String(repeating: "g", count: 64)])
    func tokensOfNobodyAreRefused(_ token: String) async throws {
        let harness = try await RoomsHarness()
        #expect(try await failure(harness.connect(), .resume(sessionToken: token)) == .sessionEnded)
        #expect(harness.counters[.sessionUnknown] == 1)
        await harness.stop()
    }

    @Test func guessesAreLimitedByAddressAndRightTokensCostNothing() async throws {
        var attempts = AttemptLimits()
        attempts.resumesPerAddress = RateLimit(burst: 3, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        _ = try await harness.member("ann")
        let (_, token) = try await login(harness, "laptop")
        for _ in 0..<5 {
            let client = harness.connect()
            _ = try await client.ask(.resume(sessionToken: token))
            #expect(client.session.isAuthenticated)
        }
        for _ in 0..<3 {
            #expect(
                try await failure(harness.connect(), .resume(sessionToken: SecretToken().hexadecimal)) == .sessionEnded)
        }
        #expect(try await failure(harness.connect(), .resume(sessionToken: token)) == .rateLimited)
        let elsewhere = harness.connect(address: "198.51.100.1")
        _ = try await elsewhere.ask(.resume(sessionToken: token))
        #expect(elsewhere.session.isAuthenticated)
        await harness.stop()
    }

    @Test func loggingOutEndsTheTokenAndSaysSoLast() async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("ann")
        let (laptop, laptopToken) = try await login(harness, "laptop")
        let (_, phoneToken) = try await login(harness, "phone")
        _ = await laptop.session.handle(ControlEnvelope(message: .logOut(everywhere: false), requestID: 8))
        let last = try await laptop.wait { _ in false }.last
        #expect(last == ControlEnvelope(message: .serverResponse(success: true, content: "Logged out"), requestID: 8))
        #expect(laptop.outbox.closeReason == .loggedOut)
        #expect(try await failure(harness.connect(), .resume(sessionToken: laptopToken)) == .sessionEnded)
        let phone = harness.connect()
        _ = try await phone.ask(.resume(sessionToken: phoneToken))
        #expect(phone.session.isAuthenticated)
        await harness.stop()
    }

    @Test func loggingOutEverywhereEndsEveryConnectionAndToken() async throws {
        let harness = try await RoomsHarness()
        let plain = try await harness.member("ann", in: 1)
        let (laptop, laptopToken) = try await login(harness, "laptop")
        let bob = try await harness.member("bob", in: 1)
        _ = try await laptop.ask(.logOut(everywhere: true))
        #expect(plain.outbox.closeReason == .sessionEnded)
        guard case .serverResponse(false, _, .sessionEnded, _) = try await plain.wait(for: { _ in false }).messages.last
        else {
            Issue.record("no last word")
            return
        }
        // Out of the room at once, not when the peer has read its last line.
        #expect(try await bob.received().messages.contains(system("ann left the room")))
        #expect(try await failure(harness.connect(), .resume(sessionToken: laptopToken)) == .sessionEnded)
        await harness.stop()
    }

    @Test func aNewPasswordEndsWhatTheOldOneOpened() async throws {
        let harness = try await RoomsHarness()
        let thief = try await harness.member("ann")
        let (laptop, laptopToken) = try await login(harness, "laptop")
        let (phone, phoneToken) = try await login(harness, "phone")
        let answer = try await laptop.ask(
            .changePassword(oldPassword: "password of ann", newPassword: "a better password"), id: 5)
        guard case .serverResponse(true, _, nil, nil) = answer.last?.message, answer.last?.requestID == 5 else {
            Issue.record("\(answer)")
            return
        }
        #expect(thief.outbox.closeReason == .sessionEnded && phone.outbox.closeReason == .sessionEnded)
        #expect(laptop.outbox.closeReason == nil)
        #expect(try await failure(harness.connect(), .resume(sessionToken: phoneToken)) == .sessionEnded)
        let kept = harness.connect()
        _ = try await kept.ask(.resume(sessionToken: laptopToken))
        #expect(kept.session.isAuthenticated)
        let old = harness.connect()
        _ = try await old.ask(.login(username: "ann", password: "password of ann"))
        #expect(!old.session.isAuthenticated)
        _ = try await login(harness, "new", password: "a better password")
        await harness.stop()
    }

    /// Both were checked against the old password; the first change has ended the other's connection.
    @Test func aConnectionThatWasEndedChangesNoPassword() async throws {
        let harness = try await RoomsHarness()
        let thief = try await harness.member("ann")
        let (ann, _) = try await login(harness, "laptop", password: "password of ann")
        let late = try #require(thief.session.member)
        _ = try await ann.ask(.changePassword(oldPassword: "password of ann", newPassword: "a better password"))
        let directory = harness.services.directory
        await #expect(throws: RoomRefusal.connectionEnded) { try await directory.setPassword("stolen", of: late) }
        #expect(try await harness.store.account(id: late.user)?.passwordHash != "stolen")
        await harness.stop()
    }

    @Test func theOldPasswordIsAskedForUnderTheLimitsOnGuesses() async throws {
        var attempts = AttemptLimits()
        attempts.perAccountAndAddress = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        let ann = try await harness.member("ann")
        let change = { ControlMessage.changePassword(oldPassword: $0, newPassword: $1) }
        for expected in [ErrorCode.notPermitted, .notPermitted, .rateLimited] {
            guard
                case .serverResponse(false, _, let code, _) = try await ann.ask(change("guess", "12345678")).messages
                    .last
            else { continue }
            #expect(code == expected)
        }
        guard
            case .serverResponse(false, _, .invalidValue, _) = try await ann.ask(change("guess", "short")).messages.last
        else {
            Issue.record("a short password was taken")
            return
        }
        await harness.stop()
    }

    @Test func sessionsAreListedWithTheirDevices() async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("ann")
        _ = try await login(harness, "phone")
        let (laptop, _) = try await login(harness, "laptop")
        guard case .sessionList(let sessions) = try await laptop.ask(.listSessions).messages.last else {
            Issue.record("no list")
            return
        }
        #expect(Set(sessions.map(\.device)) == ["laptop", "phone"])
        #expect(sessions.filter(\.isCurrent).map(\.device) == ["laptop"])
        await harness.stop()
    }

    @Test func aDeviceThatIsNotUsedIsLoggedOutAtTheLimitAndNotBefore() async throws {
        var limits = RoomsLimits()
        limits.sessionDaysMax = 3
        let harness = try await RoomsHarness(limits: limits)
        _ = try await harness.member("ann")
        let (laptop, token) = try await login(harness, "laptop")
        await laptop.session.end()
        await harness.services.directory.settle()
        let hash = try #require(SecretToken(hexadecimal: token)).hash
        let record = try #require(try await harness.store.session(tokenHash: hash)).session
        let end = record.lastUsedAt.addingTimeInterval(3 * 86_400)
        func resume(at now: Date) async throws {
            _ = try await harness.services.directory.arrive(
                .session(tokenHash: hash), connection: ConnectionID(rawValue: 900), address: nil,
                outbox: Outbox(counters: harness.counters), answering: nil, at: now
            ) { $0.name }
        }
        // Using it within the time is using it: the end moves on.
        try await resume(at: end.addingTimeInterval(-1))
        await #expect(throws: Accounts.Refusal.sessionEnded) {
            try await resume(at: end.addingTimeInterval(3 * 86_400 - 1))
        }
        #expect(harness.counters[.sessionExpired] == 1)
        #expect(try await harness.store.session(tokenHash: hash) == nil)
        await harness.stop()
    }

    @Test func deviceNamesAreTakenAtTheLimitAndRefusedOnePast() async throws {
        let harness = try await RoomsHarness()
        _ = try await harness.member("ann")
        let longest = String(repeating: "d", count: RoomsLimits.deviceBytesMax)
        _ = try await login(harness, longest)
        let client = harness.connect()
        for bad in [longest + "d", "a\nb"] {
            let request = ControlMessage.login(username: "ann", password: "password of ann", device: bad)
            #expect(try await failure(client, request) == .invalidValue)
        }
        await harness.stop()
    }
}
