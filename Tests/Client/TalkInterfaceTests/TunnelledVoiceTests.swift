import AudioDevice
import ControlServer
import ControlWire
import Daemon
import DaemonTestSupport
import DatagramTunnel
import RoomClient
import Synchronization
import TestSupport
import Testing
import VoiceClient
import VoiceRelay

@testable import TalkInterface

/// Voice where UDP does not get through: real server, real control connections, engines with sockets and threads.
@Suite(.timeLimit(.minutes(1))) struct TunnelledVoiceTests {
    /// Stands between an engine and the relay, and lets datagrams through or not.
    private final class Gate: Sendable {
        private struct Ends {
            var front: TunnelSocket?
            var back: TunnelSocket?
        }

        private let ends = Mutex(Ends())
        private let isOpen: Atomic<Bool>

        init(isOpen: Bool) { self.isOpen = Atomic(isOpen) }

        func open(to port: UInt16) async throws -> UInt16 {
            let front = try await TunnelSocket.listening { [self] in pass($0, to: \.back) }
            let back = try await TunnelSocket.connecting(toHost: "127.0.0.1", port: port) { [self] in
                pass($0, to: \.front)
            }
            ends.withLock { $0 = Ends(front: front, back: back) }
            return front.port
        }

        func set(open: Bool) { isOpen.store(open, ordering: .relaxed) }

        func close() {
            ends.withLock { ends in
                ends.front?.close()
                ends.back?.close()
                ends = Ends()
            }
        }

        private func pass(_ datagram: String, to end: KeyPath<Ends, TunnelSocket?>) {
            guard isOpen.load(ordering: .relaxed) else { return }
            _ = ends.withLock { $0[keyPath: end] }?.send(base64: datagram)
        }
    }

    /// A person in the room's voice: control connection and engine.
    private struct Person {
        let client: RoomClient
        let engine: VoiceEngine

        func leave() async {
            await engine.stop()
            await client.close()
        }
    }

    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func start() async throws -> RunningDaemon {
        try await TestDaemon.start(in: folder.file("data"))
    }

    private func enter(
        _ name: String, _ daemon: RunningDaemon, mode: TransmissionMode, through gate: Gate? = nil
    ) async throws -> Person {
        var options = RoomClientOptions()
        options.knownServersPath = folder.file("known-\(name)")
        let server = ServerAddress(host: "127.0.0.1", port: daemon.controlPort)
        let client = try await RoomClient.connect(to: server, options: options)
        _ = try await client.register(username: name, password: "password of \(name)")
        let room = try #require(try await client.listRooms().first)
        _ = try await client.join(room.id)
        var grant = try VoiceConnectionGrant(
            try await client.connectVoice(in: room.id), host: "127.0.0.1", allowsUnsealed: false)
        grant.tunnelPort = await client.voiceTunnelPort()
        if let gate { grant.port = try await gate.open(to: grant.port) }
        var configuration = VoiceEngineConfiguration()
        configuration.mode = mode
        let engine = try VoiceEngine(configuration: configuration, source: SilentSource(), sink: NullSink())
        try engine.start()
        try engine.connect(grant)
        let isConnected = await engine.events.contains(.connected)
        #expect(isConnected)
        return Person(client: client, engine: engine)
    }

    /// Twenty frames more than before.
    private func hears(_ listener: Person) async {
        let heard = listener.engine.statistics.counters.framesReceived
        while listener.engine.statistics.counters.framesReceived < heard + 20 { await Task.yield() }
    }

    private func wait(for person: Person, tunnelled: Bool) async {
        while person.engine.statistics.isTunnelled != tunnelled { await Task.yield() }
    }

    @Test(arguments: [true, false])
    func `voice opens, goes on and comes back where UDP is blocked, freed and blocked again`(
        isTalkerBehindGate: Bool
    ) async throws {
        let daemon = try await start()
        let gate = Gate(isOpen: false)
        let listener = try await enter(
            "listener", daemon, mode: .pushToTalk, through: isTalkerBehindGate ? nil : gate)
        let talker = try await enter("talker", daemon, mode: .continuous, through: isTalkerBehindGate ? gate : nil)
        let (gated, free) = isTalkerBehindGate ? (talker, listener) : (listener, talker)
        #expect(gated.engine.statistics.isTunnelled)
        #expect(!free.engine.statistics.isTunnelled)
        await hears(listener)
        gate.set(open: true)
        await wait(for: gated, tunnelled: false)
        await hears(listener)
        gate.set(open: false)
        await wait(for: gated, tunnelled: true)
        await hears(listener)
        #expect(gated.engine.statistics.isConnected)
        await talker.leave()
        await listener.leave()
        gate.close()
        await daemon.stop()
    }
}
