public import ControlWire
public import Identifiers

/// A room that was entered over this connection.
public struct JoinedRoom: Equatable, Sendable {
    public var summary: RoomSummary
    /// Nil from a server that does not tell.
    public var details: RoomDetails?

    public init(summary: RoomSummary, details: RoomDetails? = nil) {
        self.summary = summary
        self.details = details
    }
}

// MARK: Rooms and voice

extension RoomClient {
    /// Every room that the server shows.
    public func listRooms() async throws(RoomClientError) -> [RoomSummary] {
        try await ask(.listRooms) { if case .roomList(let rooms) = $0 { rooms } else { nil } }
    }

    /// Enters a room; its text and voice announcements follow. Everything up to the details' `lastMessageID` is to be
    /// had by ``history(_:)``, everything after it is announced, in order.
    public func join(_ room: RoomID, password: String? = nil) async throws(RoomClientError) -> JoinedRoom {
        try await enter(.join(roomID: room, password: password))
    }

    /// Enters the room that an invitation is for, and uses it up by one.
    public func join(invitation code: String) async throws(RoomClientError) -> JoinedRoom {
        try await enter(.joinByInvitation(code: code))
    }

    /// Ends the membership. Returns what the server says about it.
    public func leave(_ room: RoomID) async throws(RoomClientError) -> String {
        try await acknowledged(.leave(roomID: room))
    }

    /// Asks for a voice session in a room this connection has joined. The grant is a secret and good once, soon.
    /// - Parameter bundleBytesMax: the longest bundle that is taken, as a whole datagram in bytes; 0 for none.
    public func connectVoice(
        in room: RoomID, ciphers: [String]? = nil, bundleBytesMax: Int = 0
    ) async throws(RoomClientError) -> VoiceGrant {
        let question = ControlMessage.voiceConnect(
            roomID: room, userID: userID ?? .server, ciphers: ciphers,
            bundleBytesMax: bundleBytesMax > 0 ? bundleBytesMax : nil)
        return try await ask(question) {
            if case .voiceConnectionEstablished(let grant) = $0 { grant } else { nil }
        }
    }

    private func enter(_ question: ControlMessage) async throws(RoomClientError) -> JoinedRoom {
        switch try await request(question) {
        case .roomJoined(let id, let name, let description, let details):
            let isProtected = details?.isPasswordProtected ?? false
            return JoinedRoom(
                summary: RoomSummary(
                    id: id, name: name, description: description, isPasswordProtected: isProtected),
                details: details)
        case .serverResponse(false, let content, let code, let retryAfter)
        where code == .notPermitted || code == .invalidValue:
            throw RoomClientError(
                .roomRefused, content, retryAfter: Self.duration(retryAfter), serverCode: code?.rawValue)
        case let other: throw Self.failure(other)
        }
    }
}

// MARK: What every request shares

extension RoomClient {
    /// Asks, and takes from the answer what `pick` finds in it; any other answer is thrown as what it means.
    func ask<Answer>(
        _ question: ControlMessage, _ pick: (ControlMessage) -> Answer?
    ) async throws(RoomClientError) -> Answer {
        let answer = try await request(question)
        guard let picked = pick(answer) else { throw Self.failure(answer) }
        return picked
    }

    /// For requests whose answer is only that it was done: the server's words about it.
    func acknowledged(_ question: ControlMessage) async throws(RoomClientError) -> String {
        try await ask(question) {
            if case .serverResponse(true, let content, _, _) = $0 { content } else { nil }
        }
    }

    /// What an answer that is not the hoped-for one means.
    static func failure(_ answer: ControlMessage) -> RoomClientError {
        switch answer {
        case .roomNotFound(let id):
            RoomClientError(.roomNotFound, "there is no room \(id) on this server.", serverCode: "RoomNotFound")
        case .voiceError(let code, let message):
            RoomClientError(.voiceRefused(code), message, serverCode: code.rawValue)
        case .authFailure(let reason, let retryAfter, let code):
            failure(reason, code, retryAfter)
                ?? RoomClientError(.authenticationFailed, reason, serverCode: code?.rawValue)
        case .serverResponse(false, let content, let code, let retryAfter):
            failure(content, code, retryAfter)
                ?? RoomClientError(
                    .serverRefused(code), content, retryAfter: duration(retryAfter), serverCode: code?.rawValue)
        default:
            RoomClientError(
                .unexpectedAnswer, "the server answered with something else: client and server do not match.")
        }
    }

    /// The refusals that mean the same whatever was asked.
    private static func failure(_ words: String, _ code: ErrorCode?, _ retryAfter: UInt64?) -> RoomClientError? {
        switch code {
        case .rateLimited:
            RoomClientError(.rateLimited, words, retryAfter: duration(retryAfter), serverCode: "RateLimited")
        case .sessionEnded: RoomClientError(.sessionEnded, words, serverCode: "SessionEnded")
        case .banned: RoomClientError(.serverRefused(.banned), words, serverCode: "Banned")
        // Says nothing about the password or the session: its successor takes both.
        case .serverStopping:
            RoomClientError(
                .serverRefused(.serverStopping), words, retryAfter: duration(retryAfter), serverCode: "ServerStopping")
        case nil where retryAfter != nil: RoomClientError(.rateLimited, words, retryAfter: duration(retryAfter))
        default: nil
        }
    }

    static func duration(_ milliseconds: UInt64?) -> Duration? {
        // A server cannot make a client wait longer than a day, nor overflow its arithmetic.
        milliseconds.map { .milliseconds(Int64(min($0, 86_400_000))) }
    }
}
