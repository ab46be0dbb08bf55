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
        public let text: TextChat
        private let live: Live<RoomsLimits>
        public var limits: RoomsLimits { live.value }
        public let counters: ControlCounters
        /// Nil: voice over the control connection is switched off.
        public let tunnels: VoiceTunnels?
        public let administration: Administration

        public init(
            directory: RoomDirectory, accounts: Accounts, voice: VoiceAccess, text: TextChat, limits: Live<RoomsLimits>,
            counters: ControlCounters, tunnels: VoiceTunnels? = nil, maintenance: Maintenance? = nil,
            settings: (any ServerSettings)? = nil
        ) {
            administration = Administration(
                directory, settings: settings, maintenance: maintenance, recordings: voice.recordings)
            self.directory = directory
            self.accounts = accounts
            self.voice = voice
            self.text = text
            live = limits
            self.counters = counters
            self.tunnels = tunnels
        }
    }

    /// Who is at the other end.
    public struct Peer: Sendable {
        public let connection: ConnectionID
        /// What limits by address count under.
        public let address: String
        /// What bans of addresses ask for; nil for an address of no kind that we know.
        public let networkAddress: NetworkAddress?
        /// Whether the connection is TLS: keys are handed over on no other.
        public let isEncrypted: Bool

        public init(
            connection: ConnectionID, address: String, networkAddress: NetworkAddress? = nil, isEncrypted: Bool
        ) {
            self.connection = connection
            self.address = address
            self.networkAddress = networkAddress
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
    /// Since the first datagram of the voice session that came over this connection.
    var tunnel: (any VoiceTunnel)?
    /// Nil: to be asked for at the next search.
    var searchableRooms: SearchableRooms?
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
        let (message, requestID) = (envelope.message, envelope.requestID)
        switch message.subject {
        case .connection:
            if message == .ping { answer(.pong, requestID) }
            return .served
        case .login: return await authenticate(message, requestID)
        case .fromServer: return refuseUnexpected("Only the server sends this message", requestID)
        case .sessions, .rooms, .administration, .moderation, .maintenance, .operations, .text, .voice, .recordings:
            break
        }
        guard let member else { return refuseUnauthenticated(message, requestID) }
        switch message.subject {
        case .sessions: await serveSessions(message, member, requestID)
        case .rooms: await serveRooms(message, member, requestID)
        case .administration: await serveAdministration(message, member, requestID)
        case .moderation: await serveModeration(message, member, requestID)
        case .maintenance: await serveMaintenance(message, member, requestID)
        case .operations: await serveOperations(message, member, requestID)
        case .text: await serveText(message, member, requestID)
        case .voice: await serveVoice(message, member, requestID)
        case .recordings: await serveRecordings(message, member, requestID)
        case .connection, .login, .fromServer: break
        }
        return .served
    }

    /// The connection is gone: leaves every room, announced once in each.
    public func end(_ reason: Outbox.CloseReason = .peerLeft) async {
        guard let member else { return }
        for room in rooms.values { await room.drop(member.connection, reason.departure) }
        rooms = [:]
        voiceRoom = nil
        closeTunnel()
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

    private func refuseUnauthenticated(_ message: ControlMessage, _ requestID: UInt64?) -> Verdict {
        if message.subject == .voice {
            services.counters.count(.notAuthenticated)
            answer(.voiceError(code: .notAuthenticated, message: "Log in first"), requestID)
        } else {
            refuse(.notAuthenticated, "Log in first", .notAuthenticated, requestID)
        }
        return .offence
    }
}

extension ControlMessage {
    /// Which part of a session serves it.
    fileprivate enum Subject {
        case connection, login, sessions, rooms, administration, moderation, maintenance, operations, text, voice
        case recordings, fromServer
    }

    fileprivate var subject: Subject {
        switch self {
        case .ping, .pong: .connection
        case .register, .login, .resume: .login
        case .logOut, .changePassword, .listSessions, .claimOwnership, .setRole: .sessions
        case .join, .joinByInvitation, .leave, .createRoom, .listRooms, .browseRooms, .requestUserList, .browseUsers:
            .rooms
        case .updateRoom, .deleteRoom, .setOverride, .listOverrides, .createInvitation, .listInvitations,
            .revokeInvitation, .listAudit:
            .administration
        case .restrainVoice, .moveUser, .kick, .ban, .unban, .listBans: .moderation
        case .backUp, .checkIntegrity: .maintenance
        case .browseVoice, .browseSessions, .revokeSession, .listLimits, .setLimit: .operations
        case .roomMessage, .privateMessage, .editMessage, .deleteMessage, .history, .search, .markRead, .listUnread,
            .typing:
            .text
        case .voiceConnect, .voiceDisconnect, .setMuted, .setDeafened, .setVolume, .setDelivery, .setVoiceVolume,
            .requestBitrateChange, .audioQualityReport, .voiceDatagram:
            .voice
        case .startRecording, .stopRecording, .recordingConsent, .listRecordings, .fetchRecording, .deleteRecording,
            .listVoiceLog, .exportUserData, .exportUserMessages, .deleteUserData:
            .recordings
        case .authSuccess, .authFailure, .sessionList, .roleChanged, .roomCreated, .roomJoined, .roomNotFound,
            .roomList, .roomPage, .roomUpdated, .roomDeleted, .invitationCreated, .invitationList, .overrideList,
            .permissionsChanged, .banCreated, .banList, .removedFromRoom, .auditPage, .voicePage, .sessionPage,
            .limitList, .serverResponse,
            .messageEdited,
            .messageDeleted, .historyPage, .searchResults, .readMarker, .unreadList, .userTyping, .userStatusUpdate,
            .userMessagePage, .userPage, .userListUpdate, .voiceConnectionEstablished, .roomVoiceState,
            .userVoiceUpdate, .voiceReception,
            .voiceError, .voiceUserJoined, .voiceUserLeft, .recordingState, .recordingPage, .recordingChunk,
            .voiceLogPage,
            .userData, .serverClosing, .backupMade, .integrityReport:
            .fromServer
        }
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
