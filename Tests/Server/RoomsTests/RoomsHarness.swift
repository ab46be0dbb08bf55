import ChatStore
import ControlWire
import Credentials
import Identifiers
import Logging
import TestSupport
import Testing
import VoiceRelay

@testable import Rooms

/// A server without sockets for control: real store, real hashing, a real relay on a port of its own.
final class RoomsHarness {
    let directory: TemporaryFolder
    let store: ChatStore
    let relay: VoiceRelay
    let hasher: PasswordHasher
    let services: MemberSession.Services
    let counters = ControlCounters()
    private let events: Task<Void, Never>
    private var nextConnection: UInt64 = 1

    init(
        limits: RoomsLimits = RoomsLimits(), attempts: AttemptLimits = AttemptLimits(),
        hashing: PasswordHasher.Configuration = .init(cost: .least),
        voice change: (inout VoiceRelayConfiguration) -> Void = { _ in }
    ) async throws {
        directory = try TemporaryFolder()
        store = try await ChatStore.open(path: directory.file("store.sqlite"))
        var voice = VoiceRelayConfiguration()
        voice.host = "127.0.0.1"
        voice.port = 0
        voice.threadCount = 1
        change(&voice)
        relay = try VoiceRelay(voice)
        try relay.start()
        let access = VoiceAccess(relay: relay, configuration: voice)
        let rooms = try await RoomDirectory.load(
            store: store, voice: access, limits: limits, counters: counters, logger: Logger(label: "test"))
        hasher = try PasswordHasher(hashing)
        let accounts = Accounts(
            store: store, hasher: hasher, limits: limits, attempts: attempts,
            counters: counters)
        services = MemberSession.Services(
            directory: rooms, accounts: accounts, voice: access, limits: limits, counters: counters)
        events = Task { await rooms.dispatchVoiceEvents() }
    }

    /// Every test ends with this: relay threads do not end by themselves.
    func stop() async {
        await relay.stop()
        await events.value
        await services.directory.flush()
    }

    func connect(isEncrypted: Bool = true, address: String = "192.0.2.1") -> TestClient {
        defer { nextConnection += 1 }
        let outbox = Outbox(counters: counters)
        let peer = MemberSession.Peer(
            connection: ConnectionID(rawValue: nextConnection), address: address, isEncrypted: isEncrypted)
        return TestClient(session: MemberSession(services, peer: peer, outbox: outbox), outbox: outbox)
    }

    /// A client that is registered, logged in and has read its welcome.
    func member(_ name: String, isEncrypted: Bool = true) async throws -> TestClient {
        let client = connect(isEncrypted: isEncrypted)
        _ = try await client.ask(.register(username: name, password: "password of \(name)"))
        return client
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
