import CSocketBatch
import NetworkSimulator
import OpusCodec
import Playout
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import VoiceClient
@testable import VoiceRelay

/// Clients, a real relay core and a simulated network on one virtual clock.
final class VirtualRoom {
    private(set) var clients: [VirtualClient] = []
    private(set) var now: Duration = .zero
    /// Endpoints are UDP ports, each of a machine of its own.
    var network: SimulatedNetwork<UInt16>
    /// The routing table in force; publish again after a change.
    var routes: [VoiceRoute] = []
    /// Talkers who are heard at once; 0: all.
    var loudestTalkersMax = 0
    private var core: RelayCore
    private var generation: UInt8 = 0
    private var sink = CollectingSink()
    private let board: StatusBoard
    private let counterBlock = CounterBlock.allocate()
    private let room = VoiceRoomID(rawValue: 1)
    private let mixer: VirtualMixer?

    static let relayPort: UInt16 = 8_081
    /// The speakers' period: 5 ms.
    static let stepSamples = 240

    /// - Parameter mixer: for listeners who get a mix; nil for a server that mixes nothing.
    init(seed: UInt64, preset: NetworkPreset = .perfect, mixer: VirtualMixer? = nil) throws {
        self.mixer = mixer
        network = SimulatedNetwork(seed: seed, conditions: preset.conditions)
        board = try StatusBoard()
        core = RelayCore(
            settings: RelaySettings(VoiceRelayConfiguration()), counters: counterBlock, board: board.writer,
            mixerTap: mixer?.tap)
    }

    deinit { counterBlock.deallocate() }

    /// A room of clients that are connected already: half a second of virtual time has passed.
    static func connected(
        _ count: Int, seed: UInt64, preset: NetworkPreset = .perfect, mode: TransmissionMode = .continuous
    ) throws -> VirtualRoom {
        try connected(count, seed: seed, conditions: preset.conditions, mode: mode)
    }

    /// The same with a network of the test's own.
    static func connected(
        _ count: Int, seed: UInt64, conditions: LinkConditions, mode: TransmissionMode = .continuous,
        takesBundles: Bool = true
    ) throws -> VirtualRoom {
        let room = try VirtualRoom(seed: seed)
        var configuration = VoiceEngineConfiguration()
        configuration.mode = mode
        configuration.takesBundles = takesBundles
        // Rooms where every captured frame is sent, so that frames can be counted; SilenceTests has the default.
        configuration.encoder.discontinuousTransmission = false
        for _ in 0..<count { try room.join(configuration) }
        room.run(for: .milliseconds(500))
        for client in room.clients { precondition(client.events == [.connected], "not connected: \(client.events)") }
        for one in [Self.relayPort] + room.clients.map(\.port) {
            for other in [Self.relayPort] + room.clients.map(\.port) where one != other {
                room.network.setConditions(conditions, from: one, to: other)
            }
        }
        return room
    }

    /// Opens a session for one more client, as the server would; the client says hello when time goes on.
    @discardableResult
    func join(
        _ configuration: VoiceEngineConfiguration, sealed: Bool = true, renderChannelCount: Int = 1
    ) throws -> VirtualClient {
        let number = UInt16(clients.count + 1)
        let grant = openSession(VoiceID(rawValue: number), sealed: sealed, takesBundles: configuration.takesBundles)
        let client = try VirtualClient(
            configuration, VoiceConnectionGrant(grant), port: 5_000 + number, renderChannelCount: renderChannelCount)
        clients.append(client)
        routes.append(VoiceRoute(voice: grant.voice, maySpeak: true, mayHear: true))
        publish()
        return client
    }

    /// Gives a client another session in place of the one it has or had.
    func reconnect(_ client: VirtualClient) throws {
        let grant = VoiceConnectionGrant(openSession(client.voice, sealed: true, takesBundles: true))
        client.connect(try VoiceTransport(grant, at: instant))
        publish()
    }

    private func openSession(_ voice: VoiceID, sealed: Bool, takesBundles: Bool) -> VoiceSessionGrant {
        generation += 1
        let grant = VoiceSessionGrant(
            voice: voice, room: room, token: randomBytes(VoiceWireLimits.tokenBytes),
            cipher: sealed ? VoiceCipher.available[0] : nil, clientKey: sealed ? randomBytes(VoiceCipher.keyBytes) : [],
            serverKey: sealed ? randomBytes(VoiceCipher.keyBytes) : [],
            bundleBytesMax: takesBundles ? VoiceWireLimits.datagramBytesMax : 0,
            controlHost: Self.address(5_000 + voice.rawValue))
        apply(.open(VoiceSession.allocate(for: grant, generation: generation)))
        return grant
    }

    func publish() {
        apply(.publish(room, RouteTable.allocate(routes, loudestTalkersMax: loudestTalkersMax)))
    }

    /// Gives these listeners the room's mix from now on, and the others everybody's own voice, in the order in which the server does it.
    func mix(for listeners: [VoiceID]) {
        mixer?.publish(listeners, for: room)
        for index in routes.indices { routes[index].isMixed = listeners.contains(routes[index].voice) }
        publish()
    }

    func close(_ client: VirtualClient, reason: GoodbyeReason) { apply(.close(client.voice, reason)) }

    /// What the relay counted.
    func count(_ counter: RelayCounter) -> UInt64 { counterBlock[counter] }

    /// Lets time pass in steps of 5 ms.
    func run(for duration: Duration) {
        let end = now + duration
        while now < end {
            now += .milliseconds(5)
            transfer()
            mix(until: now)
            core.tick(now: UInt64(instant.nanoseconds), into: &sink)
            sendRelayed(at: now)
            for client in clients {
                for datagram in client.step(at: instant) {
                    network.send(datagram, from: client.port, to: Self.relayPort, at: now)
                }
            }
        }
    }

    /// The virtual clock as clients read it.
    var instant: MonotonicInstant { MonotonicInstant(nanoseconds: now.wholeNanoseconds) }

    private func transfer() {
        while let time = network.nextDeliveryTime, time <= now {
            mix(until: time)
            for delivery in network.deliver(until: time) {
                let instant = MonotonicInstant(nanoseconds: time.wholeNanoseconds)
                if delivery.destination == Self.relayPort {
                    receive(delivery.bytes, from: delivery.source, at: UInt64(instant.nanoseconds))
                    sendRelayed(at: time)
                } else {
                    clients.first { $0.port == delivery.destination }?.receive(delivery.bytes, at: instant)
                }
            }
            // As the relay's loop does after every batch: what need not wait goes at once.
            core.tick(now: UInt64(time.wholeNanoseconds), into: &sink)
            sendRelayed(at: time)
        }
    }

    private func mix(until time: Duration) {
        mixer?.run(until: time.wholeNanoseconds) { core.deliver($0, into: &sink) }
        sendRelayed(at: time)
    }

    private static func address(_ port: UInt16) -> SocketAddress? {
        SocketAddress(host: "192.0.2.\(port % 250 + 1)", port: port)
    }

    private func receive(_ datagram: [UInt8], from port: UInt16, at now: UInt64) {
        guard let address = Self.address(port) else { return }
        datagram.withUnsafeBytes { bytes in
            withUnsafePointer(to: address.raw) { core.receive(bytes, from: $0, now: now, into: &sink) }
        }
    }

    private func apply(_ command: RelayCommand) {
        core.apply(command, now: UInt64(instant.nanoseconds), into: &sink)
        sendRelayed(at: now)
    }

    private func sendRelayed(at time: Duration) {
        for (bytes, port) in sink.take() { network.send(bytes, from: Self.relayPort, to: port, at: time) }
    }
}

extension VoiceConnectionGrant {
    /// As the control connection would bring it.
    init(_ grant: VoiceSessionGrant, host: String = "127.0.0.1", port: UInt16 = VirtualRoom.relayPort) {
        let keys = grant.cipher.map { Keys(cipher: $0, clientKey: grant.clientKey, serverKey: grant.serverKey) }
        self.init(host: host, port: port, voice: grant.voice, room: grant.room, token: grant.token, keys: keys)
        bundleBytesMax = grant.bundleBytesMax
    }
}

/// Keeps what the relay sends.
private struct CollectingSink: DatagramSink {
    private var datagrams: [([UInt8], UInt16)] = []
    // Lives as long as the process: a sink is a value, and its one buffer is shared by no two datagrams at a time.
    private let memory = UnsafeMutableRawPointer.allocate(byteCount: VoiceWireLimits.datagramBytesMax, alignment: 64)

    mutating func next() -> UnsafeMutableRawPointer { memory }

    mutating func commit(byteCount: Int, to address: UnsafePointer<socket_address>, isVoice: Bool) {
        let bytes = [UInt8](UnsafeRawBufferPointer(start: memory, count: byteCount))
        datagrams.append((bytes, SocketAddress(raw: address.pointee).port))
    }

    mutating func take() -> [([UInt8], UInt16)] {
        defer { datagrams = [] }
        return datagrams
    }
}
