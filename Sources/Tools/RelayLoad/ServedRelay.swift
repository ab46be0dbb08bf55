import ControlWire
import Foundation
import LoadSupport
import NIOCore
import Synchronization
import SyntheticSpeakers
import VoiceSocket

/// A `roomtoned` of the benchmark's own with everybody of a shape in voice, their sessions granted over real control
/// connections.
final class ServedRelay: Sendable {
    let stage: RelayStage
    private let server: ServerProcess
    private let clients: LoadClients
    private let connections: NIOLoopBound<VoiceConnections>

    init(_ plan: SocketPlan, takesBundles: Bool, _ benchmark: RelayBenchmark, _ clients: LoadClients) async throws {
        let shape = plan.shape
        let options = benchmark.options
        let directory = benchmark.workFolder.appending(path: "relay-\(UUID().uuidString)").path
        let settings = Self.settings(threads: options.relayThreads)
        let server = try ProcessorBinding.running(on: options.relayProcessor) {
            try ServerProcess(benchmark.serverProgram, dataDirectory: directory, settings: settings)
        }
        self.server = server
        self.clients = clients
        connections = await clients.makeVoiceConnections()
        let configuration = benchmark.engineConfiguration(shape, .roomtone)
        let engine = try SpeakerEngine(configuration)
        let rooms = Mutex([[SpeakerID]](repeating: [], count: shape.rooms))
        let sockets = Mutex(SharedSockets(configuration, usersPerSocket: plan.usersPerSocket))
        try await clients.enterVoice(
            shape, takesBundles: takesBundles, prefix: "voice", port: server.controlPort, connections
        ) { room, person, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            var user = SpeakerUser(.roomtone(try SpeakerGrant(grant)), server: address)
            benchmark.seat(&user, room: room, person: person, shape)
            user.socket = try sockets.withLock { try $0.socket(room: room, person: person, server: address) }
            let speaker = try engine.add(user)
            rooms.withLock { $0[room].append(speaker) }
        }
        stage = try await RelayStage(
            engine: engine, users: rooms.withLock { $0 }, relay: server.identifier,
            frameMilliseconds: shape.frameMilliseconds, spins: options.generatorProcessor != nil)
    }

    func stop() async {
        await stage.stop()
        await clients.leave(connections)
        server.stop()
    }

    /// Nothing but voice while it is measured: nobody is asked whether they are there, sessions rest between rounds, and
    /// everybody who talks is heard.
    static func settings(threads: Int) -> [String: String] {
        ServerLimits.raised.merging([
            "ROOMTONE_VOICE_THREADS": "\(threads)", "ROOMTONE_VOICE_SESSIONS_MAX": "65000",
            "ROOMTONE_VOICE_TOKEN_SECONDS": "60", "ROOMTONE_VOICE_TIMEOUT_SECONDS": "600",
            "ROOMTONE_VOICE_LOUDEST_TALKERS": "0", "ROOMTONE_VOICE_BYTES_PER_SECOND_PER_ROOM_MAX": "1000000000",
            "ROOMTONE_ROOMS_MAX": "65000", "ROOMTONE_ROOMS_VOICE_MEMBERS_MAX": "65000",
            "ROOMTONE_ACCOUNTS_CONNECTIONS_MAX": "1000", "ROOMTONE_CONTROL_CONNECTIONS_MAX": "65000",
            "ROOMTONE_CONTROL_PING_AFTER_SECONDS": "3600", "ROOMTONE_CONTROL_IDLE_SECONDS": "7200",
            "ROOMTONE_CONTROL_OUTBOX_BYTES_MAX": "67108864",
        ]) { $1 }
    }
}
