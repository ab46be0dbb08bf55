import ControlWire
import Foundation
import LoadSupport
import NIOCore
import Synchronization
import SyntheticSpeakers
import VoiceSocket

/// A server with rooms that talk, and the room of somebody who floods it.
final class FloodScene: Sendable {
    private let stage: RelayStage
    /// Who is in the flood's room: they get what it may send, and nobody looks at that.
    private let beside: SpeakerEngine
    private let flood: VoiceFlood
    private let server: ServerProcess
    private let clients: LoadClients
    private let connections: NIOLoopBound<VoiceConnections>

    init(_ benchmark: RelayBenchmark, _ clients: LoadClients) async throws {
        let shape = FloodBenchmark.shape
        let options = benchmark.options
        let directory = benchmark.workFolder.appending(path: "flood-\(UUID().uuidString)").path
        server = try ProcessorBinding.running(on: options.relayProcessor) {
            try ServerProcess(
                benchmark.serverProgram, dataDirectory: directory,
                settings: ServedRelay.settings(threads: options.relayThreads))
        }
        self.clients = clients
        connections = await clients.makeVoiceConnections()
        let engine = try SpeakerEngine(benchmark.engineConfiguration(shape, .roomtone))
        var besideConfiguration = SpeakerEngineConfiguration()
        besideConfiguration.name = "beside"
        besideConfiguration.usersMax = shape.people
        besideConfiguration.roomsMax = 1
        besideConfiguration.processor = options.generatorProcessor
        let beside = try SpeakerEngine(besideConfiguration)
        let rooms = Mutex([[SpeakerID]](repeating: [], count: FloodBenchmark.steadyRooms))
        let flood = Mutex<VoiceFlood?>(nil)
        try await clients.enterVoice(
            shape, takesBundles: false, prefix: "flood", port: server.controlPort, connections
        ) { room, person, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            let grant = try SpeakerGrant(grant)
            var user = SpeakerUser(.roomtone(grant), server: address)
            if room < FloodBenchmark.steadyRooms {
                benchmark.seat(&user, room: room, person: person, shape)
                let speaker = try engine.add(user)
                rooms.withLock { $0[room].append(speaker) }
            } else if person > 0 {
                user.mayTalk = false
                _ = try beside.add(user)
            } else {
                let made = try VoiceFlood(grant, server: address, processor: options.generatorProcessor)
                flood.withLock { $0 = made }
            }
        }
        guard let flood = flood.withLock({ $0 }) else { throw LoadError("nobody is there to flood the relay") }
        self.flood = flood
        self.beside = beside
        stage = try await RelayStage(
            engine: engine, users: rooms.withLock { $0 }, relay: server.identifier,
            frameMilliseconds: shape.frameMilliseconds, spins: options.generatorProcessor != nil)
        for _ in 0..<500 where !flood.isWelcomed || beside.establishedCount < shape.people - 1 {
            try await Task.sleep(for: .milliseconds(20))
        }
        guard flood.isWelcomed else { throw LoadError("the relay did not welcome who was to flood it") }
    }

    /// One turn with that flood, or with none.
    func measure(_ kind: FloodKind, seconds: Int) async throws -> FloodSample {
        flood.send(kind.load)
        let (before, clock) = (flood.sentCount, ContinuousClock())
        let start = clock.now
        let sample = try await stage.measure(
            talkers: FloodBenchmark.shape.talkers, warmUpSeconds: 1, seconds: seconds)
        let elapsed = (clock.now - start).seconds
        flood.send(nil)
        return FloodSample(
            relay: sample, floodDatagramsPerSecond: Double(flood.sentCount - before) / max(0.001, elapsed))
    }

    func stop() async {
        await stage.stop()
        await beside.stop()
        await flood.stop()
        await clients.leave(connections)
        server.stop()
    }
}
