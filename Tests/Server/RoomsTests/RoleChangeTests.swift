import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Permissions
import Testing
import VoiceRelay

@testable import Rooms

/// A role holds from the moment it is given: for every connection, in every room, in voice.
@Suite(.timeLimit(.minutes(1))) struct RoleChangeTests {
    @Test func aNewRoleIsInForceAtOnceAndTold() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        let annsOther = harness.connect()
        _ = try await annsOther.ask(.login(username: "ann", password: "password of ann"))
        _ = try await ann.received()
        let changed = ControlMessage.roleChanged(userID: ann.user, username: "ann", role: .guest)
        let answer = try await admin.ask(.setRole(userID: ann.user, role: .guest), id: 3)
        #expect(answer.first { $0.requestID == 3 }?.message == changed)
        let told = try await ann.received().messages
        #expect(told.contains(changed))
        #expect(told.contains(.permissionsChanged(roomID: room(1), permissions: PermissionTable.base(.guest))))
        #expect(try await annsOther.received().messages.contains(changed))
        let refused = try await ann.ask(.roomMessage(roomID: room(1), senderUsername: "", content: "hi")).messages.last
        guard case .serverResponse(false, _, .notPermitted, _) = refused else {
            Issue.record("a guest wrote: \(String(describing: refused))")
            return
        }
        #expect(try await harness.store.account(id: ann.user)?.role == .guest)
        await harness.stop()
    }

    /// All of actor's role × old role × new role; what the table allows, and nothing else.
    @Test func rolesAreGivenFromAboveOnly() async throws {
        let harness = try await RoomsHarness()
        let seed = try await harness.member("seed")
        try await harness.promote(seed, to: .guest)
        for actorRole in Role.allCases where actorRole < .owner {
            let actor = try await harness.member("actor \(actorRole.rawValue)", role: actorRole)
            for old in Role.allCases where old < .owner {
                let target = try await harness.member("\(actorRole.rawValue) \(old.rawValue)", role: old)
                for new in Role.allCases where new != old {
                    let answer = try await actor.ask(.setRole(userID: target.user, role: new), id: 1)
                    let isDone = answer.contains {
                        if case .roleChanged(_, _, new) = $0.message { true } else { false }
                    }
                    let isAllowed = PermissionTable.maySetRole(from: old, to: new, by: actorRole)
                    #expect(isDone == isAllowed, "\(actorRole): \(old) → \(new)")
                    if isDone { try await harness.promote(target, to: old) }
                }
                await target.session.end()
            }
        }
        await harness.stop()
    }

    @Test func whoMayNoLongerSpeakIsMutedForAll() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        _ = try grant(try await ann.ask(voiceConnect))
        _ = try await admin.received()
        _ = try await admin.ask(.setRole(userID: ann.user, role: .guest))
        let updates = try await ann.received().messages.compactMap { message -> VoiceUserUpdate? in
            if case .userVoiceUpdate(let update) = message { update } else { nil }
        }
        #expect(updates.map(\.isServerMuted) == [true])
        #expect(updates.map(\.isMuted) == [false])
        #expect(updates.map(\.isServerDeafened) == [nil])
        await harness.stop()
    }

    @Test func theOwnershipTokenWorksOnce() async throws {
        let harness = try await RoomsHarness()
        let token = SecretToken()
        #expect(try await harness.store.setOwnerTokenHash(token.hash))
        let ann = try await harness.member("ann", in: 1)
        let bob = try await harness.member("bob")
        for wrong in ["", "00", SecretToken().hexadecimal, String(repeating: "x", count: 64)] {
            guard
                case .serverResponse(false, _, .notPermitted, nil) = try await bob.ask(.claimOwnership(token: wrong))
                    .messages.last
            else {
                Issue.record("“\(wrong)” was taken")
                return
            }
        }
        #expect(harness.counters[.ownershipRefused] == 4)
        let answer = try await ann.ask(.claimOwnership(token: token.hexadecimal.uppercased()), id: 7).messages
        #expect(answer.contains(.roleChanged(userID: ann.user, username: "ann", role: .owner)))
        #expect(answer.contains(.permissionsChanged(roomID: room(1), permissions: .all)))
        _ = try await bob.ask(.claimOwnership(token: token.hexadecimal))
        #expect(try await harness.store.account(id: bob.user)?.role == .member)
        #expect(try await !harness.store.setOwnerTokenHash(SecretToken().hash))
        await harness.stop()
    }

    @Test func guessesOfTheTokenAreLimited() async throws {
        var attempts = AttemptLimits()
        attempts.ownershipClaimsPerAddress = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        let token = SecretToken()
        _ = try await harness.store.setOwnerTokenHash(token.hash)
        let ann = try await harness.member("ann")
        for _ in 0..<2 { _ = try await ann.ask(.claimOwnership(token: SecretToken().hexadecimal)) }
        guard
            case .serverResponse(false, _, .rateLimited, _?) = try await ann.ask(
                .claimOwnership(token: token.hexadecimal)
            ).messages.last
        else {
            Issue.record("not limited")
            return
        }
        await harness.stop()
    }
}
