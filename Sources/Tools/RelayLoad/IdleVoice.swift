import ControlWire
import Foundation
import LoadSupport
import NIOCore
import SyntheticSpeakers
import VoiceSocket

/// What silence costs: voice sessions in which nobody talks, and rooms in which nobody is.
///
/// The server's voice settings are its defaults; only what keeps a thousand clients of one address out is raised, and it does not ask
/// connections whether they are there, which it would have to do without voice as well. As in shapes, server and generator have a
/// processor each, and the generator never sleeps: waking it up would be charged to the server.
struct IdleVoiceBenchmark: Sendable {
    let sessionCount: Int
    let roomCount: Int
    /// Of each measurement of processor time.
    let seconds: Int
    let serverProgram: String
    let workFolder: URL
    /// Where server and generator run; nil leaves it to the kernel.
    let serverProcessor: Int?
    let generatorProcessor: Int?
    /// What goes on, for people who wait.
    let say: @Sendable (String) -> Void

    /// For what follows logins and new rooms to be over.
    private static let settlingSeconds: Int64 = 5

    func run(_ clients: LoadClients) async throws -> IdleVoiceReport {
        let directory = workFolder.appending(path: "idle-voice").path
        let server = try ProcessorBinding.running(on: serverProcessor) {
            try ServerProcess(serverProgram, dataDirectory: directory, settings: Self.settings)
        }
        defer { server.stop() }
        return try await measure(server, clients)
    }

    private func measure(_ server: ServerProcess, _ clients: LoadClients) async throws -> IdleVoiceReport {
        let nobody = try await processorShare(of: server)
        say("\(roomCount) rooms are made")
        try await clients.makeIdleRooms(roomCount, port: server.controlPort)
        let rooms = try await processorShare(of: server)
        let alone = server.usage.resident
        say("\(sessionCount) users connect over TLS")
        let connections = await clients.makeVoiceConnections()
        let shape = RelayShape(name: "idle", people: sessionCount, talkers: 1)
        try await clients.enterRooms(shape, prefix: "idle", port: server.controlPort, connections)
        let connected = try await processorShare(of: server)
        let before = server.usage.resident
        say("\(sessionCount) users get voice sessions")
        let engine = try await openVoice(shape, clients, connections)
        let silent = try await processorShare(of: server)
        let measurement = await engine.endWindow()
        let after = server.usage.resident
        await engine.stop()
        await clients.leave(connections)
        return IdleVoiceReport(
            sessionCount: sessionCount, roomCount: roomCount, seconds: seconds, shareWithNobody: nobody,
            shareWithRooms: rooms, shareConnected: connected, shareInVoice: silent, residentAlone: alone,
            residentConnected: before,
            residentInVoice: after, pings: measurement.counts[.pingsSent], pongs: measurement.counts[.pongsReceived])
    }

    /// Of one processor, over some seconds, after a while.
    private func processorShare(of server: ServerProcess) async throws -> Double {
        try await Task.sleep(for: .seconds(Self.settlingSeconds))
        let clock = ContinuousClock()
        let (before, start) = (ProcessorTime.seconds(of: server.identifier), clock.now)
        try await Task.sleep(for: .seconds(seconds))
        return (ProcessorTime.seconds(of: server.identifier) - before) / (clock.now - start).seconds
    }

    private func openVoice(_ shape: RelayShape, _ clients: LoadClients, _ connections: NIOLoopBound<VoiceConnections>)
        async throws -> SpeakerEngine
    {
        var configuration = SpeakerEngineConfiguration()
        configuration.usersMax = sessionCount
        configuration.roomsMax = 1
        configuration.processor = generatorProcessor
        let engine = try SpeakerEngine(configuration)
        try await clients.connectVoice(shape, takesBundles: true, connections) { _, _, grant in
            guard let address = SocketAddress(host: "127.0.0.1", port: grant.udpPort) else { return }
            var user = SpeakerUser(.roomtone(try SpeakerGrant(grant)), server: address)
            user.mayTalk = false
            _ = try engine.add(user)
        }
        for _ in 0..<1_500 where engine.establishedCount < sessionCount { try await Task.sleep(for: .milliseconds(20)) }
        guard engine.establishedCount == sessionCount else {
            throw LoadError("only \(engine.establishedCount) of \(sessionCount) users were welcomed by the relay")
        }
        if generatorProcessor != nil { engine.setWaiting(.spinning) }
        return engine
    }

    private static let settings = ServerLimits.raised.merging([
        "ROOMTONE_ROOMS_MAX": "65000", "ROOMTONE_ROOMS_VOICE_MEMBERS_MAX": "65000",
        "ROOMTONE_ACCOUNTS_CONNECTIONS_MAX": "1000", "ROOMTONE_CONTROL_OUTBOX_BYTES_MAX": "67108864",
        "ROOMTONE_CONTROL_PING_AFTER_SECONDS": "3600", "ROOMTONE_CONTROL_IDLE_SECONDS": "7200",
    ]) { $1 }
}

/// What silence cost. Encodes to JSON as it is.
public struct IdleVoiceReport: Codable, Sendable {
    public var sessionCount: Int
    public var roomCount: Int
    public var seconds: Int
    /// Of one processor, 0…1: the server alone, with rooms in which nobody is, with people who are connected and silent,
    /// and with them in voice as well.
    public var shareWithNobody: Double
    public var shareWithRooms: Double
    public var shareConnected: Double
    public var shareInVoice: Double
    /// With the empty rooms, before anybody came.
    public var residentAlone: ResidentMemory
    public var residentConnected: ResidentMemory
    public var residentInVoice: ResidentMemory
    /// Since they came to voice: everybody keeps alive as the server asks.
    public var pings: UInt64
    public var pongs: UInt64

    /// What voice adds to a silent connection.
    public var bytesPerSession: Int { (residentInVoice.bytes - residentConnected.bytes) / max(1, sessionCount) }
    public var shareOfVoice: Double { shareInVoice - shareConnected }

    /// What a user in voice costs, TLS connection included.
    public var bytesPerUser: Int { (residentInVoice.bytes - residentAlone.bytes) / max(1, sessionCount) }
    /// Pings that were under way at the end have no pong.
    private var isAnswered: Bool { pongs + UInt64(max(1, sessionCount / 100)) >= pings }

    public var isMet: Bool {
        shareOfVoice < 0.005 && bytesPerSession <= 16 << 10 && bytesPerUser <= 64 << 10 && isAnswered
    }

    /// For people.
    public var text: String {
        func percent(_ share: Double) -> String { (share * 100).decimal(2) + " %" }
        return """
            Processor time over \(seconds) s, of one processor: nobody \(percent(shareWithNobody)); \(roomCount) empty rooms \
            \(percent(shareWithRooms)); \(sessionCount) silent connections \(percent(shareConnected)); the same in voice \
            \(percent(shareInVoice)).
            Memory: connected \(residentConnected.bytes.mebibytes), in voice \(residentInVoice.bytes.mebibytes).
            \(verdict(shareOfVoice < 0.005 && isAnswered))  \(sessionCount) silent voice sessions: \(percent(shareOfVoice)) of a core \
            (wanted < 0.50 %), \(pings) pings, \(pongs) answered
            \(verdict(bytesPerSession <= 16 << 10))  memory of a silent voice session: \
            \((Double(bytesPerSession) / 1_024).decimal(1)) KiB beyond its connection (wanted ≤ 16 KiB)
            \(verdict(bytesPerUser <= 64 << 10))  with its connection over TLS: \
            \((Double(bytesPerUser) / 1_024).decimal(1)) KiB (wanted ≤ 64 KiB)
            """
    }

    private func verdict(_ isMet: Bool) -> String { isMet ? "PASS" : "FAIL" }
}
