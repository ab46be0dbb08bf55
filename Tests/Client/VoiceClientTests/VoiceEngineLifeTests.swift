import AudioDevice
import AudioTestSupport
import Testing
import VoiceClient
import VoiceRelay
import VoiceWire

/// An engine's life: sessions come and go on the same devices, failures are told, stopping ends everything.
@Suite(.timeLimit(.minutes(1))) struct VoiceEngineLifeTests {
    private func engine(_ source: any AudioSource = SilentSource()) throws -> VoiceEngine {
        try VoiceEngine(configuration: VoiceEngineConfiguration(), source: source, sink: NullSink())
    }

    @Test func `A second grant opens a second session on the same devices`() async throws {
        let server = try LoopbackRelay()
        let engine = try engine()
        try engine.start()
        let first = try server.grant()
        try engine.connect(first)
        #expect(await engine.wait(for: .connected))
        server.close(first, reason: .serverStopping)
        #expect(await engine.wait(for: .ended(.serverStopping)))
        try engine.connect(try server.grant())
        #expect(await engine.wait(for: .connected))
        await engine.stop()
        // The relay was told: nothing times out.
        var ended: VoiceRelayEvent?
        for await event in server.relay.events {
            if case .ended(_, .goodbye) = event { ended = event }
            if ended != nil { break }
        }
        #expect(ended != nil)
        await server.relay.stop()
    }

    @Test func `A server that does not answer is a lost path after the token's life`() async throws {
        // A port that nobody listens on: bound and closed again by a relay.
        let server = try LoopbackRelay()
        var grant = try server.grant()
        await server.relay.stop()
        grant.tokenLifetime = .milliseconds(300)
        let engine = try engine()
        try engine.start()
        try engine.connect(grant)
        #expect(await engine.wait(for: .lost(.handshakeTimedOut)))
        await engine.stop()
    }

    @Test func `A device that vanishes is told, in words, and the engine goes on`() async throws {
        let server = try LoopbackRelay()
        let engine = try engine(VanishingSource())
        try engine.start()
        #expect(await engine.wait(for: .deviceFailed("\(VanishingSource.failure)")))
        try engine.connect(try server.grant())
        #expect(await engine.wait(for: .connected))
        await engine.stop()
        await server.relay.stop()
    }

    @Test func `A device that does not start stops the start, in words`() throws {
        let engine = try engine(BusySource())
        #expect {
            try engine.start()
        } throws: { error in
            (error as? VoiceEngineError)?.code == .deviceFailed && "\(error)" == "\(BusySource.failure)"
        }
    }

    @Test func `Commands show in the statistics`() async throws {
        let server = try LoopbackRelay()
        let engine = try engine()
        try engine.start()
        engine.setMuted(true)
        engine.setDeafened(true)
        engine.setMode(.voiceActivated)
        // Commands renew the statistics in the turn that carries them out; a lost session follows them.
        var grant = try server.grant()
        grant.tokenLifetime = .zero
        try engine.connect(grant)
        #expect(await engine.wait(for: .lost(.handshakeTimedOut)))
        let statistics = engine.statistics
        #expect(statistics.isMuted)
        #expect(statistics.isDeafened)
        #expect(statistics.mode == .voiceActivated)
        await engine.stop()
        await server.relay.stop()
    }

    @Test func `After stopping, events end and a new session is refused`() async throws {
        let server = try LoopbackRelay()
        let engine = try engine()
        try engine.start()
        await engine.stop()
        await engine.stop()
        for await _ in engine.events {}
        let grant = try server.grant()
        #expect {
            try engine.connect(grant)
        } throws: { error in
            (error as? VoiceEngineError)?.code == .stopped
        }
        #expect(throws: VoiceEngineError.self) { try engine.start() }
        await server.relay.stop()
    }

    @Test func `An engine that never started can be stopped, with a session that nobody took`() async throws {
        let server = try LoopbackRelay()
        let engine = try engine()
        try engine.connect(try server.grant())
        await engine.stop()
        for await _ in engine.events {}
        await server.relay.stop()
    }

    @Test(arguments: ["localhost", "", "300.1.1.1", "[::1]"])
    func `An address that is no number is refused in words`(host: String) async throws {
        let server = try LoopbackRelay()
        var grant = try server.grant()
        grant.host = host
        let engine = try engine()
        #expect {
            try engine.connect(grant)
        } throws: { error in
            (error as? VoiceEngineError)?.code == .grantInvalid
        }
        await server.relay.stop()
    }
}
