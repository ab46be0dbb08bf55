import ChatStore
import ControlWire
import Credentials
import Foundation
import Identifiers
import Logging
import MessageSearch
import Permissions
import Recordings
import TestSupport
import Testing
import VoiceMixer
import VoiceRelay

@testable import Rooms

/// A server without sockets for control: real store, real hashing, a real relay on a port of its own.
final class RoomsHarness {
    let directory: TemporaryFolder
    let store: ChatStore
    let relay: VoiceRelay
    let mixer: VoiceMixer?
    let hasher: PasswordHasher
    let services: MemberSession.Services
    let counters = ControlCounters()
    let search: MessageSearch?
    /// Where the test asked for recordings.
    let recordings: RecordingArchive?
    let voiceLog: VoiceLogQueue
    private let events: Task<Void, Never>
    private var nextConnection: UInt64 = 1
    private var owner: UserID?

    init(
        limits: RoomsLimits = RoomsLimits(), attempts: AttemptLimits = AttemptLimits(),
        text textLimits: TextLimits = TextLimits(), isSearchable: Bool = false,
        hashing: PasswordHasher.Configuration = .init(cost: .least), tunnels: VoiceTunnels? = nil,
        mixing: VoiceMixerConfiguration? = nil,
        recordings recording: RecordingsConfiguration? = nil,
        voice change: (inout VoiceRelayConfiguration) -> Void = { _ in }
    ) async throws {
        directory = try TemporaryFolder()
        store = try await ChatStore.open(path: directory.file("store.sqlite"))
        var voice = VoiceRelayConfiguration()
        voice.host = "127.0.0.1"
        voice.port = 0
        voice.threadCount = 1
        change(&voice)
        mixer = try mixing.map { try VoiceMixer($0) }
        let tap = try recording.map { _ in try FrameTap(capacity: 256) }
        relay = try VoiceRelay(voice, mixerTap: mixer?.tap, recorderTap: tap)
        try relay.start()
        try mixer?.start(delivering: relay)
        let logger = Logger(label: "test")
        let path = directory.file("recordings")
        recordings = try recording.flatMap { recording in
            try tap.map { try RecordingArchive.open(directory: path, tap: $0, configuration: recording) }
        }
        try recordings?.start()
        voiceLog = VoiceLogQueue(store: store, counters: counters, logger: logger)
        let access = VoiceAccess(
            relay: relay, mixer: mixer, configuration: voice, recordings: recordings, log: voiceLog)
        search =
            isSearchable
            ? try await MessageSearch.open(
                path: directory.file("search.sqlite"), store: store, nameKey: { (try? RoomName($0))?.key },
                logger: logger) : nil
        let text = TextChat(store: store, search: search, limits: Live(textLimits), counters: counters, logger: logger)
        let rooms = try await RoomDirectory.load(
            store: store, voice: access, text: text, limits: Live(limits), counters: counters, logger: logger)
        hasher = try PasswordHasher(hashing)
        let accounts = Accounts(
            store: store, hasher: hasher, limits: Live(limits), attempts: Live(attempts),
            counters: counters)
        services = MemberSession.Services(
            directory: rooms, accounts: accounts, voice: access, text: text, limits: Live(limits), counters: counters,
            tunnels: tunnels, maintenance: Maintenance(store: store, dataDirectory: directory.path))
        events = Task { await rooms.dispatchVoiceEvents() }
    }

    /// Every test ends with this: relay threads do not end by themselves.
    func stop() async {
        await mixer?.stop()
        await relay.stop()
        await events.value
        await recordings?.stop()
        await services.directory.flush()
        await search?.close()
    }

    func connect(isEncrypted: Bool = true, address: String = "192.0.2.1") -> TestClient {
        defer { nextConnection += 1 }
        let outbox = Outbox(counters: counters)
        let peer = MemberSession.Peer(
            connection: ConnectionID(rawValue: nextConnection), address: address,
            networkAddress: NetworkAddress(address), isEncrypted: isEncrypted)
        return TestClient(session: MemberSession(services, peer: peer, outbox: outbox), outbox: outbox)
    }

    /// A client that is registered, logged in and has read its welcome.
    func member(_ name: String, isEncrypted: Bool = true) async throws -> TestClient {
        let client = connect(isEncrypted: isEncrypted)
        _ = try await client.ask(.register(username: name, password: "password of \(name)"))
        return client
    }

    /// The same, with a role on the server.
    func member(_ name: String, role: Role, in rooms: UInt64...) async throws -> TestClient {
        let client = try await member(name)
        try await promote(client, to: role)
        for room in rooms { _ = try await client.ask(.join(roomID: RoomID(rawValue: room), password: nil)) }
        return client
    }

    /// As if it had been so before the login: nobody is told.
    func promote(_ client: TestClient, to role: Role) async throws {
        let member = try #require(client.session.member)
        if role == .owner {
            // The store knows one; rooms go by the live role.
            if owner == nil { try await own(member.user) }
        } else {
            _ = try await store.setRole(of: member.user, to: role, by: try await someOwner(), at: Date())
        }
        member.setRole(role)
    }

    private func own(_ user: UserID) async throws {
        let token = SecretToken()
        _ = try await store.setOwnerTokenHash(token.hash)
        try #require(try await store.claimOwnership(tokenHash: token.hash, user: user, at: Date()))
        owner = user
    }

    /// Who gives roles: the owner, or if there is none yet, one who is never online.
    private func someOwner() async throws -> UserID {
        if let owner { return owner }
        let made = try await store.createAccount(
            name: "founder", nameKey: "founder", passwordHash: "", at: Date(), accountsMax: .max)
        try await own(made.id)
        return made.id
    }

    func member(_ name: String, in rooms: UInt64...) async throws -> TestClient {
        let client = try await member(name)
        for room in rooms { _ = try await client.ask(.join(roomID: RoomID(rawValue: room), password: nil)) }
        return client
    }
}

/// One connection's session and what it was sent.
final class TestClient {
    let session: MemberSession
    let outbox: Outbox
    private var pending: [UInt8] = []
    private static let marker = ControlEnvelope(message: .pong, requestID: .max)

    init(session: MemberSession, outbox: Outbox) {
        self.session = session
        self.outbox = outbox
    }

    /// The account's number; 0 before the login.
    var user: UserID { session.member?.user ?? .server }

    /// Sends a request and returns all that the connection was sent since the last call.
    func ask(_ message: ControlMessage, id: UInt64? = nil) async throws -> [ControlEnvelope] {
        _ = await session.handle(ControlEnvelope(message: message, requestID: id))
        return try await received()
    }

    /// What the connection was sent since the last call; does not wait for anything to come.
    func received() async throws -> [ControlEnvelope] {
        outbox.post(EncodedLine(.pong, answering: .max))
        return try await lines { $0 == Self.marker }.dropLast()
    }

    /// Everything up to the first message of that kind; waits for it.
    func wait(for isWanted: (ControlMessage) -> Bool) async throws -> [ControlEnvelope] {
        try await lines { isWanted($0.message) }
    }

    private func lines(until isLast: (ControlEnvelope) -> Bool) async throws -> [ControlEnvelope] {
        var envelopes: [ControlEnvelope] = []
        while true {
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                envelopes.append(try ControlLine.decode(pending[..<end]))
                pending.removeFirst(end + 1)
                if let last = envelopes.last, isLast(last) { return envelopes }
            }
            guard let batch = await outbox.nextBatch() else { return envelopes }
            pending += batch
        }
    }
}

extension [ControlEnvelope] {
    var messages: [ControlMessage] { map(\.message) }
}

/// The grant among the answers to `VoiceConnect`.
func grant(_ answers: [ControlEnvelope]) throws -> VoiceGrant {
    let grants = answers.messages.compactMap { message -> VoiceGrant? in
        if case .voiceConnectionEstablished(let grant) = message { grant } else { nil }
    }
    return try #require(grants.first, "\(answers)")
}

let voiceConnect = ControlMessage.voiceConnect(roomID: room(1), userID: .server)

func room(_ number: UInt64) -> RoomID { RoomID(rawValue: number) }

func system(_ text: String, in number: UInt64 = 1) -> ControlMessage {
    .roomMessage(roomID: room(number), senderUsername: "System", content: text)
}
