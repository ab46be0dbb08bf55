import ControlWire
import Identifiers
import Permissions

extension ControlMessageExamples {
    static let accounts: [Example] = [
        (
            .register(username: "ann", password: "pw", device: "laptop"),
            #"{"Register":{"username":"ann","password":"pw","device":"laptop"}}"#
        ),
        (
            .login(username: "ann", password: "pw", device: "laptop"),
            #"{"Login":{"username":"ann","password":"pw","device":"laptop"}}"#
        ),
        (
            .authSuccess(
                userID: user, message: "hi",
                grant: AccountGrant(username: "ann", role: .admin, sessionToken: "ab", sessionID: 4)),
            #"{"AuthSuccess":{"user_id":7,"message":"hi","username":"ann","role":"admin","session_token":"ab","#
                + #""session_id":4}}"#
        ),
        (
            .authSuccess(userID: user, message: "hi", grant: AccountGrant(username: "ann", role: .guest)),
            #"{"AuthSuccess":{"user_id":7,"message":"hi","username":"ann","role":"guest"}}"#
        ),
        (
            .authFailure(reason: "no", code: .sessionEnded),
            #"{"AuthFailure":{"reason":"no","code":"SessionEnded"}}"#
        ),
        (.resume(sessionToken: "ab"), #"{"Resume":{"session_token":"ab"}}"#),
        (.logOut(everywhere: true), #"{"LogOut":{"everywhere":true}}"#),
        (
            .changePassword(oldPassword: "a", newPassword: "b"),
            #"{"ChangePassword":{"old_password":"a","new_password":"b"}}"#
        ),
        (.listSessions, #""ListSessions""#),
        (
            .sessionList(sessions: [
                SessionSummary(id: 4, device: "laptop", createdAt: 1, lastUsedAt: 2, isCurrent: true)
            ]),
            #"{"SessionList":{"sessions":[{"session_id":4,"device":"laptop","created_at":1,"last_used_at":2,"#
                + #""is_current":true}]}}"#
        ),
        (.claimOwnership(token: "ab"), #"{"ClaimOwnership":{"token":"ab"}}"#),
        (.setRole(userID: user, role: .moderator), #"{"SetRole":{"user_id":7,"role":"moderator"}}"#),
        (
            .roleChanged(userID: user, username: "ann", role: .owner),
            #"{"RoleChanged":{"user_id":7,"username":"ann","role":"owner"}}"#
        ),
        (
            .userStatusUpdate(userID: user, username: "ann", isOnline: false, lastSeen: "x"),
            #"{"UserStatusUpdate":{"user_id":7,"username":"ann","is_online":false,"last_seen":"x"}}"#
        ),
        (.browseUsers(UserQuery()), #"{"BrowseUsers":{}}"#),
        (
            .browseUsers(UserQuery(roomID: room, namePrefix: "a", after: user, limit: 5)),
            #"{"BrowseUsers":{"room_id":1,"name_prefix":"a","after":7,"limit":5}}"#
        ),
        (
            .userPage(
                users: [UserDetails(id: user, username: "ann", role: .member, isOnline: true, lastSeenAt: 5)],
                next: user),
            #"{"UserPage":{"users":[{"user_id":7,"username":"ann","role":"member","is_online":true,"#
                + #""last_seen_at":5}],"next":7}}"#
        ),
    ]

    private static let details: RoomDetails = {
        var details = RoomDetails(
            id: room, name: "a", description: "b", kind: .private, permissions: PermissionSet([.read, .muteOthers]))
        details.topic = "t"
        details.isPasswordProtected = true
        details.membersMax = 10
        details.slowModeSeconds = 5
        details.retentionDays = 30
        details.retentionCount = 100
        details.loudestTalkers = 0
        details.delivery = .mixed
        details.presentCount = 2
        details.voiceCount = 1
        details.isMember = true
        details.lastMessageID = MessageID(rawValue: 12)
        details.lastChangeID = ChangeID(rawValue: 31)
        return details
    }()

    private static let detailsJSON =
        #"{"id":1,"name":"a","description":"b","topic":"t","kind":"private","is_password_protected":true,"#
        + #""members_max":10,"slow_mode_seconds":5,"retention_days":30,"retention_count":100,"loudest_talkers":0,"#
        + #""delivery":"mixed","#
        + #""present_count":2,"voice_count":1,"is_member":true,"last_message_id":12,"#
        + #""last_change_id":31,"permissions":["read","mute_others"]}"#

    private static let changes: RoomChanges = {
        var changes = RoomChanges(roomID: room)
        changes.name = "a"
        changes.description = "b"
        changes.topic = "t"
        changes.kind = .closed
        changes.password = ""
        changes.membersMax = 0
        changes.slowModeSeconds = 5
        changes.retentionDays = 30
        changes.retentionCount = 100
        changes.loudestTalkers = -1
        changes.delivery = .forwarded
        return changes
    }()

    private static let invitation = Invitation(
        code: "c0de", roomID: room, createdBy: "ann", expiresAt: 5, usesLeft: 3)
    private static let invitationJSON =
        #"{"code":"c0de","room_id":1,"created_by":"ann","expires_at":5,"uses_left":3}"#
    private static let roleOverride = OverrideRecord(
        override: PermissionOverride(subject: .role(.guest), allowed: PermissionSet(.write)))
    private static let userOverride = OverrideRecord(
        override: PermissionOverride(subject: .user(user), denied: PermissionSet([.speak, .prioritySpeaker])),
        username: "ann")

    static let rooms: [Example] = [
        (
            .createRoom(roomID: room, name: "a", description: "b", password: "pw", kind: .open),
            #"{"CreateRoom":{"room_id":1,"name":"a","description":"b","password":"pw","kind":"open"}}"#
        ),
        (
            .roomJoined(roomID: room, name: "a", description: "b", room: details),
            #"{"RoomJoined":{"room_id":1,"name":"a","description":"b","room":\#(detailsJSON)}}"#
        ),
        (.joinByInvitation(code: "c0de"), #"{"JoinByInvitation":{"code":"c0de"}}"#),
        (.browseRooms(after: nil, limit: nil), #"{"BrowseRooms":{}}"#),
        (.browseRooms(after: room, limit: 5), #"{"BrowseRooms":{"after":1,"limit":5}}"#),
        (.roomPage(rooms: [details], next: room), #"{"RoomPage":{"rooms":[\#(detailsJSON)],"next":1}}"#),
        (.roomPage(rooms: [], next: nil), #"{"RoomPage":{"rooms":[]}}"#),
        (
            .updateRoom(changes),
            #"{"UpdateRoom":{"room_id":1,"name":"a","description":"b","topic":"t","kind":"closed","password":"","#
                + #""members_max":0,"slow_mode_seconds":5,"retention_days":30,"retention_count":100,"#
                + #""loudest_talkers":-1,"delivery":"forwarded"}}"#
        ),
        (.roomUpdated(details), #"{"RoomUpdated":{"room":\#(detailsJSON)}}"#),
        (.deleteRoom(roomID: room), #"{"DeleteRoom":{"room_id":1}}"#),
        (
            .roomDeleted(roomID: room, name: "a", byUsername: "ann"),
            #"{"RoomDeleted":{"room_id":1,"name":"a","by_username":"ann"}}"#
        ),
        (
            .createInvitation(roomID: room, validSeconds: 60, usesMax: 3),
            #"{"CreateInvitation":{"room_id":1,"valid_seconds":60,"uses_max":3}}"#
        ),
        (.invitationCreated(invitation), #"{"InvitationCreated":\#(invitationJSON)}"#),
        (.listInvitations(roomID: room), #"{"ListInvitations":{"room_id":1}}"#),
        (
            .invitationList(roomID: room, invitations: [invitation]),
            #"{"InvitationList":{"room_id":1,"invitations":[\#(invitationJSON)]}}"#
        ),
        (.revokeInvitation(code: "c0de"), #"{"RevokeInvitation":{"code":"c0de"}}"#),
        (
            .setOverride(roomID: room, override: roleOverride),
            #"{"SetOverride":{"room_id":1,"role":"guest","allowed":["write"],"denied":[]}}"#
        ),
        (.listOverrides(roomID: room), #"{"ListOverrides":{"room_id":1}}"#),
        (
            .overrideList(roomID: room, overrides: [roleOverride, userOverride]),
            #"{"OverrideList":{"room_id":1,"overrides":[{"role":"guest","allowed":["write"],"denied":[]},"#
                + #"{"user_id":7,"username":"ann","allowed":[],"denied":["speak","priority_speaker"]}]}}"#
        ),
        (
            .permissionsChanged(roomID: room, permissions: PermissionSet([.read, .manageRoom])),
            #"{"PermissionsChanged":{"room_id":1,"permissions":["read","manage_room"]}}"#
        ),
    ]
}
