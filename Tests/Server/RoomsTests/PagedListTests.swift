import ControlWire
import Identifiers
import Permissions
import Testing

@testable import Rooms

/// People and the audit log come in pages that go on where they ended, to those who may see them.
@Suite(.timeLimit(.minutes(1))) struct PagedListTests {
    private func page(
        _ client: TestClient, _ query: UserQuery
    ) async throws -> (users: [UserDetails], next: UserID?) {
        guard case .userPage(let users, let next) = try await client.ask(.browseUsers(query)).messages.last else {
            return ([], nil)
        }
        return (users, next)
    }

    @Test func peopleComeInPagesWithRoleAndPresence() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        let gone = try await harness.member("bert")
        await gone.session.end()
        _ = try await harness.member("carla", role: .moderator)
        var seen: [UserDetails] = []
        var next: UserID?
        repeat {
            let (users, following) = try await page(ann, UserQuery(after: next, limit: 2))
            #expect(users.count <= 2)
            seen += users
            next = following
        } while next != nil
        // The founder, who gave the role, is one of them.
        #expect(seen.map(\.username) == ["ann", "bert", "carla", "founder"])
        #expect(seen.map(\.isOnline) == [true, false, true, false])
        #expect(seen.map(\.role) == [.member, .member, .moderator, .owner])
        #expect(seen.allSatisfy { $0.lastSeenAt > 0 })
        await harness.stop()
    }

    @Test func peopleAreFoundByTheBeginningOfTheirNameAndByRoom() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("Ann", in: 1)
        _ = try await harness.member("annabel")
        _ = try await harness.member("bert", in: 1)
        #expect(try await page(ann, UserQuery(namePrefix: "AN")).users.map(\.username) == ["Ann", "annabel"])
        #expect(try await page(ann, UserQuery(roomID: room(1))).users.map(\.username) == ["Ann", "bert"])
        _ = try await ann.ask(.createRoom(roomID: room(2), name: "Den", description: "", password: nil, kind: .closed))
        let bert = try await harness.member("carl")
        let answer = try await bert.ask(.browseUsers(UserQuery(roomID: room(2)))).messages.last
        #expect(answer == .roomNotFound(roomID: room(2)))
        await harness.stop()
    }

    @Test func whoBelongsToARoomBehindAPasswordIsItsMembersBusiness() async throws {
        let harness = try await RoomsHarness()
        let ann = try await harness.member("ann")
        _ = try await ann.ask(.createRoom(roomID: room(2), name: "Den", description: "", password: "secret"))
        _ = try await ann.ask(.join(roomID: room(2), password: nil))
        try await ann.say("in here", in: 2)
        let bert = try await harness.member("bert")
        #expect(try await bert.ask(.browseUsers(UserQuery(roomID: room(2)))).refusal?.code == .notPermitted)
        #expect(try await lastMessage(of: room(2), seenBy: bert) == nil)
        #expect(try await lastMessage(of: room(2), seenBy: ann) != nil)
        _ = try await bert.ask(.join(roomID: room(2), password: "secret"))
        #expect(try await page(bert, UserQuery(roomID: room(2))).users.map(\.username) == ["ann", "bert"])
        _ = try await ann.ask(.ban(BanRequest(roomID: room(2), userID: bert.user)))
        #expect(try await bert.ask(.browseUsers(UserQuery(roomID: room(2)))).refusal?.code == .banned)
        await harness.stop()
    }

    private func lastMessage(of room: RoomID, seenBy client: TestClient) async throws -> MessageID? {
        guard case .roomPage(let rooms, _) = try await client.ask(.browseRooms(after: nil, limit: nil)).messages.last
        else { return nil }
        return rooms.first { $0.id == room }?.lastMessageID
    }

    @Test func theAuditLogIsReadNewestFirstInPages() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin)
        for number: UInt64 in 2...4 {
            _ = try await admin.ask(
                .createRoom(roomID: room(number), name: "room \(number)", description: "", password: nil))
        }
        guard case .auditPage(let first, true) = try await admin.ask(.listAudit(before: nil, limit: 2)).messages.last
        else {
            Issue.record("no page")
            return
        }
        #expect(first.map(\.roomID) == [room(4), room(3)])
        #expect(first.map(\.actor) == ["admin", "admin"])
        guard
            case .auditPage(let second, _) = try await admin.ask(.listAudit(before: first.last?.id, limit: 1)).messages
                .last
        else {
            Issue.record("no second page")
            return
        }
        #expect(second.map(\.roomID) == [room(2)] && second.map(\.action) == ["room.create"])
        await harness.stop()
    }

    @Test func whoMayNeitherSpeakNorListenOpensNoVoice() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin)
        let ann = try await harness.member("ann", in: 1)
        let override = PermissionOverride(subject: .role(.member), denied: PermissionSet([.speak, .listen]))
        _ = try await admin.ask(.setOverride(roomID: room(1), override: OverrideRecord(override: override)))
        guard case .voiceError(.notPermitted, _) = try await ann.ask(voiceConnect).messages.last else {
            Issue.record("let in")
            return
        }
        #expect(harness.counters[.notPermitted] == 1)
        await harness.stop()
    }
}
