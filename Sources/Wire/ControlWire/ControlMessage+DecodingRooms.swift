import Identifiers

extension ControlMessage {
    static let accountVariants: [String: Decode] = [
        "Register": { fields throws(FieldFailure) in
            .register(
                username: try fields("username"), password: try fields("password"),
                device: try fields.optional("device"))
        },
        "Login": { fields throws(FieldFailure) in
            .login(
                username: try fields("username"), password: try fields("password"),
                device: try fields.optional("device"))
        },
        "AuthSuccess": { fields throws(FieldFailure) in
            .authSuccess(
                userID: try fields("user_id"), message: try fields("message"), grant: try AccountGrant.ifAny(in: fields)
            )
        },
        "AuthFailure": { fields throws(FieldFailure) in
            .authFailure(
                reason: try fields("reason"), retryAfterMilliseconds: try fields.optional("retry_after_ms"),
                code: try fields.knownCode())
        },
        "Resume": { fields throws(FieldFailure) in .resume(sessionToken: try fields("session_token")) },
        "LogOut": { fields throws(FieldFailure) in .logOut(everywhere: try fields.optional("everywhere") ?? false) },
        "ChangePassword": { fields throws(FieldFailure) in
            .changePassword(oldPassword: try fields("old_password"), newPassword: try fields("new_password"))
        },
        "SessionList": { fields throws(FieldFailure) in .sessionList(sessions: try fields.records("sessions")) },
        "ClaimOwnership": { fields throws(FieldFailure) in .claimOwnership(token: try fields("token")) },
        "SetRole": { fields throws(FieldFailure) in
            .setRole(userID: try fields("user_id"), role: try fields("role"))
        },
        "RoleChanged": { fields throws(FieldFailure) in
            .roleChanged(userID: try fields("user_id"), username: try fields("username"), role: try fields("role"))
        },
    ]

    static let roomVariants: [String: Decode] = [
        "Join": { fields throws(FieldFailure) in
            .join(roomID: try fields("room_id"), password: try fields.optional("password"))
        },
        "Leave": { fields throws(FieldFailure) in .leave(roomID: try fields("room_id")) },
        "CreateRoom": { fields throws(FieldFailure) in
            .createRoom(
                roomID: try fields.optional("room_id") ?? RoomID(rawValue: 0), name: try fields("name"),
                description: try fields.optional("description") ?? "", password: try fields.optional("password"),
                kind: try fields.optional("kind"))
        },
        "RoomCreated": { fields throws(FieldFailure) in
            .roomCreated(
                roomID: try fields("room_id"), name: try fields("name"), description: try fields("description"))
        },
        "RoomJoined": { fields throws(FieldFailure) in
            .roomJoined(
                roomID: try fields("room_id"), name: try fields("name"), description: try fields("description"),
                room: try fields.optionalRecord("room"))
        },
        "RoomNotFound": { fields throws(FieldFailure) in .roomNotFound(roomID: try fields("room_id")) },
        "RoomList": { fields throws(FieldFailure) in .roomList(rooms: try fields.records("rooms")) },
    ]

    static let administrationVariants: [String: Decode] = [
        "JoinByInvitation": { fields throws(FieldFailure) in .joinByInvitation(code: try fields("code")) },
        "BrowseRooms": { fields throws(FieldFailure) in
            .browseRooms(after: try fields.optional("after"), limit: try fields.optional("limit"))
        },
        "RoomPage": { fields throws(FieldFailure) in
            .roomPage(rooms: try fields.records("rooms"), next: try fields.optional("next"))
        },
        "UpdateRoom": { fields throws(FieldFailure) in .updateRoom(try RoomChanges(from: fields)) },
        "RoomUpdated": { fields throws(FieldFailure) in .roomUpdated(try fields.record("room")) },
        "DeleteRoom": { fields throws(FieldFailure) in .deleteRoom(roomID: try fields("room_id")) },
        "RoomDeleted": { fields throws(FieldFailure) in
            .roomDeleted(roomID: try fields("room_id"), name: try fields("name"), byUsername: try fields("by_username"))
        },
        "CreateInvitation": { fields throws(FieldFailure) in
            .createInvitation(
                roomID: try fields("room_id"), validSeconds: try fields.optional("valid_seconds"),
                usesMax: try fields.optional("uses_max"))
        },
        "InvitationCreated": { fields throws(FieldFailure) in .invitationCreated(try Invitation(from: fields)) },
        "ListInvitations": { fields throws(FieldFailure) in .listInvitations(roomID: try fields("room_id")) },
        "InvitationList": { fields throws(FieldFailure) in
            .invitationList(roomID: try fields("room_id"), invitations: try fields.records("invitations"))
        },
        "RevokeInvitation": { fields throws(FieldFailure) in .revokeInvitation(code: try fields("code")) },
        "SetOverride": { fields throws(FieldFailure) in
            .setOverride(roomID: try fields("room_id"), override: try OverrideRecord(from: fields))
        },
        "ListOverrides": { fields throws(FieldFailure) in .listOverrides(roomID: try fields("room_id")) },
        "OverrideList": { fields throws(FieldFailure) in
            .overrideList(roomID: try fields("room_id"), overrides: try fields.records("overrides"))
        },
        "PermissionsChanged": { fields throws(FieldFailure) in
            .permissionsChanged(roomID: try fields("room_id"), permissions: try fields("permissions"))
        },
    ]

    static let moderationVariants: [String: Decode] = [
        "RestrainVoice": { fields throws(FieldFailure) in .restrainVoice(try VoiceRestraint(from: fields)) },
        "MoveUser": { fields throws(FieldFailure) in
            .moveUser(
                userID: try fields("user_id"), fromRoomID: try fields("from_room_id"),
                toRoomID: try fields("to_room_id"), reason: try fields.optional("reason"))
        },
        "Kick": { fields throws(FieldFailure) in
            .kick(roomID: try fields("room_id"), userID: try fields("user_id"), reason: try fields.optional("reason"))
        },
        "Ban": { fields throws(FieldFailure) in .ban(try BanRequest(from: fields)) },
        "BanCreated": { fields throws(FieldFailure) in .banCreated(try BanRecord(from: fields)) },
        "Unban": { fields throws(FieldFailure) in .unban(banID: try fields("ban_id")) },
        "ListBans": { fields throws(FieldFailure) in .listBans(roomID: try fields.optional("room_id")) },
        "BanList": { fields throws(FieldFailure) in .banList(bans: try fields.records("bans")) },
        "RemovedFromRoom": { fields throws(FieldFailure) in .removedFromRoom(try RoomRemoval(from: fields)) },
        "ListAudit": { fields throws(FieldFailure) in
            .listAudit(before: try fields.optional("before"), limit: try fields.optional("limit"))
        },
        "AuditPage": { fields throws(FieldFailure) in
            .auditPage(entries: try fields.records("entries"), hasMore: try fields("has_more"))
        },
    ]
}
