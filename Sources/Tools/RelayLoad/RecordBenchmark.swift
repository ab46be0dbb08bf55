import ControlWire
import Foundation
import LoadSupport
import NIOCore
import Synchronization
import SyntheticSpeakers
import VoiceSocket

/// What recording costs: a room that is forwarded and in which all talk, recorded and not, in alternating turns on one server.
///
/// The server is on processor 0, the generator on processor 1. Everybody agrees, so there is a file for each of them.
public struct RecordBenchmark: Sendable {
    static let shape = RelayShape(name: "recorded", people: 20, talkers: 20)

    /// A recording and a turn without one make a round.
    let rounds: Int
    /// Seconds of each turn, after one of warming up.
    let seconds: Int
    let speech: SpeechTable
    let serverProgram: String
    let workFolder: URL
    let say: @Sendable (String) -> Void

    public init(
        rounds: Int, seconds: Int, speech: SpeechTable, serverProgram: String, workFolder: String,
        say: @escaping @Sendable (String) -> Void
    ) {
        self.rounds = rounds
        self.seconds = seconds
        self.speech = speech
        self.serverProgram = serverProgram
        self.workFolder = URL(filePath: workFolder)
        self.say = say
    }

    public func run() async throws -> RecordReport {
        let clients = try LoadClients()
        do {
            let report = try await run(clients)
            await clients.shutDown()
            return report
        } catch {
            await clients.shutDown()
            throw error
        }
    }

    private func run(_ clients: LoadClients) async throws -> RecordReport {
        let server = try ProcessorBinding.running(on: 0) {
            try ServerProcess(
                serverProgram, dataDirectory: workFolder.appending(path: "record-\(UUID().uuidString)").path,
                settings: ServedRelay.settings(threads: 1))
        }
        defer { server.stop() }
        let connections = await clients.makeVoiceConnections()
        let stage = try await stage(server, clients, connections)
        var report = RecordReport(people: Self.shape.people, seconds: seconds)
        for round in 1...rounds {
            var samples: [Bool: RelaySample] = [:]
            for isRecorded in round.isMultiple(of: 2) ? [true, false] : [false, true] {
                if isRecorded { try await clients.beginRecording(connections) }
                samples[isRecorded] = try await stage.measure(
                    talkers: Self.shape.talkers, warmUpSeconds: 1, seconds: seconds)
                if isRecorded { try await clients.endRecording(connections, speakers: Self.shape.talkers) }
            }
            if let plain = samples[false], let recorded = samples[true] {
                say("round \(round): not recorded \(plain.text); recorded \(recorded.text)")
                report.rounds.append(RecordReport.Round(plain: plain, recorded: recorded))
            }
        }
        await stage.stop()
        await clients.leave(connections)
        return report
    }

    private func stage(
        _ server: ServerProcess, _ clients: LoadClients, _ connections: NIOLoopBound<VoiceConnections>
    ) async throws -> RelayStage {
        let engine = try MixScene.engine("recorded", Self.shape, speech)
        let room = Mutex([SpeakerID]())
        try await clients.enterVoice(
            Self.shape, takesBundles: false, prefix: "recorded", port: server.controlPort, connections
        ) { _, _, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            var user = SpeakerUser(.roomtone(try SpeakerGrant(grant)), server: address)
            user.mayTalk = true
            let speaker = try engine.add(user)
            room.withLock { $0.append(speaker) }
        }
        return try await RelayStage(
            engine: engine, users: [room.withLock { $0 }], relay: server.identifier,
            frameMilliseconds: Self.shape.frameMilliseconds, spins: false)
    }
}

extension LoadClients {
    /// Records the first room, with everybody's yes. Whoever made a room may.
    fileprivate func beginRecording(_ bound: NIOLoopBound<VoiceConnections>) async throws {
        let connections = bound.value
        guard let first = connections.connections.first, let room = connections.rooms.first else { return }
        let started = try await ask(first, .startRecording(roomID: room))
        guard case .recordingState = started else { throw LoadError("the room is not recorded: \(started)") }
        for connection in connections.connections {
            let answer = try await ask(connection, .recordingConsent(roomID: room, isConsent: true))
            guard case .recordingState = answer else { throw LoadError("a yes was not taken: \(answer)") }
        }
    }

    /// Ends it, waits until it is written, and sees whether everybody was recorded.
    fileprivate func endRecording(_ bound: NIOLoopBound<VoiceConnections>, speakers: Int) async throws {
        let connections = bound.value
        guard let first = connections.connections.first, let room = connections.rooms.first else { return }
        let stopped = try await ask(first, .stopRecording(roomID: room))
        guard case .recordingState = stopped else { throw LoadError("the recording was not stopped: \(stopped)") }
        for _ in 0..<100 {
            let page = try await ask(first, .listRecordings(RecordQuery(roomID: room, limit: 1)))
            guard case .recordingPage(let recordings, _) = page, let newest = recordings.first else {
                throw LoadError("there is no recording: \(page)")
            }
            guard newest.end != nil else {
                await pause(.milliseconds(200))
                continue
            }
            guard newest.tracks.count == speakers, newest.tracks.allSatisfy({ $0.samples > 48_000 }) else {
                throw LoadError("of \(speakers) who agreed not all were recorded: \(newest)")
            }
            return
        }
        throw LoadError("the recording was not written within 20 s")
    }
}
