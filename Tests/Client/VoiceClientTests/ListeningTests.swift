import AudioTestSupport
import Testing
import VoiceWire

@testable import VoiceClient

/// What a listener can set: deafened, volumes; and what the statistics say about it.
@Suite struct ListeningTests {
    /// A tone of −15 dBFS from the first client, for as long as needed.
    private func room(_ count: Int = 2) throws -> VirtualRoom {
        let room = try VirtualRoom.connected(count, seed: 1)
        room.clients[0].microphone =
            TestSignal.silence(24_000) + TestSignal.tone(hertz: 440, sampleCount: 48_000 * 6, level: 0.25)
        return room
    }

    private func level(_ listener: VirtualClient, lastMilliseconds: Int = 300) -> Double {
        Level.decibels(listener.heard.suffix(lastMilliseconds * 48))
    }

    @Test func `A deafened listener hears nothing and is back in the present afterwards`() throws {
        let room = try room()
        let listener = room.clients[1]
        room.run(for: .seconds(1))
        #expect(level(listener) > -17)
        listener.pipeline.setDeafened(true)
        room.run(for: .seconds(1))
        #expect(level(listener) == -120)
        #expect(listener.pipeline.statistics.isDeafened)
        listener.pipeline.setDeafened(false)
        room.run(for: .milliseconds(400))
        #expect(level(listener) > -17)
        #expect((listener.pipeline.statistics.talkers.first?.playoutDelayMilliseconds ?? 999) < 30)
    }

    @Test(arguments: [(1, 0.5, -6.0), (0.5, 1, -6.0), (0.5, 0.5, -12.0), (2, 1, 6.0), (1, 0, -110.0)])
    func `Master and talker's volume multiply`(master: Double, talker: Double, decibels: Double) throws {
        let room = try room()
        let listener = room.clients[1]
        room.run(for: .seconds(1))
        let before = level(listener)
        listener.pipeline.setVolume(Float(master))
        listener.pipeline.setVolume(Float(talker), of: room.clients[0].voice)
        room.run(for: .seconds(1))
        if decibels < -100 {
            #expect(level(listener) < -100)
        } else {
            #expect(abs(level(listener) - before - decibels) < 0.5)
        }
    }

    @Test func `A volume set for somebody silent holds when they speak`() throws {
        let room = try VirtualRoom.connected(2, seed: 1, mode: .pushToTalk)
        room.clients[0].microphone = TestSignal.tone(hertz: 440, sampleCount: 48_000 * 3, level: 0.25)
        room.clients[1].pipeline.setVolume(0, of: room.clients[0].voice)
        room.run(for: .milliseconds(500))
        room.clients[0].pipeline.setTransmitting(true)
        room.run(for: .seconds(1))
        #expect(level(room.clients[1]) == -120)
        #expect(room.clients[1].pipeline.statistics.talkers.count == 1)
    }

    @Test(arguments: [(0, 0.0), (12, -12.0), (40, -40.0), (41, -40.0), (-3, 0)] as [(Float, Double)])
    func `Others step back while a priority speaker is heard, and come back`(
        ducking: Float, decibels: Double
    ) throws {
        let room = try VirtualRoom(seed: 1)
        var configuration = VoiceEngineConfiguration()
        configuration.mode = .continuous
        configuration.duckingDecibels = ducking
        try room.join(configuration)
        configuration.mode = .pushToTalk
        try room.join(configuration)
        try room.join(configuration)
        let listener = room.clients[2]
        // The priority speaker says nothing, aloud: what is heard is the other one.
        room.clients[0].microphone = TestSignal.tone(hertz: 440, sampleCount: 48_000 * 9, level: 0.25)
        room.run(for: .seconds(2))
        listener.pipeline.setPriority(true, of: room.clients[1].voice)
        room.run(for: .seconds(1))
        let before = level(listener)
        room.clients[1].pipeline.setTransmitting(true)
        room.run(for: .seconds(1))
        #expect(abs(level(listener) - before - decibels) < 0.6)
        room.clients[1].pipeline.setTransmitting(false)
        room.run(for: .seconds(1))
        #expect(abs(level(listener) - before) < 0.6)
    }

    @Test(arguments: [-1, 2.5, .infinity, .nan] as [Float])
    func `Volumes out of range are clamped`(volume: Float) {
        let range = VoiceEngineConfiguration.volumeRange
        #expect(range.contains(volume.clampedToVolumeRange))
    }

    @Test func `Two talkers are mixed without overflow`() throws {
        let room = try VirtualRoom.connected(3, seed: 1)
        for client in room.clients.prefix(2) {
            client.microphone = TestSignal.tone(hertz: 440, sampleCount: 48_000 * 4, level: 0.9)
        }
        room.run(for: .seconds(2))
        let listener = room.clients[2]
        let samples = listener.heard.suffix(24_000)
        #expect(Level.decibels(samples) > -6)
        #expect(samples.allSatisfy { abs(Int($0)) < 32_000 })
        #expect(listener.counters.samplesLimited > 20_000)
    }

    @Test func `Statistics tell who speaks, how loud, and how the path is`() throws {
        let room = try room(3)
        room.run(for: .seconds(4))
        let statistics = room.clients[1].pipeline.statistics
        #expect(statistics.isConnected)
        #expect(statistics.talkers.map(\.voice.rawValue) == [1, 3])
        #expect(statistics.talkers.map(\.isSpeaking) == [true, true])
        // −15 dBFS from one, digital silence from the other.
        #expect((14...16).contains(statistics.talkers[0].level))
        #expect(statistics.talkers[1].level == 127)
        #expect(statistics.inputLevel == 127)
        #expect(statistics.uplinkLoss == 0)
        #expect(statistics.downlinkLoss == 0)
        // A step of the simulation there, another one back.
        #expect((statistics.roundTripMilliseconds ?? -1) <= 10)
        #expect(room.clients[0].pipeline.statistics.isTransmitting)
        #expect((14...16).contains(room.clients[0].pipeline.statistics.inputLevel))
    }
}
