import Identifiers

/// Everything that travels over the control channel, one case a variant, named on the wire as in
/// `Documentation/Protocol.md` (“Control channel”).
///
/// Variants of the RustyRoom server keep its names and fields; optional fields and the variants
/// under “ours” are additions that its clients ignore. The coding is serde's external tagging; see
/// `ControlMessage+Decoding.swift` and `ControlMessage+Encoding.swift`.
public enum ControlMessage: Equatable, Sendable {
    // MARK: Accounts
    case register(username: String, password: String)
    case login(username: String, password: String)
    case authSuccess(userID: UserID, message: String)
    case authFailure(reason: String, retryAfterMilliseconds: UInt64? = nil)

    // MARK: Rooms
    case join(roomID: RoomID, password: String?)
    case leave(roomID: RoomID)
    case createRoom(roomID: RoomID, name: String, description: String, password: String?)
    case roomCreated(roomID: RoomID, name: String, description: String)
    case roomJoined(roomID: RoomID, name: String, description: String)
    case roomNotFound(roomID: RoomID)
    case listRooms
    case roomList(rooms: [RoomSummary])

    // MARK: Text
    case roomMessage(roomID: RoomID, senderUsername: String, content: String)
    case privateMessage(toUserID: UserID, senderUsername: String, content: String)
    case serverResponse(success: Bool, content: String, code: ErrorCode? = nil, retryAfterMilliseconds: UInt64? = nil)

    // MARK: People
    case userStatusUpdate(userID: UserID, username: String, isOnline: Bool)
    case userListUpdate(users: [UserStatus])
    case requestUserList

    // MARK: Voice session
    /// `ciphers` names those the client can open, best first; absent means both.
    case voiceConnect(roomID: RoomID, userID: UserID, ciphers: [String]? = nil)
    case voiceDisconnect(roomID: RoomID, userID: UserID)
    case voiceConnectionEstablished(VoiceGrant)

    // MARK: Voice state
    case setMuted(isMuted: Bool)
    case setDeafened(isDeafened: Bool)
    /// Playback volume, 0 (silent) … 1 (as sent) … 2.
    case setVolume(volume: Float)
    case roomVoiceState(roomID: RoomID, users: [VoiceUserState])
    case userVoiceUpdate(VoiceUserUpdate)

    // MARK: Voice quality
    /// Bits a second.
    case requestBitrateChange(targetBitrate: UInt32)
    /// Loss as a fraction 0…1, latency and jitter in milliseconds.
    case audioQualityReport(packetLoss: Float, latency: UInt32, jitter: UInt32)
    case voiceError(code: VoiceErrorCode, message: String)

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
