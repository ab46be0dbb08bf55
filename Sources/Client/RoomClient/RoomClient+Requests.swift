public import ControlWire
public import Identifiers

extension RoomClient {
    /// Logs in. Throws `authenticationFailed` with the server's reason, or `rateLimited` with its `retryAfter`.
    public func logIn(username: String, password: String) async throws(RoomClientError) -> UserID {
        try authenticated(try await request(.login(username: username, password: password)))
    }

    /// Makes the account and is logged in with it. Throws `authenticationFailed` when the name is taken or not allowed.
    public func register(username: String, password: String) async throws(RoomClientError) -> UserID {
        try authenticated(try await request(.register(username: username, password: password)))
    }

    /// Every room that the server shows.
    public func listRooms() async throws(RoomClientError) -> [RoomSummary] {
        switch try await request(.listRooms) {
        case .roomList(let rooms): return rooms
        case let other: throw Self.failure(other, asking: "ListRooms")
        }
    }

    /// Enters a room; its text and voice announcements follow.
    public func join(_ room: RoomID, password: String?) async throws(RoomClientError) -> RoomSummary {
        switch try await request(.join(roomID: room, password: password)) {
        case .roomJoined(let id, let name, let description):
            return RoomSummary(id: id, name: name, description: description, isPasswordProtected: password != nil)
        case .serverResponse(false, let content, let code, let retryAfter)
        where code == .notPermitted || code == .invalidValue:
            throw RoomClientError(.roomRefused, content, retryAfter: Self.duration(retryAfter))
        case let other: throw Self.failure(other, asking: "Join")
        }
    }

    /// Asks for a voice session in a room this connection has joined. The grant is a secret and good once, soon.
    public func connectVoice(
        in room: RoomID, ciphers: [String]? = nil
    ) async throws(RoomClientError) -> VoiceGrant {
        switch try await request(.voiceConnect(roomID: room, userID: userID ?? .server, ciphers: ciphers)) {
        case .voiceConnectionEstablished(let grant): return grant
        case let other: throw Self.failure(other, asking: "VoiceConnect")
        }
    }

    private func authenticated(_ answer: ControlMessage) throws(RoomClientError) -> UserID {
        switch answer {
        case .authSuccess(let userID, _):
            self.userID = userID
            return userID
        case .authFailure(let reason, .some(let milliseconds)):
            throw RoomClientError(.rateLimited, reason, retryAfter: Self.duration(milliseconds))
        case .authFailure(let reason, nil):
            throw RoomClientError(.authenticationFailed, reason)
        default: throw Self.failure(answer, asking: "Login")
        }
    }

    /// What an answer that is not the hoped-for one means.
    private static func failure(_ answer: ControlMessage, asking question: String) -> RoomClientError {
        switch answer {
        case .roomNotFound(let id): RoomClientError(.roomNotFound, "there is no room \(id) on this server.")
        case .voiceError(let code, let message): RoomClientError(.voiceRefused(code), message)
        case .authFailure(let reason, let retryAfter):
            RoomClientError(.authenticationFailed, reason, retryAfter: duration(retryAfter))
        case .serverResponse(false, let content, .rateLimited, let retryAfter):
            RoomClientError(.rateLimited, content, retryAfter: duration(retryAfter))
        case .serverResponse(false, let content, let code, let retryAfter):
            RoomClientError(.serverRefused(code), content, retryAfter: duration(retryAfter))
        default:
            RoomClientError(
                .unexpectedAnswer,
                "the server answered \(question) with something else: client and server do not match.")
        }
    }

    private static func duration(_ milliseconds: UInt64?) -> Duration? {
        // A server cannot make a client wait longer than a day, nor overflow its arithmetic.
        milliseconds.map { .milliseconds(Int64(min($0, 86_400_000))) }
    }
}
