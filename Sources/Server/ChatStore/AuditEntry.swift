public import Foundation
public import Identifiers

/// What is written into the audit log; `Documentation/Permissions.md` lists them for people.
public enum AuditAction: String, Sendable, CaseIterable {
    case roomCreate = "room.create"
    case roomUpdate = "room.update"
    case roomDelete = "room.delete"
    case roleSet = "role.set"
    case ownershipClaim = "ownership.claim"
    case overrideSet = "override.set"
    case voiceRestrain = "voice.restrain"
    case memberKick = "member.kick"
    case memberMove = "member.move"
    case banAdd = "ban.add"
    case banRemove = "ban.remove"
    case invitationCreate = "invitation.create"
    case invitationRevoke = "invitation.revoke"
    case messageEdit = "message.edit"
    case messageDelete = "message.delete"
    case passwordChange = "password.change"
    case sessionsEnd = "sessions.end"
    case recordingStart = "recording.start"
    case recordingStop = "recording.stop"
    case recordingFetch = "recording.fetch"
    case recordingDelete = "recording.delete"
    case userDataExport = "user_data.export"
    case userDataDelete = "user_data.delete"
    case backupMake = "backup.make"
    case settingChange = "setting.change"
}

/// One thing that somebody did, to be remembered.
public struct AuditEntry: Equatable, Sendable {
    public var action: AuditAction
    public var actor: UserID
    public var target: UserID?
    public var room: RoomID?
    public var message: MessageID?
    /// What was changed, and the reason that was given; never a secret, never what a deleted message said.
    public var detail: String

    public init(
        _ action: AuditAction, by actor: UserID, target: UserID? = nil, room: RoomID? = nil,
        message: MessageID? = nil, detail: String = ""
    ) {
        self.action = action
        self.actor = actor
        self.target = target
        self.room = room
        self.message = message
        self.detail = detail
    }
}

/// An entry as stored, with the names that the accounts have now.
public struct AuditRow: Equatable, Sendable {
    /// Only grows.
    public let id: UInt64
    public let at: Date
    /// As in ``AuditAction``; text, because a later version may have written others.
    public let action: String
    public let actor: UserID
    public let actorName: String
    public let target: UserID?
    public let targetName: String?
    public let room: RoomID?
    public let message: MessageID?
    public let detail: String
}
