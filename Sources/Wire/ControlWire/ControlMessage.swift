import Identifiers
import Permissions

/// Everything that travels over the control channel, one case a variant, named on the wire as in
/// `Documentation/Protocol.md` (“Control channel”).
///
/// Variants of the RustyRoom server keep its names and fields; optional fields and the variants
/// under “ours” are additions that its clients ignore. The coding is serde's external tagging; see
/// `ControlMessage+Decoding.swift` and `ControlMessage+Encoding.swift`.
public enum ControlMessage: Equatable, Sendable {
    // MARK: Accounts
    /// With a `device` name the answer carries a token to resume with; without, none is made.
    case register(username: String, password: String, device: String? = nil)
    case login(username: String, password: String, device: String? = nil)
    case authSuccess(userID: UserID, message: String, grant: AccountGrant? = nil)
    case authFailure(reason: String, retryAfterMilliseconds: UInt64? = nil, code: ErrorCode? = nil)

    // MARK: Sessions (ours)
    /// Logs in with a token instead of a password; answered like `login`.
    case resume(sessionToken: String)
    /// Ends this connection's session, or every session and connection of the account.
    case logOut(everywhere: Bool)
    /// Ends every other session and connection of the account.
    case changePassword(oldPassword: String, newPassword: String)
    case listSessions
    case sessionList(sessions: [SessionSummary])
    /// Makes the account the server's owner, with the token that the server printed.
    case claimOwnership(token: String)
    case setRole(userID: UserID, role: Role)
    /// Announced to the person and answered to whoever changed it.
    case roleChanged(userID: UserID, username: String, role: Role)

    // MARK: Rooms
    case join(roomID: RoomID, password: String?)
    case leave(roomID: RoomID)
    case createRoom(roomID: RoomID, name: String, description: String, password: String?, kind: RoomKind? = nil)
    case roomCreated(roomID: RoomID, name: String, description: String)
    case roomJoined(roomID: RoomID, name: String, description: String, room: RoomDetails? = nil)
    case roomNotFound(roomID: RoomID)
    case listRooms
    case roomList(rooms: [RoomSummary])

    // MARK: Room administration (ours)
    case joinByInvitation(code: String)
    case browseRooms(after: RoomID?, limit: Int?)
    case roomPage(rooms: [RoomDetails], next: RoomID?)
    case updateRoom(RoomChanges)
    /// To all members, and the answer to whoever changed it. Permissions in it are the reader's own.
    case roomUpdated(RoomDetails)
    case deleteRoom(roomID: RoomID)
    case roomDeleted(roomID: RoomID, name: String, byUsername: String)
    case createInvitation(roomID: RoomID, validSeconds: UInt64?, usesMax: UInt32?)
    case invitationCreated(Invitation)
    case listInvitations(roomID: RoomID)
    case invitationList(roomID: RoomID, invitations: [Invitation])
    case revokeInvitation(code: String)
    case setOverride(roomID: RoomID, override: OverrideRecord)
    case listOverrides(roomID: RoomID)
    case overrideList(roomID: RoomID, overrides: [OverrideRecord])
    /// To one person whose rights in a room have changed.
    case permissionsChanged(roomID: RoomID, permissions: PermissionSet)

    // MARK: Moderation (ours)
    case restrainVoice(VoiceRestraint)
    case moveUser(userID: UserID, fromRoomID: RoomID, toRoomID: RoomID, reason: String?)
    case kick(roomID: RoomID, userID: UserID, reason: String?)
    case ban(BanRequest)
    case banCreated(BanRecord)
    case unban(banID: UInt64)
    case listBans(roomID: RoomID?)
    case banList(bans: [BanRecord])
    /// To somebody who was taken out of a room or its voice.
    case removedFromRoom(RoomRemoval)
    case listAudit(before: UInt64?, limit: Int?)
    case auditPage(entries: [AuditRecord], hasMore: Bool)

    // MARK: Running the server (ours)
    /// Who is in voice and how it reaches them, by voice id; `after` continues.
    case browseVoice(roomID: RoomID?, after: UInt16?)
    case voicePage(sessions: [VoiceSessionRecord], next: UInt16?)
    /// Everybody's devices that stay logged in, by number; `after` continues.
    case browseSessions(after: UInt64?, limit: Int?)
    case sessionPage(sessions: [DeviceSession], next: UInt64?)
    /// Logs a device out, whoever's.
    case revokeSession(sessionID: UInt64)
    case listLimits
    /// All settings, or the one that was changed.
    case limitList(limits: [LimitRecord])
    case setLimit(key: String, value: String)

    // MARK: Text
    /// From a client `details` holds what it chose (`client_id`, `reply_to`); from the server what was stored.
    case roomMessage(roomID: RoomID, senderUsername: String, content: String, details: MessageDetails? = nil)
    case privateMessage(toUserID: UserID, senderUsername: String, content: String, details: MessageDetails? = nil)
    case serverResponse(success: Bool, content: String, code: ErrorCode? = nil, retryAfterMilliseconds: UInt64? = nil)

    // MARK: Stored text (ours)
    case editMessage(messageID: MessageID, content: String)
    /// To everybody in the conversation, and the answer to the author.
    case messageEdited(ChatMessage)
    case deleteMessage(messageID: MessageID, reason: String?)
    case messageDeleted(ChatMessage)
    case history(HistoryRequest)
    case historyPage(HistoryPage)
    case search(SearchRequest)
    case searchResults(SearchPage)
    case markRead(conversation: Conversation, messageID: MessageID)
    /// The answer to `markRead`, and told to the account's other connections.
    case readMarker(conversation: Conversation, messageID: MessageID)
    case listUnread(after: Conversation? = nil, limit: Int? = nil)
    case unreadList(conversations: [UnreadSummary], next: Conversation?)
    case typing(conversation: Conversation)
    case userTyping(conversation: Conversation, userID: UserID, username: String)

    // MARK: People
    case userStatusUpdate(userID: UserID, username: String, isOnline: Bool, lastSeen: String? = nil)
    case browseUsers(UserQuery)
    case userPage(users: [UserDetails], next: UserID?)
    case userListUpdate(users: [UserStatus])
    case requestUserList

    // MARK: Voice session
    /// `ciphers` names those the client can open, best first; absent means both. `bundleBytesMax` is the longest bundle that
    /// it takes, as a whole datagram in bytes; absent or 0: none.
    case voiceConnect(roomID: RoomID, userID: UserID, ciphers: [String]? = nil, bundleBytesMax: Int? = nil)
    case voiceDisconnect(roomID: RoomID, userID: UserID)
    case voiceConnectionEstablished(VoiceGrant)

    // MARK: Voice state
    case setMuted(isMuted: Bool)
    case setDeafened(isDeafened: Bool)
    /// Playback volume, 0 (silent) … 1 (as sent) … 2.
    case setVolume(volume: Float)
    /// How this connection wants to get voice, now and in rooms that it comes to; nil: as each room says. `bitrate` is what a
    /// mix may take, in bit/s; nil: as the server says (ours).
    case setDelivery(VoiceDelivery?, bitrate: UInt32? = nil)
    /// How loud this connection wants to hear a voice in a mix, 0…2, until that voice or this one ends (ours).
    case setVoiceVolume(voiceID: UInt16, volume: Float)
    case roomVoiceState(roomID: RoomID, users: [VoiceUserState])
    case userVoiceUpdate(VoiceUserUpdate)

    // MARK: Voice quality
    /// Bits a second.
    case requestBitrateChange(targetBitrate: UInt32)
    /// Loss as a fraction 0…1, latency and jitter in milliseconds, over all talkers; `talkers` (ours) are those heard since
    /// the last report, each for itself.
    case audioQualityReport(packetLoss: Float, latency: UInt32, jitter: UInt32, talkers: [TalkerReception] = [])
    /// To a talker: how the room gets its voice (ours).
    case voiceReception(VoiceReception)
    /// Either way: a datagram of the voice channel in base64 (RFC 4648 §4), where UDP does not get through (ours).
    case voiceDatagram(data: String)
    case voiceError(code: VoiceErrorCode, message: String)

    // MARK: Recordings and voice logs (ours)
    /// With a mix, everybody who agrees is in one more file, made when the recording has ended.
    case startRecording(roomID: RoomID, hasMix: Bool = false)
    case stopRecording(roomID: RoomID)
    /// What somebody in the room's voice says to being recorded; may be changed at any time.
    case recordingConsent(roomID: RoomID, isConsent: Bool)
    case recordingState(RecordingState)
    case listRecordings(RecordQuery)
    case recordingPage(recordings: [RecordingSummary], next: UInt64?)
    /// Without a track: the manifest.
    case fetchRecording(recordingID: UInt64, track: Int?, offset: UInt64)
    case recordingChunk(RecordingChunk)
    case deleteRecording(recordingID: UInt64)
    case listVoiceLog(RecordQuery)
    case voiceLogPage(entries: [VoiceLogEntry], hasMore: Bool)
    case exportUserData(userID: UserID)
    /// What an account has written, the oldest first; of private conversations only to the account itself.
    case exportUserMessages(userID: UserID, after: MessageID? = nil, limit: Int? = nil)
    /// - next: for the page after this one, which may be empty; absent on the last.
    case userMessagePage(messages: [ChatMessage], next: MessageID?)
    case userData(UserDataRecord)
    case deleteUserData(userID: UserID)

    // MARK: The server (ours)
    /// To everybody: the server will close in so long at the latest. Until then text and voice go on.
    case serverClosing(milliseconds: UInt64)
    /// Asks for a copy of the database, made while the server runs.
    case backUp
    case backupMade(BackupRecord)
    case checkIntegrity
    /// What is wrong with the database; nothing if it is sound.
    case integrityReport(findings: [String])

    // MARK: Ours
    case voiceUserJoined(roomID: RoomID, user: VoiceUserState)
    case voiceUserLeft(roomID: RoomID, userID: UserID, voiceID: UInt16, reason: VoiceLeaveReason)
    /// Either side may ask; the other answers `pong` at once.
    case ping
    case pong
}

/// One line of the control channel.
public struct ControlEnvelope: Equatable, Sendable {
    /// Who the message is from. The server ignores it in requests (the connection's account counts)
    /// and fills it in what it sends: 0 for its own words, the author's account for text.
    public var senderID: UserID
    public var message: ControlMessage
    /// Chosen by who asks, repeated by who answers; absent in announcements.
    public var requestID: UInt64?

    public init(senderID: UserID = .server, message: ControlMessage, requestID: UInt64? = nil) {
        self.senderID = senderID
        self.message = message
        self.requestID = requestID
    }
}
