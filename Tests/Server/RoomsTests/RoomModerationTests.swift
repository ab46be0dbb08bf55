import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Testing
import VoiceRelay
import VoiceWire

@testable import Rooms

/// What kicking, banning and moving do, and what is remembered of them.
@Suite(.timeLimit(.minutes(1))) struct RoomModerationTests {
    @Test func aKickTakesOutOfRoomVoiceAndMembershipButKeepsNobodyOut() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        let ann = try await harness.member("ann", in: 1)
        _ = try grant(try await ann.ask(voiceConnect))
        _ = try await keeper.received()
        _ = try await keeper.ask(.kick(roomID: room(1), userID: ann.user, reason: "shouting"))
        let told = try await ann.received().messages
        #expect(
            told.contains(
                .removedFromRoom(
                    RoomRemoval(roomID: room(1), action: .kicked, byUsername: "keeper", reason: "shouting"))))
        #expect(try await harness.store.memberships(of: ann.user).isEmpty)
        guard
            case .serverResponse(false, _, .notAMember, _) = try await ann.ask(
                .roomMessage(roomID: room(1), senderUsername: "", content: "hi")
            ).messages.last
        else {
            Issue.record("a kicked person wrote")
            return
        }
        guard case .roomJoined = try await ann.ask(.join(roomID: room(1), password: nil)).messages.first else {
            Issue.record("a kick kept somebody out")
            return
        }
        let entry = try await harness.store.audit(before: nil, limit: 10).entries.first { $0.action == "member.kick" }
        #expect(entry?.actor == keeper.user && entry?.target == ann.user && entry?.detail == "shouting")
        await harness.stop()
    }

    @Test func theRoomSeesVoiceEndAsKicked() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        let ann = try await harness.member("ann", in: 1)
        _ = try grant(try await ann.ask(voiceConnect))
        let seen = try await keeper.ask(.kick(roomID: room(1), userID: ann.user, reason: nil)).messages
        let reasons = seen.compactMap { if case .voiceUserLeft(_, _, _, let reason) = $0 { reason } else { nil } }
        #expect(reasons == [.kicked])
        #expect(seen.contains(system("ann left the room")))
        await harness.stop()
    }

    @Test func aRoomBanKeepsOutUntilItEndsOrIsTakenBack() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        let ann = try await harness.member("ann", in: 1)
        let answer = try await keeper.ask(
            .ban(BanRequest(roomID: room(1), userID: ann.user, reason: "spam", durationSeconds: 600)), id: 3)
        guard case .banCreated(let ban) = answer.first(where: { $0.requestID == 3 })?.message else {
            Issue.record("\(answer)")
            return
        }
        #expect(ban.username == "ann" && ban.reason == "spam" && ban.byUsername == "keeper" && ban.roomID == room(1))
        guard
            case .serverResponse(false, let text, .banned, _) = try await ann.ask(.join(roomID: room(1), password: nil))
                .messages.last
        else {
            Issue.record("let in")
            return
        }
        #expect(text.contains("spam"))
        let general = try #require(await harness.services.directory.room(room(1)))
        let end = Date(storedMilliseconds: try #require(ban.expiresAt))
        let member = try #require(ann.session.member)
        #expect(try await general.admission(of: member, at: end) == .free)
        guard case .banned = try await general.admission(of: member, at: end - 0.001) else {
            Issue.record("ended early")
            return
        }
        guard case .banList(let bans) = try await keeper.ask(.listBans(roomID: room(1))).messages.last else { return }
        #expect(bans == [ban])
        _ = try await keeper.ask(.unban(banID: ban.id))
        guard case .roomJoined = try await ann.ask(.join(roomID: room(1), password: nil)).messages.first else {
            Issue.record("still out")
            return
        }
        await harness.stop()
    }

    @Test func aMoveEndsVoiceThereAndOpensTheOtherRoom() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        _ = try await keeper.ask(
            .createRoom(roomID: room(2), name: "Two", description: "", password: nil, kind: .private))
        let ann = try await harness.member("ann", in: 1)
        let move = ControlMessage.moveUser(
            userID: ann.user, fromRoomID: room(1), toRoomID: room(2), reason: "too loud")
        guard case .serverResponse(false, _, .invalidValue, _) = try await keeper.ask(move).messages.last else {
            Issue.record("moved out of no voice")
            return
        }
        _ = try grant(try await ann.ask(voiceConnect))
        _ = try await keeper.ask(move)
        let told = try await ann.received().messages
        #expect(
            told.contains(
                .removedFromRoom(
                    RoomRemoval(
                        roomID: room(1), action: .moved, byUsername: "keeper", reason: "too loud", toRoomID: room(2)))))
        // First where to, then that voice has ended.
        let word = try #require(told.firstIndex { if case .removedFromRoom = $0 { true } else { false } })
        let end = try #require(
            told.firstIndex { if case .voiceUserLeft(_, _, _, .moved) = $0 { true } else { false } })
        #expect(word < end)
        #expect(Departure.moved.goodbye == .removed)
        guard
            case .roomJoined(room(2), _, _, _) = try await ann.ask(.join(roomID: room(2), password: nil)).messages.first
        else {
            Issue.record("the other room is closed")
            return
        }
        _ = try grant(try await ann.ask(.voiceConnect(roomID: room(2), userID: .server)))
        await harness.stop()
    }

    @Test func nobodyIsMovedIntoARoomTheMoverMayNotKnow() async throws {
        let harness = try await RoomsHarness()
        let owner = try await harness.member("owner")
        _ = try await owner.ask(
            .createRoom(roomID: room(2), name: "Two", description: "", password: nil, kind: .private))
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        let ann = try await harness.member("ann", in: 1)
        _ = try grant(try await ann.ask(voiceConnect))
        _ = try await ann.received()
        let answer = try await keeper.ask(
            .moveUser(userID: ann.user, fromRoomID: room(1), toRoomID: room(2), reason: nil)
        ).messages.last
        #expect(answer == .roomNotFound(roomID: room(2)))
        #expect(try await ann.received().isEmpty)
        await harness.stop()
    }

    @Test func nobodyIsMovedWhereTheyAreBanned() async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .moderator, in: 1)
        _ = try await keeper.ask(.createRoom(roomID: room(2), name: "Two", description: "", password: nil))
        let ann = try await harness.member("ann", in: 1)
        _ = try await keeper.ask(.ban(BanRequest(roomID: room(2), userID: ann.user)))
        _ = try grant(try await ann.ask(voiceConnect))
        let answer = try await keeper.ask(
            .moveUser(userID: ann.user, fromRoomID: room(1), toRoomID: room(2), reason: nil)
        ).messages.last
        #expect(
            answer == .serverResponse(success: false, content: "ann is banned from room 2", code: .notPermitted))
        #expect(try await harness.store.memberships(of: ann.user) == [room(1)])
        await harness.stop()
    }

    @Test func aServerBanEndsConnectionsAndRefusesLoginsUntilItIsTakenBack() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin, in: 1)
        let ann = try await harness.member("ann", in: 1)
        let answer = try await admin.ask(.ban(BanRequest(userID: ann.user, reason: "spam")), id: 3)
        guard case .banCreated(let ban) = answer.first(where: { $0.requestID == 3 })?.message else {
            Issue.record("\(answer)")
            return
        }
        #expect(answer.messages.contains(system("ann left the room")))
        guard case .serverResponse(false, let word, .banned, _) = try await ann.wait(for: { _ in false }).messages.last
        else {
            Issue.record("no last word")
            return
        }
        #expect(word == "You are banned for good: spam")
        #expect(ann.outbox.closeReason == .banned)
        let again = harness.connect()
        let login = ControlMessage.login(username: "ann", password: "password of ann")
        #expect(try await again.ask(login).messages == [.authFailure(reason: word, code: .banned)])
        #expect(harness.counters[.accountBanned] == 1)
        _ = try await admin.ask(.unban(banID: ban.id))
        _ = try await again.ask(login)
        #expect(again.session.isAuthenticated)
        await harness.stop()
    }

    @Test func anAddressBanEndsConnectionsFromThereAndSparesTheActor() async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin, in: 1)
        let far = harness.connect(address: "198.51.100.7")
        _ = try await far.ask(.register(username: "far", password: "12345678"))
        let own = try await admin.ask(.ban(BanRequest(address: "192.0.2.0/24"))).messages.last
        guard case .serverResponse(false, "You are connected from there", .notPermitted, _) = own else {
            Issue.record("\(String(describing: own))")
            return
        }
        _ = try await admin.ask(.ban(BanRequest(address: "198.51.100.0-198.51.100.7")))
        #expect(far.outbox.closeReason == .banned)
        #expect(admin.outbox.closeReason == nil)
        let bans = harness.services.directory.bans
        #expect(bans.contains(try #require(NetworkAddress("198.51.100.7"))))
        #expect(!bans.contains(try #require(NetworkAddress("198.51.100.8"))))
        await harness.stop()
    }

    @Test(arguments: [
        BanRequest(), BanRequest(roomID: room(1)), BanRequest(roomID: room(1), address: "192.0.2.1"),
        BanRequest(userID: UserID(rawValue: 2), address: "192.0.2.1"), BanRequest(address: "nowhere"),
        BanRequest(userID: UserID(rawValue: 2), durationSeconds: 0),
        BanRequest(userID: UserID(rawValue: 2), reason: String(repeating: "x", count: 513)),
    ])
    func bansThatNameNothingClearAreRefused(_ request: BanRequest) async throws {
        let harness = try await RoomsHarness()
        let admin = try await harness.member("admin", role: .admin)
        _ = try await harness.member("ann")
        guard case .serverResponse(false, _, .invalidValue, _) = try await admin.ask(.ban(request)).messages.last else {
            Issue.record("taken")
            return
        }
        #expect(try await harness.store.bans(.server, at: Date()).isEmpty)
        await harness.stop()
    }
}
