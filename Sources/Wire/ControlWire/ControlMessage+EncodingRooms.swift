import JSONText

// `write(to:)` knows which of these functions a variant belongs to; the others pass it over.
extension ControlMessage {
    func writeAccount(to writer: inout JSONWriter) {
        switch self {
        case .register(let username, let password, let device):
            writer.variant("Register") {
                $0.field("username", username)
                $0.field("password", password)
                $0.field("device", device)
            }
        case .login(let username, let password, let device):
            writer.variant("Login") {
                $0.field("username", username)
                $0.field("password", password)
                $0.field("device", device)
            }
        case .authSuccess(let userID, let message, let grant):
            writer.variant("AuthSuccess") {
                $0.field("user_id", userID)
                $0.field("message", message)
                grant?.writeFields(to: &$0)
            }
        case .authFailure(let reason, let retryAfterMilliseconds, let code):
            writer.variant("AuthFailure") {
                $0.field("reason", reason)
                $0.field("retry_after_ms", retryAfterMilliseconds)
                $0.field("code", code)
            }
        case .resume(let sessionToken): writer.variant("Resume") { $0.field("session_token", sessionToken) }
        case .logOut(let everywhere): writer.variant("LogOut") { $0.field("everywhere", everywhere) }
        case .changePassword(let oldPassword, let newPassword):
            writer.variant("ChangePassword") {
                $0.field("old_password", oldPassword)
                $0.field("new_password", newPassword)
            }
        case .sessionList(let sessions): writer.variant("SessionList") { $0.records("sessions", sessions) }
        case .claimOwnership(let token): writer.variant("ClaimOwnership") { $0.field("token", token) }
        case .setRole(let userID, let role):
            writer.variant("SetRole") {
                $0.field("user_id", userID)
                $0.field("role", role)
            }
        case .roleChanged(let userID, let username, let role):
            writer.variant("RoleChanged") {
                $0.field("user_id", userID)
                $0.field("username", username)
                $0.field("role", role)
            }
        default: break
        }
    }

    func writeRoom(to writer: inout JSONWriter) {
        switch self {
        case .join(let roomID, let password):
            writer.variant("Join") {
                $0.field("room_id", roomID)
                $0.nullableField("password", password)
            }
        case .leave(let roomID): writer.variant("Leave") { $0.field("room_id", roomID) }
        case .createRoom(let roomID, let name, let description, let password, let kind):
            writer.variant("CreateRoom") {
                $0.field("room_id", roomID)
                $0.field("name", name)
                $0.field("description", description)
                $0.nullableField("password", password)
                $0.field("kind", kind)
            }
        case .roomCreated(let roomID, let name, let description):
            writer.variant("RoomCreated") {
                $0.field("room_id", roomID)
                $0.field("name", name)
                $0.field("description", description)
            }
        case .roomJoined(let roomID, let name, let description, let room):
            writer.variant("RoomJoined") {
                $0.field("room_id", roomID)
                $0.field("name", name)
                $0.field("description", description)
                $0.record("room", room)
            }
        case .roomNotFound(let roomID): writer.variant("RoomNotFound") { $0.field("room_id", roomID) }
        case .roomList(let rooms): writer.variant("RoomList") { $0.records("rooms", rooms) }
        case .joinByInvitation(let code): writer.variant("JoinByInvitation") { $0.field("code", code) }
        case .browseRooms(let after, let limit):
            writer.variant("BrowseRooms") {
                $0.field("after", after)
                $0.field("limit", limit)
            }
        case .roomPage(let rooms, let next):
            writer.variant("RoomPage") {
                $0.records("rooms", rooms)
                $0.field("next", next)
            }
        case .updateRoom(let changes): writer.variant("UpdateRoom", changes)
        case .roomUpdated(let room): writer.variant("RoomUpdated") { $0.record("room", room) }
        case .deleteRoom(let roomID): writer.variant("DeleteRoom") { $0.field("room_id", roomID) }
        case .roomDeleted(let roomID, let name, let byUsername):
            writer.variant("RoomDeleted") {
                $0.field("room_id", roomID)
                $0.field("name", name)
                $0.field("by_username", byUsername)
            }
        default: break
        }
    }

    func writeAccess(to writer: inout JSONWriter) {
        switch self {
        case .createInvitation(let roomID, let validSeconds, let usesMax):
            writer.variant("CreateInvitation") {
                $0.field("room_id", roomID)
                $0.field("valid_seconds", validSeconds)
                $0.field("uses_max", usesMax)
            }
        case .invitationCreated(let invitation): writer.variant("InvitationCreated", invitation)
        case .listInvitations(let roomID): writer.variant("ListInvitations") { $0.field("room_id", roomID) }
        case .invitationList(let roomID, let invitations):
            writer.variant("InvitationList") {
                $0.field("room_id", roomID)
                $0.records("invitations", invitations)
            }
        case .revokeInvitation(let code): writer.variant("RevokeInvitation") { $0.field("code", code) }
        case .setOverride(let roomID, let override):
            writer.variant("SetOverride") {
                $0.field("room_id", roomID)
                override.writeFields(to: &$0)
            }
        case .listOverrides(let roomID): writer.variant("ListOverrides") { $0.field("room_id", roomID) }
        case .overrideList(let roomID, let overrides):
            writer.variant("OverrideList") {
                $0.field("room_id", roomID)
                $0.records("overrides", overrides)
            }
        case .permissionsChanged(let roomID, let permissions):
            writer.variant("PermissionsChanged") {
                $0.field("room_id", roomID)
                $0.field("permissions", permissions)
            }
        default: break
        }
    }

    func writeModeration(to writer: inout JSONWriter) {
        switch self {
        case .restrainVoice(let restraint): writer.variant("RestrainVoice", restraint)
        case .moveUser(let userID, let fromRoomID, let toRoomID, let reason):
            writer.variant("MoveUser") {
                $0.field("user_id", userID)
                $0.field("from_room_id", fromRoomID)
                $0.field("to_room_id", toRoomID)
                $0.field("reason", reason)
            }
        case .kick(let roomID, let userID, let reason):
            writer.variant("Kick") {
                $0.field("room_id", roomID)
                $0.field("user_id", userID)
                $0.field("reason", reason)
            }
        case .ban(let request): writer.variant("Ban", request)
        case .banCreated(let ban): writer.variant("BanCreated", ban)
        case .unban(let banID): writer.variant("Unban") { $0.field("ban_id", banID) }
        case .listBans(let roomID): writer.variant("ListBans") { $0.field("room_id", roomID) }
        case .banList(let bans): writer.variant("BanList") { $0.records("bans", bans) }
        case .removedFromRoom(let removal): writer.variant("RemovedFromRoom", removal)
        case .listAudit(let before, let limit):
            writer.variant("ListAudit") {
                $0.field("before", before)
                $0.field("limit", limit)
            }
        case .auditPage(let entries, let hasMore):
            writer.variant("AuditPage") {
                $0.records("entries", entries)
                $0.field("has_more", hasMore)
            }
        default: break
        }
    }
}
