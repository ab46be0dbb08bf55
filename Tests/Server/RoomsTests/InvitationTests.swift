import ChatStore
import ControlWire
import Foundation
import Identifiers
import Testing

@testable import Rooms

/// An invitation opens one room to as many as it names, until it ends or is taken back.
@Suite(.timeLimit(.minutes(1))) struct InvitationTests {
    /// A private room without a password, 7, made by ann.
    private func privateRoom(_ harness: RoomsHarness) async throws -> TestClient {
        let ann = try await harness.member("ann")
        _ = try await ann.ask(
            .createRoom(roomID: room(7), name: "Den", description: "", password: nil, kind: .private))
        return ann
    }

    private func invite(_ ann: TestClient, seconds: UInt64? = nil, uses: UInt32? = nil) async throws -> Invitation {
        let answers = try await ann.ask(.createInvitation(roomID: room(7), validSeconds: seconds, usesMax: uses))
        let invitations = answers.messages.compactMap {
            if case .invitationCreated(let made) = $0 { made } else { nil }
        }
        return try #require(invitations.first, "\(answers)")
    }

    private func isIn(_ client: TestClient, _ code: String) async throws -> Bool {
        try await client.ask(.joinByInvitation(code: code)).messages.contains {
            if case .roomJoined(room(7), _, _, _) = $0 { true } else { false }
        }
    }

    @Test func itLetsInAsManyAsItNamesAndMembersCountForNothing() async throws {
        let harness = try await RoomsHarness()
        let ann = try await privateRoom(harness)
        let invitation = try await invite(ann, uses: 2)
        #expect(invitation.usesLeft == 2 && invitation.createdBy == "ann" && invitation.roomID == room(7))
        let bob = try await harness.member("bob")
        #expect(try await isIn(bob, invitation.code))
        #expect(try await isIn(bob, invitation.code))
        #expect(try await isIn(try await harness.member("carol"), invitation.code))
        let dave = try await harness.member("dave")
        #expect(try await !isIn(dave, invitation.code))
        #expect(harness.counters[.invitationUnknown] == 1)
        // A member, once in, needs none.
        await bob.session.end()
        let again = harness.connect()
        _ = try await again.ask(.login(username: "bob", password: "password of bob"))
        guard case .roomJoined = try await again.ask(.join(roomID: room(7), password: nil)).messages.first else {
            Issue.record("membership did not last")
            return
        }
        await harness.stop()
    }

    @Test func itEndsAtItsInstant() async throws {
        let harness = try await RoomsHarness()
        let ann = try await privateRoom(harness)
        let den = try #require(await harness.services.directory.room(room(7)))
        let bob = try await harness.member("bob")
        let carol = try await harness.member("carol")
        let now = Date()
        let made = try await den.createInvitation(
            usesMax: nil, expiresAt: now + 60, by: try #require(ann.session.member), at: now)
        let bobsMember = try #require(bob.session.member)
        let carolsMember = try #require(carol.session.member)
        try await den.join(bobsMember, invitation: made.code, answering: nil, at: now + 59.9)
        await #expect(throws: RoomRefusal.unknownInvitation) {
            try await den.join(carolsMember, invitation: made.code, answering: nil, at: now + 60)
        }
        await harness.stop()
    }

    @Test func whatWasTakenBackOpensNothing() async throws {
        let harness = try await RoomsHarness()
        let ann = try await privateRoom(harness)
        let invitation = try await invite(ann)
        let bob = try await harness.member("bob")
        _ = try await bob.ask(.revokeInvitation(code: invitation.code))
        guard case .invitationList(_, let listed) = try await ann.ask(.listInvitations(roomID: room(7))).messages.last
        else {
            Issue.record("no list")
            return
        }
        #expect(listed == [invitation])
        _ = try await ann.ask(.revokeInvitation(code: invitation.code))
        #expect(try await !isIn(bob, invitation.code))
        await harness.stop()
    }

    @Test func itOpensNothingToTheBannedNorAClosedRoom() async throws {
        let harness = try await RoomsHarness()
        let ann = try await privateRoom(harness)
        let invitation = try await invite(ann)
        let bob = try await harness.member("bob")
        _ = try await ann.ask(.ban(BanRequest(roomID: room(7), userID: bob.user)))
        #expect(try await !isIn(bob, invitation.code))
        #expect(harness.counters[.roomBanned] == 1)
        var changes = RoomChanges(roomID: room(7))
        changes.kind = .closed
        _ = try await ann.ask(.updateRoom(changes))
        #expect(try await !isIn(try await harness.member("carol"), invitation.code))
        await harness.stop()
    }

    @Test func guessesAreLimited() async throws {
        var attempts = AttemptLimits()
        attempts.invitationsPerAddress = RateLimit(burst: 2, interval: .seconds(3_600))
        let harness = try await RoomsHarness(attempts: attempts)
        let ann = try await privateRoom(harness)
        let invitation = try await invite(ann)
        let bob = try await harness.member("bob")
        for _ in 0..<2 { _ = try await bob.ask(.joinByInvitation(code: InvitationCode.make())) }
        guard
            case .serverResponse(false, _, .rateLimited, _?) = try await bob.ask(
                .joinByInvitation(code: invitation.code)
            ).messages.last
        else {
            Issue.record("not limited")
            return
        }
        await harness.stop()
    }

    @Test(arguments: [(UInt64?(0), UInt32?.none), (315_360_001, nil), (nil, 0), (nil, 100_001)])
    func valuesPastTheirLimitsAreRefused(_ seconds: UInt64?, _ uses: UInt32?) async throws {
        let harness = try await RoomsHarness()
        let ann = try await privateRoom(harness)
        guard
            case .serverResponse(false, _, .invalidValue, _) = try await ann.ask(
                .createInvitation(roomID: room(7), validSeconds: seconds, usesMax: uses)
            ).messages.last
        else {
            Issue.record("taken")
            return
        }
        _ = try await invite(ann, seconds: RoomsLimits.durationSecondsMax, uses: RoomsLimits.invitationUsesMax)
        await harness.stop()
    }
}
