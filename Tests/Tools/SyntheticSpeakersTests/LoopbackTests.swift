import Testing
import VoiceRelay
import VoiceSealing
import VoiceSocket
import VoiceWire

@testable import SyntheticSpeakers

/// A real relay over loopback, and speakers at it.
struct LoopbackRoom {
    let relay: VoiceRelay
    let engine: SpeakerEngine
    private(set) var speakers: [SpeakerID] = []

    /// - Parameter sharesSockets: whether the first person of each room has a socket with the first of the others, and so on.
    init(people: [Int], talkers: Int, sharesSockets: Bool = false) async throws {
        var configuration = VoiceRelayConfiguration()
        configuration.host = "127.0.0.1"
        configuration.port = 0
        configuration.threadCount = 1
        relay = try VoiceRelay(configuration)
        try relay.start()
        var engineConfiguration = SpeakerEngineConfiguration()
        engineConfiguration.usersMax = 16
        engineConfiguration.roomsMax = 4
        engineConfiguration.speech = try #require(
            SpeechTable(payloads: (1...50).map { [UInt8](repeating: $0, count: Int($0) * 20) }))
        engine = try SpeakerEngine(engineConfiguration)
        var sockets: [Int: SpeakerSocket] = [:]
        for count in people {
            let room = try relay.leaseRoom()
            let grants = try (0..<count).map { _ in
                try relay.openSession(VoiceSessionRequest(room: room, cipher: VoiceCipher.available[0]))
            }
            relay.publish(grants.map { VoiceRoute(voice: $0.voice, maySpeak: true, mayHear: true) }, for: room)
            for (index, grant) in grants.enumerated() {
                let address = try #require(SocketAddress(host: "127.0.0.1", port: relay.port))
                var user = SpeakerUser(
                    .roomtone(
                        SpeakerGrant(
                            voice: grant.voice, room: grant.room, token: grant.token, cipher: VoiceCipher.available[0],
                            clientKey: grant.clientKey, serverKey: grant.serverKey)), server: address)
                user.mayTalk = index < talkers
                if sharesSockets {
                    user.socket = try sockets[index] ?? SpeakerSocket(connectingTo: address, bufferBytes: 1 << 20)
                    sockets[index] = user.socket
                }
                speakers.append(try engine.add(user))
            }
        }
        while engine.establishedCount < speakers.count { await Task.yield() }
    }

    func stop() async {
        await engine.stop()
        await relay.stop()
    }
}

@Suite("Speakers at a real relay")
struct LoopbackTests {
    /// Windows until so many frames have been sent, all together.
    private func window(_ engine: SpeakerEngine, frames: UInt64) async -> SpeakerMeasurement {
        var all = SpeakerMeasurement()
        while all.counts[.framesSent] < frames { all.add(await engine.endWindow(grace: .seconds(1))) }
        return all
    }

    @Test(
        "every frame reaches every other member of its room, unchanged, and is measured once", .timeLimit(.minutes(1)),
        arguments: [false, true])
    func everyFrame(sharesSockets: Bool) async throws {
        let room = try await LoopbackRoom(people: [4, 3], talkers: 2, sharesSockets: sharesSockets)
        for speaker in room.speakers { room.engine.setTalking(speaker, true) }
        let found = await window(room.engine, frames: 60)
        let counts = found.counts
        #expect(counts[.deliveries] == counts[.deliveriesExpected] && counts.faults == 0)
        #expect(counts[.deliveriesBeside] == 0 && counts[.stragglers] == 0 && counts[.socketDrops] == 0)
        #expect(found.latency.count == counts[.deliveries] && found.latencyFromDue.count == counts[.deliveries])
        #expect(found.sendLateness.count == counts[.framesSent])
        #expect(found.latencyFromDue.percentile(100) >= found.latency.percentile(100))
        // Two of four talk to three each, two of three to two each.
        let rooms = Dictionary(grouping: found.rooms, by: \.room).mapValues { windows in
            (sent: windows.reduce(0) { $0 + $1.framesSent }, heard: windows.reduce(0) { $0 + $1.deliveries })
        }
        #expect(rooms.count == 2)
        for (sent, heard) in rooms.values { #expect(heard == 3 * sent || heard == 2 * sent) }
        await room.stop()
    }

    @Test("who is removed while others talk takes nothing away from them", .timeLimit(.minutes(1)))
    func removal() async throws {
        let room = try await LoopbackRoom(people: [5], talkers: 2)
        for speaker in room.speakers { room.engine.setTalking(speaker, true) }
        room.engine.beginWindow()
        for leaver in [room.speakers[0], room.speakers[4]] {
            room.engine.remove(leaver)
            while room.engine.status(of: leaver) != .absent { await Task.yield() }
        }
        #expect(room.engine.establishedCount == 3)
        let found = await window(room.engine, frames: 10)
        #expect(found.counts.faults == 0 && found.counts[.deliveries] == found.counts[.deliveriesExpected])
        await room.stop()
    }

    @Test("who is silent sends nothing but keeps alive; a rest changes nothing", .timeLimit(.minutes(1)))
    func silence() async throws {
        let room = try await LoopbackRoom(people: [2], talkers: 1)
        room.engine.setTalking(room.speakers[1], true)
        room.engine.pause()
        room.engine.resume()
        let found = await room.engine.endWindow(grace: .milliseconds(50))
        #expect(found.counts[.framesSent] == 0 && found.counts.faults == 0)
        await room.stop()
    }

    @Test("a flood is sent by somebody with a key, as fast as told, until it is told to stop", .timeLimit(.minutes(1)))
    func flood() async throws {
        let room = try await LoopbackRoom(people: [2], talkers: 1)
        let session = try room.relay.openSession(
            VoiceSessionRequest(room: try room.relay.leaseRoom(), cipher: VoiceCipher.available[0]))
        let grant = SpeakerGrant(
            voice: session.voice, room: session.room, token: session.token, cipher: VoiceCipher.available[0],
            clientKey: session.clientKey, serverKey: session.serverKey)
        room.relay.publish([VoiceRoute(voice: session.voice, maySpeak: true, mayHear: true)], for: session.room)
        let address = try #require(SocketAddress(host: "127.0.0.1", port: room.relay.port))
        let flood = try VoiceFlood(grant, server: address, processor: nil)
        while !flood.isWelcomed { await Task.yield() }
        #expect(flood.sentCount == 0)
        for (bytes, counter) in [(119, .overDatagramRate), (1_314, .overByteRate), (1_400, .tooLong)]
            as [(Int, RelayCounter)]
        {
            flood.send(VoiceFlood.Load(datagramsPerSecond: 20_000, datagramBytes: bytes))
            while room.relay.counters()[counter] < 10 { await Task.yield() }
        }
        flood.send(nil)
        #expect(flood.sentCount > 0 && room.relay.counters()[.forged] == 0)
        await flood.stop()
        await room.stop()
    }

    @Test("an engine that rests stops when it is told to", .timeLimit(.minutes(1)))
    func stopAtRest() async throws {
        let room = try await LoopbackRoom(people: [2], talkers: 1)
        room.engine.pause()
        await room.stop()
    }

    @Test("as many users as the limit, and not one more; rooms too", .timeLimit(.minutes(1)))
    func limits() async throws {
        var configuration = SpeakerEngineConfiguration()
        configuration.wire = .floor
        configuration.usersMax = 3
        configuration.roomsMax = 2
        let engine = try SpeakerEngine(configuration)
        let address = try #require(SocketAddress(host: "127.0.0.1", port: 9))
        for client: UInt16 in 0..<3 {
            _ = try engine.add(SpeakerUser(.floor(client: client, room: client % 2), server: address))
        }
        #expect(throws: SpeakerError.self) {
            try engine.add(SpeakerUser(.floor(client: 3, room: 0), server: address))
        }
        #expect(throws: SpeakerError.self) {
            try engine.add(SpeakerUser(.floor(client: 3, room: 2), server: address))
        }
        await engine.stop()
    }
}
