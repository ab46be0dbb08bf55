import ControlWire
import Foundation
import LoadSupport
import NIOCore
import Synchronization
import SyntheticSpeakers
import VoiceSocket

/// A server in which some rooms are mixed and, where wanted, others are forwarded; everybody in voice, all silent at first.
final class MixScene: Sendable {
    /// Rooms that are forwarded, measured frame by frame; nil where there are none.
    let forwarded: RelayStage?
    private let mixed: SpeakerEngine
    private let talkers: [SpeakerID]
    private let server: ServerProcess
    private let clients: LoadClients
    private let connections: NIOLoopBound<VoiceConnections>

    /// - Parameters:
    ///   - shape: of the mixed rooms.
    ///   - beside: of the forwarded ones.
    ///   - isMixed: false leaves the mixed rooms forwarded, to compare with.
    init(
        _ shape: RelayShape, beside: RelayShape? = nil, isMixed: Bool = true, speech: SpeechTable,
        _ benchmark: MixBenchmark, _ clients: LoadClients
    ) async throws {
        let directory = benchmark.workFolder.appending(path: "mix-\(UUID().uuidString)").path
        let server = try ProcessorBinding.running(on: 0) {
            try ServerProcess(
                benchmark.serverProgram, dataDirectory: directory, settings: ServedRelay.settings(threads: 1))
        }
        self.server = server
        self.clients = clients
        connections = await clients.makeVoiceConnections()
        let people = Mutex((mixed: [SpeakerID](), talkers: [SpeakerID](), forwarded: [[SpeakerID]]()))
        let engine = try Self.engine("mixed", shape, speech)
        try await clients.enterVoice(
            shape, takesBundles: false, prefix: "mixed", port: server.controlPort, connections
        ) { _, person, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            var user = SpeakerUser(.roomtone(try SpeakerGrant(grant)), server: address)
            user.mayTalk = person < shape.talkers
            let speaker = try engine.add(user)
            people.withLock {
                $0.mixed.append(speaker)
                if person < shape.talkers { $0.talkers.append(speaker) }
            }
        }
        if isMixed { try await clients.setDelivery(.mixed, connections) }
        mixed = engine
        talkers = people.withLock { $0.talkers }
        forwarded = try await Self.forward(beside, server, speech, clients, connections)
        let count = people.withLock { $0.mixed.count }
        for _ in 0..<1_500 where engine.establishedCount < count { try await Task.sleep(for: .milliseconds(20)) }
        guard engine.establishedCount == count else {
            throw LoadError("only \(engine.establishedCount) of \(count) users were welcomed by the relay")
        }
    }

    private static func forward(
        _ shape: RelayShape?, _ server: ServerProcess, _ speech: SpeechTable, _ clients: LoadClients,
        _ connections: NIOLoopBound<VoiceConnections>
    ) async throws -> RelayStage? {
        guard let shape else { return nil }
        let engine = try engine("forwarded", shape, speech)
        let rooms = Mutex([[SpeakerID]](repeating: [], count: shape.rooms))
        let beside = await clients.makeVoiceConnections()
        try await clients.enterVoice(
            shape, takesBundles: false, prefix: "beside", port: server.controlPort, beside
        ) { room, person, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            var user = SpeakerUser(.roomtone(try SpeakerGrant(grant)), server: address)
            user.mayTalk = person < shape.talkers
            let speaker = try engine.add(user)
            rooms.withLock { $0[room].append(speaker) }
        }
        try await clients.adopt(beside, into: connections)
        return try await RelayStage(
            engine: engine, users: rooms.withLock { $0 }, relay: server.identifier,
            frameMilliseconds: shape.frameMilliseconds, spins: false)
    }

    static func engine(_ name: String, _ shape: RelayShape, _ speech: SpeechTable) throws -> SpeakerEngine {
        var configuration = SpeakerEngineConfiguration()
        configuration.name = name
        configuration.speech = speech
        configuration.usersMax = shape.userCount
        configuration.roomsMax = shape.rooms
        configuration.processor = 1
        return try SpeakerEngine(configuration)
    }

    /// Lets the talkers of the mixed rooms talk, or stop.
    func setTalking(_ isTalking: Bool) {
        for talker in talkers { mixed.setTalking(talker, isTalking) }
    }

    /// What the server takes of one processor over some seconds, and the mixer's threads of that.
    func measure(seconds: Int) async throws -> MixSample {
        let clock = ContinuousClock()
        let (before, mixerBefore) = (ProcessorTime.seconds(of: server.identifier), mixerSeconds)
        let start = clock.now
        mixed.beginWindow()
        try await Task.sleep(for: .seconds(seconds))
        let (after, mixerAfter) = (ProcessorTime.seconds(of: server.identifier), mixerSeconds)
        let elapsed = (clock.now - start).seconds
        let measurement = await mixed.endWindow()
        return MixSample(
            serverShare: (after - before) / elapsed, mixerShare: (mixerAfter - mixerBefore) / elapsed,
            datagramsPerSecond: Double(measurement.counts[.datagramsReceived]) / elapsed,
            bytesPerSecond: Double(measurement.counts[.bytesReceived]) / elapsed)
    }

    /// Processor time of the threads called voice-mixer, in seconds: to a hundredth (`/proc/PID/task/TID/stat`).
    private var mixerSeconds: Double {
        let tasks = "/proc/\(server.identifier)/task"
        let names = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return names.reduce(0) { sum, name in
            guard let text = try? String(contentsOfFile: "\(tasks)/\(name)/stat", encoding: .utf8),
                text.contains("(voice-mixer"), let fields = text.split(separator: ")").last?.split(separator: " "),
                fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12])
            else { return sum }
            return sum + (user + system) / 100
        }
    }

    func stop() async {
        await mixed.stop()
        await forwarded?.stop()
        await clients.leave(connections)
        server.stop()
    }
}

extension LoadClients {
    /// Says for everybody how voice is to come.
    func setDelivery(_ delivery: VoiceDelivery, _ bound: NIOLoopBound<VoiceConnections>) async throws {
        for connection in bound.value.connections {
            let answer = try await ask(connection, .setDelivery(delivery))
            guard case .userVoiceUpdate(let update) = answer, update.isMixed == true else {
                throw LoadError("voice is not delivered mixed: \(answer)")
            }
        }
    }

    /// Connections that are closed together with others.
    func adopt(_ others: NIOLoopBound<VoiceConnections>, into bound: NIOLoopBound<VoiceConnections>) async throws {
        bound.value.connections += others.value.connections
    }
}
