import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Testing
import VoiceRelay

@testable import Rooms

/// What a room's keeper changes about it: who sees it, who may do what, and what everybody is told.
@Suite(.timeLimit(.minutes(1))) struct RoomKeepingTests {
    private func make(_ client: TestClient, _ number: UInt64, kind: RoomKind? = nil, password: String? = nil)
        async throws
    {
        let answer = try await client.ask(
            .createRoom(roomID: room(number), name: "room \(number)", description: "", password: password, kind: kind)
        ).messages.last
        guard case .roomCreated = answer else {
            Issue.record("\(String(describing: answer))")
            return
        }
    }

    private func listed(_ client: TestClient) async throws -> [UInt64] {
        guard case .roomList(let rooms) = try await client.ask(.listRooms).messages.last else { return [] }
        guard case .roomPage(let page, nil) = try await client.ask(.browseRooms(after: nil, limit: nil)).messages.last
        else { return [] }
        #expect(rooms.map(\.id) == page.map(\.id))
        return rooms.map(\.id.rawValue)
    }

    @Test func hiddenRoomsAreShownToThoseWhoBelongOrKeepOnly() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2, kind: .private)
        try await make(ann, 3, kind: .private, password: "secret")
        try await make(ann, 4, kind: .closed)
        let bob = try await harness.member("bob")
        let admin = try await harness.member("admin", role: .admin)
        #expect(try await listed(ann) == [1, 2, 3, 4])
        #expect(try await listed(admin) == [1, 2, 3, 4])
        #expect(try await listed(bob) == [1, 3])
        for hidden: UInt64 in [2, 4] {
            let answer = try await bob.ask(.join(roomID: room(hidden), password: nil)).messages
            #expect(answer == [.roomNotFound(roomID: room(hidden))])
        }
        let den = try #require(await harness.services.directory.room(room(2)))
        let invitation = try await den.createInvitation(
            usesMax: nil, expiresAt: nil, by: try #require(ann.session.member))
        _ = try await bob.ask(.joinByInvitation(code: invitation.code))
        #expect(try await listed(bob) == [1, 2, 3])
        await harness.stop()
    }

    @Test func pagesGoOnWhereTheyEnded() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        for number: UInt64 in 2...6 { try await make(ann, number) }
        var seen: [UInt64] = []
        var next: RoomID?
        repeat {
            guard
                case .roomPage(let rooms, let following) = try await ann.ask(.browseRooms(after: next, limit: 2))
                    .messages.last
            else { break }
            #expect(rooms.count <= 2)
            seen += rooms.map(\.id.rawValue)
            next = following
        } while next != nil
        #expect(seen == [1, 2, 3, 4, 5, 6])
        for limit in [0, 201] {
            guard
                case .serverResponse(false, _, .invalidValue, _) = try await ann.ask(
                    .browseRooms(after: nil, limit: limit)
                ).messages.last
            else {
                Issue.record("\(limit) was taken")
                continue
            }
        }
        await harness.stop()
    }

    @Test func aChangeIsToldToEverybodyWithTheirOwnRights() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        _ = try await ann.ask(.join(roomID: room(2), password: nil))
        let bob = try await harness.member("bob", in: 2)
        _ = try await ann.received()
        var changes = RoomChanges(roomID: room(2))
        changes.name = "Attic"
        changes.topic = "dust"
        changes.slowModeSeconds = 5
        changes.membersMax = 2
        changes.retentionDays = 30
        let answer = try await ann.ask(.updateRoom(changes), id: 4)
        guard case .roomUpdated(let own) = answer.first?.message, answer.count == 1, answer.first?.requestID == 4 else {
            Issue.record("\(answer)")
            return
        }
        #expect(own.name == "Attic" && own.topic == "dust" && own.slowModeSeconds == 5 && own.membersMax == 2)
        #expect(own.retentionDays == 30 && own.retentionCount == nil)
        #expect(own.permissions.contains(.manageRoom))
        guard case .roomUpdated(let seen) = try await bob.received().messages.last else {
            Issue.record("bob was not told")
            return
        }
        #expect(seen.name == "Attic" && seen.permissions == PermissionTable.base(.member))
        // Its limit holds for the next.
        let carol = try await harness.member("carol")
        guard
            case .serverResponse(false, _, .limitReached, _) = try await carol.ask(
                .join(roomID: room(2), password: nil)
            ).messages.last
        else {
            Issue.record("a third was let in")
            return
        }
        guard
            case .serverResponse(false, _, .notPermitted, _) = try await bob.ask(.updateRoom(changes)).messages.last
        else {
            Issue.record("a member changed the room")
            return
        }
        await harness.stop()
    }

    @Test func valuesAreTakenAtTheirLimitsAndRefusedOnePast() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        let limits: [(WritableKeyPath<RoomChanges, Int?>, Int)] = [
            (\.slowModeSeconds, RoomsLimits.slowModeSecondsMax), (\.retentionDays, RoomsLimits.retentionDaysMax),
            (\.retentionCount, RoomsLimits.retentionCountMax), (\.membersMax, RoomsLimits.roomAccountsMax),
        ]
        for (path, valueMax) in limits {
            for (value, isTaken) in [(0, true), (valueMax, true), (valueMax + 1, false), (-1, false)] {
                var changes = RoomChanges(roomID: room(2))
                changes[keyPath: path] = value
                let answer = try await ann.ask(.updateRoom(changes)).messages.last
                let wasTaken = if case .roomUpdated = answer { true } else { false }
                #expect(wasTaken == isTaken, "\(path): \(value)")
            }
        }
        for (topic, isTaken) in [
            (String(repeating: "t", count: RoomsLimits.topicBytesMax), true),
            (String(repeating: "t", count: RoomsLimits.topicBytesMax + 1), false), ("two\nlines", false),
        ] {
            var changes = RoomChanges(roomID: room(2))
            changes.topic = topic
            let answer = try await ann.ask(.updateRoom(changes)).messages.last
            let wasTaken = if case .roomUpdated = answer { true } else { false }
            #expect(wasTaken == isTaken)
        }
        await harness.stop()
    }

    @Test func aPasswordMakesARoomPrivateAndOpeningItTakesThePasswordAway() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        var changes = RoomChanges(roomID: room(2))
        changes.password = "secret"
        guard case .roomUpdated(let closed) = try await ann.ask(.updateRoom(changes)).messages.last else { return }
        #expect(closed.kind == .private && closed.isPasswordProtected)
        let bob = try await harness.member("bob")
        #expect(
            try await bob.ask(.join(roomID: room(2), password: "wrong")).messages.last
                == .serverResponse(success: false, content: "Invalid room password", code: .notPermitted))
        var opening = RoomChanges(roomID: room(2))
        opening.kind = .open
        guard case .roomUpdated(let open) = try await ann.ask(.updateRoom(opening)).messages.last else { return }
        #expect(open.kind == .open && !open.isPasswordProtected)
        guard case .roomJoined = try await bob.ask(.join(roomID: room(2), password: nil)).messages.first else {
            Issue.record("not open")
            return
        }
        await harness.stop()
    }

    @Test func aDeletedRoomEndsVoiceAndTakesNothingMore() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        let bob = try await harness.member("bob", in: 2)
        _ = try grant(try await bob.ask(.voiceConnect(roomID: room(2), userID: .server)))
        guard
            case .serverResponse(false, _, .notPermitted, _) = try await bob.ask(.deleteRoom(roomID: room(2))).messages
                .last
        else {
            Issue.record("a member deleted the room")
            return
        }
        let deleted = ControlMessage.roomDeleted(roomID: room(2), name: "room 2", byUsername: "ann")
        #expect(
            try await ann.ask(.deleteRoom(roomID: room(2)), id: 6).last
                == ControlEnvelope(message: deleted, requestID: 6))
        let told = try await bob.received().messages
        #expect(told.contains(deleted))
        #expect(told.contains { if case .voiceUserLeft(_, _, _, .roomDeleted) = $0 { true } else { false } })
        for request in [
            ControlMessage.roomMessage(roomID: room(2), senderUsername: "", content: "hi"), .leave(roomID: room(2)),
            .voiceConnect(roomID: room(2), userID: .server), .join(roomID: room(2), password: nil),
        ] {
            let answer = try await bob.ask(request).messages.last
            switch answer {
            case .serverResponse(false, _, _?, _), .roomNotFound, .voiceError: break
            default: Issue.record("\(request): \(String(describing: answer))")
            }
        }
        #expect(try await listed(bob) == [1])
        await harness.stop()
    }

    @Test func losingTheRightToReadTakesOutOfTheRoom() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        let bob = try await harness.member("bob", in: 2)
        let guest = try await harness.member("guest", role: .guest, in: 2)
        for client in [bob, guest] { _ = try await client.received() }
        let override = PermissionOverride(subject: .role(.guest), denied: PermissionSet(.read))
        _ = try await ann.ask(.setOverride(roomID: room(2), override: OverrideRecord(override: override)))
        let told = try await guest.received().messages
        #expect(
            told.contains(.removedFromRoom(RoomRemoval(roomID: room(2), action: .denied, byUsername: "ann"))))
        #expect(told.contains(.permissionsChanged(roomID: room(2), permissions: PermissionSet(.listen))))
        guard
            case .serverResponse(false, _, .notPermitted, _) = try await guest.ask(
                .join(roomID: room(2), password: nil)
            )
            .messages.last
        else {
            Issue.record("let in without the right")
            return
        }
        #expect(try await bob.received().messages == [system("guest left the room", in: 2)])
        await harness.stop()
    }

    @Test func nobodyGivesWhatTheyDoNotHaveOrChangesWhoStandsAbove() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        try await make(ann, 2)
        let moderator = try await harness.member("moderator", role: .moderator, in: 2)
        let bob = try await harness.member("bob", in: 2)
        let refused = [
            PermissionOverride(subject: .user(moderator.user), denied: PermissionSet(.write)),
            PermissionOverride(subject: .user(ann.user), allowed: .all),
            PermissionOverride(subject: .role(.moderator), denied: PermissionSet(.kick)),
            PermissionOverride(subject: .role(.admin), denied: PermissionSet(.kick)),
        ]
        for override in refused {
            let answer = try await ann.ask(.setOverride(roomID: room(2), override: OverrideRecord(override: override)))
            guard case .serverResponse(false, _, _?, _) = answer.messages.last else {
                Issue.record("\(override)")
                continue
            }
        }
        let given = PermissionOverride(subject: .user(bob.user), allowed: PermissionSet([.kick, .prioritySpeaker]))
        _ = try await ann.ask(.setOverride(roomID: room(2), override: OverrideRecord(override: given)))
        guard case .overrideList(_, let overrides) = try await ann.ask(.listOverrides(roomID: room(2))).messages.last
        else {
            Issue.record("no list")
            return
        }
        #expect(overrides.contains(OverrideRecord(override: given, username: "bob")))
        #expect(overrides.count == 2)
        await harness.stop()
    }

    @Test func membershipOutlivesTheConnectionAndEndsWithLeaving() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann", in: 1)
        let other = harness.connect()
        _ = try await other.ask(.login(username: "ann", password: "password of ann"))
        _ = try await other.ask(.join(roomID: room(1), password: nil))
        let user = ann.user
        _ = try await ann.ask(.leave(roomID: room(1)))
        #expect(try await harness.store.memberships(of: user) == [room(1)])
        await other.session.end()
        #expect(try await harness.store.memberships(of: user) == [room(1)])
        _ = try await ann.ask(.join(roomID: room(1), password: nil))
        _ = try await ann.ask(.leave(roomID: room(1)))
        #expect(try await harness.store.memberships(of: user).isEmpty)
        await harness.stop()
    }
}
