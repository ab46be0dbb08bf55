import AudioTestSupport
import NetworkSimulator
import Testing
import VoiceRelay
import VoiceWire

@testable import VoiceClient

/// A client that changes its address in the middle of a word goes on talking and hearing.
@Suite struct RoamingTests {
    @Test func `Talking and hearing go on from a new address`() throws {
        let room = try VirtualRoom.connected(2, seed: 1, preset: .lan)
        let speech = try TestSignal.speech()
        let mobile = room.clients[0]
        for client in room.clients { client.microphone = TestSignal.silence(48_000) + speech }
        room.run(for: .milliseconds(1_000))
        mobile.port = 6_000
        room.network.setConditions(NetworkPreset.lan.conditions, from: 6_000, to: VirtualRoom.relayPort)
        room.network.setConditions(NetworkPreset.lan.conditions, from: VirtualRoom.relayPort, to: 6_000)
        room.run(for: .milliseconds(1_500))
        #expect(room.count(.addressMoves) == 1 && room.count(.challengesSent) >= 1)
        for client in room.clients {
            let alignment = try #require(Alignment.find(speech, in: client.heard))
            let similarity = try #require(SpectralSimilarity.between(speech, client.heard, offset: alignment.offset))
            #expect(similarity > 0.9)
            // Lost is what goes to the old address until a frame has left from the new one, and a proof has followed it.
            #expect(client.counters.framesLost <= 3)
        }
    }
}
