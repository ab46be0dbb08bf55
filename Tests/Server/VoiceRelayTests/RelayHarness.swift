import CSocketBatch
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceRelay

/// A relay core without sockets, threads or clocks: tests push datagrams in and see what comes out, at times they choose.
struct RelayHarness: ~Copyable {
    var core: RelayCore
    var sent = CollectingSink()
    let board: StatusBoard
    let counters = CounterBlock.allocate()
    private var leases: IdentifierLeases

    static let millisecond: UInt64 = 1_000_000
    static let second: UInt64 = 1_000_000_000

    init(
        _ configuration: VoiceRelayConfiguration = VoiceRelayConfiguration(), mixerTap: FrameTap? = nil,
        recorderTap: FrameTap? = nil
    ) throws {
        board = try StatusBoard()
        core = RelayCore(
            settings: RelaySettings(configuration), counters: counters, board: board.writer, mixerTap: mixerTap,
            recorderTap: recorderTap)
        leases = IdentifierLeases(threadCount: 1, sessionsMax: configuration.sessionsMax)
    }

    deinit { counters.deallocate() }

    mutating func leaseRoom() -> VoiceRoomID { leases.leaseRoom() ?? VoiceRoomID(rawValue: 0) }

    /// Opens a session as ``VoiceRelay/openSession(_:)`` does and gives the client's end of it.
    mutating func open(
        in room: VoiceRoomID, port: UInt16, sealed: Bool = true, bundleBytesMax: Int = 0, at now: UInt64 = 0,
        host: String = "127.0.0.1", controlHost: String? = nil
    ) -> TestClient {
        let lease = leases.leaseSession(in: room)
        let grant = VoiceSessionGrant(
            voice: lease?.voice ?? VoiceID(rawValue: 0), room: room, token: randomBytes(16),
            cipher: sealed ? VoiceCipher.available[0] : nil, clientKey: sealed ? randomBytes(32) : [],
            serverKey: sealed ? randomBytes(32) : [], bundleBytesMax: bundleBytesMax,
            controlHost: controlHost.map { TestClient.address(0, host: $0) })
        core.apply(.open(VoiceSession.allocate(for: grant, generation: lease?.generation ?? 0)), now: now, into: &sent)
        return TestClient(grant, address: TestClient.address(port, host: host))
    }

    mutating func publish(
        _ routes: [VoiceRoute], in room: VoiceRoomID, loudestTalkersMax: Int = 0, at now: UInt64 = 0
    ) {
        let table = RouteTable.allocate(routes, loudestTalkersMax: loudestTalkersMax)
        core.apply(.publish(room, table), now: now, into: &sent)
    }

    mutating func setRates(of configuration: VoiceRelayConfiguration) {
        core.apply(.setRates(RelayRates(configuration)), now: 0, into: &sent)
    }

    mutating func deliver(
        _ opus: [UInt8], to listeners: [VoiceID], in room: VoiceRoomID, sequence: UInt16 = 0, timestamp: UInt32 = 0
    ) {
        opus.withUnsafeBytes { opus in
            listeners.withUnsafeBufferPointer { listeners in
                core.deliver(
                    MixedFrame(
                        room: room, sequence: SequenceNumber(rawValue: sequence),
                        timestamp: MediaTimestamp(rawValue: timestamp), opus: opus, listeners: listeners),
                    into: &sent)
            }
        }
    }

    mutating func tick(at now: UInt64) { core.tick(now: now, into: &sent) }

    mutating func close(_ voice: VoiceID, reason: GoodbyeReason = .removed, at now: UInt64 = 0) {
        core.apply(.close(voice, reason), now: now, into: &sent)
        leases.release(voice: voice)
    }

    mutating func receive(_ datagram: [UInt8], from address: SocketAddress, at now: UInt64 = 0, age: UInt64 = 0) {
        datagram.withUnsafeBytes { bytes in
            withUnsafePointer(to: address.raw) { core.receive(bytes, from: $0, now: now, age: age, into: &sent) }
        }
    }

    /// A client whose handshake is done, and whose welcome has been taken out of what was sent.
    mutating func established(
        in room: VoiceRoomID, port: UInt16, sealed: Bool = true, bundleBytesMax: Int = 0, at now: UInt64 = 0
    ) -> TestClient {
        let client = open(in: room, port: port, sealed: sealed, bundleBytesMax: bundleBytesMax, at: now)
        receive(client.hello(), from: client.address, at: now)
        _ = take()
        return client
    }

    /// Several of them who all may speak and hear.
    mutating func room(
        of count: Int, bundleBytesMax: Int = 0, loudestTalkersMax: Int = 0, at now: UInt64 = 0
    ) -> (VoiceRoomID, [TestClient]) {
        let room = leaseRoom()
        var clients: [TestClient] = []
        for index in 0..<count {
            let port = UInt16(5_000 + index)
            clients.append(established(in: room, port: port, bundleBytesMax: bundleBytesMax, at: now))
        }
        publish(clients.map(\.route), in: room, loudestTalkersMax: loudestTalkersMax, at: now)
        return (room, clients)
    }

    /// What was sent since the last time, with its destinations.
    mutating func take() -> [SentDatagram] { sent.take() }

    /// The states the board shows, oldest first.
    func changes() -> [(VoiceID, SessionStatus)] {
        var changes: [(VoiceID, SessionStatus)] = []
        while let change = board.next() { changes.append(change) }
        return changes
    }
}

struct SentDatagram: Equatable {
    let bytes: [UInt8]
    let address: SocketAddress
}

/// Keeps what a core sends.
struct CollectingSink: DatagramSink {
    private var datagrams: [SentDatagram] = []
    private let slot = UnsafeMutableRawPointer.allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)

    mutating func next() -> UnsafeMutableRawPointer { slot }

    mutating func commit(byteCount: Int, to address: UnsafePointer<socket_address>, isVoice: Bool) {
        let bytes = [UInt8](UnsafeRawBufferPointer(start: slot, count: byteCount))
        datagrams.append(SentDatagram(bytes: bytes, address: SocketAddress(raw: address.pointee)))
    }

    mutating func take() -> [SentDatagram] {
        defer { datagrams = [] }
        return datagrams
    }
}
