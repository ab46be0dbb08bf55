import AudioTestSupport
import Testing
import VoiceWire

@testable import VoiceClient

/// A room in which many talk: those who take bundles hear what those hear who do not.
@Suite struct BundledRoomTests {
    /// Six people who all talk, the last of whom takes no bundles.
    private func crowd() throws -> VirtualRoom {
        let room = try VirtualRoom(seed: 1)
        for number in 0..<6 {
            var configuration = VoiceEngineConfiguration()
            configuration.mode = .continuous
            configuration.takesBundles = number < 5
            let client = try room.join(configuration)
            client.microphone = TestSignal.tone(hertz: 300 + 100 * Double(number), sampleCount: 96_000, level: 0.1)
        }
        room.run(for: .seconds(2))
        return room
    }

    @Test func `Everybody hears everybody, with bundles and without`() throws {
        let room = try crowd()
        for client in room.clients {
            let counters = client.counters
            #expect(client.events == [.connected])
            #expect(client.pipeline.statistics.talkers.count == 5)
            #expect(counters.framesLost == 0 && counters.framesMalformed == 0 && counters.framesDuplicate == 0)
            #expect(counters.bundlesMalformed == 0 && counters.datagramsRejected == 0)
            // Two seconds of five talkers, less the handshake.
            #expect(counters.framesReceived > 450)
        }
        let (bundled, plain) = (room.clients[0].counters, room.clients[5].counters)
        #expect(bundled.bundlesReceived > 0 && plain.bundlesReceived == 0)
        // Fewer datagrams for as many frames.
        #expect(room.clients[0].received.count < room.clients[5].received.count / 2)
    }

    @Test func `Two who talk in turn send no bundles`() throws {
        let room = try VirtualRoom.connected(2, seed: 1, mode: .pushToTalk)
        for client in room.clients {
            client.pipeline.setTransmitting(true)
            room.run(for: .milliseconds(500))
            client.pipeline.setTransmitting(false)
            room.run(for: .milliseconds(500))
        }
        #expect(room.clients.allSatisfy { $0.counters.bundlesReceived == 0 && $0.counters.framesReceived > 20 })
    }
}
