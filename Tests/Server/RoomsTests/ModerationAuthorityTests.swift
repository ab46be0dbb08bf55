import ControlWire
import Identifiers
import Permissions
import Testing

@testable import Rooms

/// Every action, by every role, on every role: allowed where ``PermissionTable`` says so, refused everywhere else.
@Suite(.timeLimit(.minutes(1))) struct ModerationAuthorityTests {
    enum Action: String, CaseIterable {
        case mute, kick, ban, move

        var permission: Permission {
            switch self {
            case .mute: .muteOthers
            case .kick: .kick
            case .ban: .ban
            case .move: .move
            }
        }

        func request(on target: UserID) -> ControlMessage {
            switch self {
            case .mute: .restrainVoice(VoiceRestraint(roomID: room(1), userID: target, isMuted: true, isDeafened: nil))
            case .kick: .kick(roomID: room(1), userID: target, reason: nil)
            case .ban: .ban(BanRequest(roomID: room(1), userID: target))
            case .move: .moveUser(userID: target, fromRoomID: room(1), toRoomID: room(2), reason: nil)
            }
        }
    }

    @Test(arguments: Action.allCases)
    func actingTakesTheRightAndAHigherStanding(_ action: Action) async throws {
        let harness = try await RoomsHarness()
        let keeper = try await harness.member("keeper", role: .owner, in: 1)
        _ = try await keeper.ask(.createRoom(roomID: room(2), name: "two", description: "", password: nil))
        var refusedCount: UInt64 = 0
        for targetRole in Role.allCases {
            let target = try await harness.member("target \(targetRole.rawValue)", role: targetRole, in: 1)
            for actorRole in Role.allCases {
                if case .move = action { _ = try await target.ask(voiceConnect) }
                let actor = try await harness.member(
                    "\(actorRole.rawValue) on \(targetRole.rawValue)", role: actorRole, in: 1)
                let answer = try #require(
                    try await actor.ask(action.request(on: target.user), id: 5).first { $0.requestID == 5 }?.message)
                let isAllowed =
                    PermissionTable.base(actorRole).contains(action.permission)
                    && PermissionTable.authority(actorRole, user: actor.user, overrides: [])
                        > PermissionTable.authority(targetRole, user: target.user, overrides: [])
                #expect(isDone(answer) == isAllowed, "\(action): \(actorRole) on \(targetRole): \(answer)")
                if !isAllowed { refusedCount += 1 }
                if case .banCreated(let ban) = answer { _ = try await keeper.ask(.unban(banID: ban.id)) }
                _ = try await target.ask(.join(roomID: room(1), password: nil))
                await actor.session.end()
            }
            await target.session.end()
        }
        #expect(harness.counters[.notPermitted] == refusedCount)
        await harness.stop()
    }

    private func isDone(_ answer: ControlMessage) -> Bool {
        switch answer {
        case .banCreated: true
        case .serverResponse(let isDone, _, let code, _): isDone && code == nil
        default: false
        }
    }

    /// What is the server's is the admins', whoever it is done to.
    @Test(arguments: Role.allCases)
    func theServersOwnMattersAreTheAdmins(_ role: Role) async throws {
        let harness = try await RoomsHarness()
        let target = try await harness.member("target")
        let actor = try await harness.member("actor", role: role)
        for request in [
            ControlMessage.ban(BanRequest(userID: target.user)), .ban(BanRequest(address: "198.51.100.1")),
            .listBans(roomID: nil), .listAudit(before: nil, limit: nil), .setRole(userID: target.user, role: .guest),
        ] {
            let answer = try #require(try await actor.ask(request, id: 9).first { $0.requestID == 9 }?.message)
            let isRefused = if case .serverResponse(false, _, .notPermitted, _) = answer { true } else { false }
            #expect(isRefused == (role < .admin), "\(role): \(request): \(answer)")
        }
        await harness.stop()
    }

    @Test func guestsMakeNoRooms() async throws {
        let harness = try await RoomsHarness()
        for role in Role.allCases {
            let client = try await harness.member(role.rawValue, role: role)
            let answer = try await client.ask(
                .createRoom(roomID: room(0), name: "of \(role)", description: "", password: nil)
            ).messages.first
            if case .roomCreated = answer { #expect(role >= .member) } else { #expect(role == .guest, "\(role)") }
        }
        await harness.stop()
    }
}
