public import ControlWire
import Credentials
import Identifiers

/// What one connection may do and has done: takes its requests one after the other and answers through its outbox.
///
/// Knows no socket. Owned and driven by one task; ``end()`` must be its last call.
public final class MemberSession {
    /// What a session works with; shared by all.
    public struct Services: Sendable {
        public let directory: RoomDirectory
        public let accounts: Accounts
        public let voice: VoiceAccess
        public let limits: RoomsLimits
        public let counters: ControlCounters

        public init(
            directory: RoomDirectory, accounts: Accounts, voice: VoiceAccess, limits: RoomsLimits,
            counters: ControlCounters
        ) {
            self.directory = directory
            self.accounts = accounts
            self.voice = voice
            self.limits = limits
            self.counters = counters
        }
    }

    /// Who is at the other end.
    public struct Peer: Sendable {
        public let connection: ConnectionID
        /// What limits by address count under.
        public let address: String
        /// Whether the connection is TLS: keys are handed over on no other.
        public let isEncrypted: Bool

        public init(connection: ConnectionID, address: String, isEncrypted: Bool) {
            self.connection = connection
            self.address = address
            self.isEncrypted = isEncrypted
        }
    }

    /// Whether the request was one that a well-behaved client sends.
    public enum Verdict: Sendable { case served, offence }

    let services: Services
    let peer: Peer
    let outbox: Outbox
    var member: Member?
    var rooms: [RoomID: Room] = [:]
    var voiceRoom: Room?
    /// Kept while not in voice, too: whoever muted stays muted when joining.
    var voiceSettings = VoiceSettings()

    public init(_ services: Services, peer: Peer, outbox: Outbox) {
        self.services = services
        self.peer = peer
        self.outbox = outbox
    }

    public var isAuthenticated: Bool { member != nil }

    /// Serves one request. Suspends while passwords are hashed and the database works; never throws: every
    /// failure is an answer.
    public func handle(_ envelope: ControlEnvelope) async -> Verdict {
        let requestID = envelope.requestID
        switch envelope.message {
        case .ping:
            answer(.pong, requestID)
        case .pong:
            break
        case .register, .login:
            return await authenticate(envelope.message, requestID)
        case .join, .leave, .createRoom, .listRooms, .requestUserList, .roomMessage, .privateMessage:
            guard let member else { return refuseUnauthenticated(requestID) }
            await serveRooms(envelope.message, member, requestID)
        case .voiceConnect, .voiceDisconnect, .setMuted, .setDeafened, .setVolume, .requestBitrateChange,
            .audioQualityReport:
            guard let member else {
                services.counters.count(.notAuthenticated)
                answer(.voiceError(code: .notAuthenticated, message: "Log in first"), requestID)
                return .offence
            }
            await serveVoice(envelope.message, member, requestID)
        case .authSuccess, .authFailure, .roomCreated, .roomJoined, .roomNotFound, .roomList, .serverResponse,
            .userStatusUpdate, .userListUpdate, .voiceConnectionEstablished, .roomVoiceState, .userVoiceUpdate,
            .voiceError, .voiceUserJoined, .voiceUserLeft:
            return refuseUnexpected("Only the server sends this message", requestID)
        }
        return .served
    }

    /// The connection is gone: leaves every room, announced once in each.
    public func end(_ reason: Outbox.CloseReason = .peerLeft) async {
        guard let member else { return }
        for room in rooms.values { await room.leave(member.connection, reason.departure) }
        rooms = [:]
        voiceRoom = nil
        self.member = nil
        await services.directory.depart(member)
    }

    func answer(_ message: ControlMessage, _ requestID: UInt64?) {
        outbox.post(EncodedLine(message, answering: requestID))
    }

    func refuse(
        _ code: ErrorCode, _ text: String, _ event: ControlEvent, _ requestID: UInt64?, retryAfter: Duration? = nil
    ) {
        services.counters.count(event)
        answer(
            .serverResponse(
                success: false, content: text, code: code, retryAfterMilliseconds: retryAfter?.wholeMilliseconds),
            requestID)
    }

    func refuseUnexpected(_ text: String, _ requestID: UInt64?) -> Verdict {
        refuse(.unexpectedMessage, text, .messageUnexpected, requestID)
        return .offence
    }

    private func refuseUnauthenticated(_ requestID: UInt64?) -> Verdict {
        refuse(.notAuthenticated, "Log in first", .notAuthenticated, requestID)
        return .offence
    }
}

extension Duration {
    /// Rounded up: who waits that long has waited long enough.
    public var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        let perMillisecond: Int64 = 1_000_000_000_000_000
        return UInt64(clamping: seconds * 1_000 + (attoseconds + perMillisecond - 1) / perMillisecond)
    }
}
