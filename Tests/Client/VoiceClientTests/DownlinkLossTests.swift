import AudioTestSupport
import Testing
import VoiceRelay
import VoiceWire

@testable import VoiceClient

/// What counts as lost on the way from the relay: datagrams that it numbered, not frames that it did not forward.
@Suite struct DownlinkLossTests {
    @Test func `A number that is passed over is lost until it comes`() throws {
        var pair = try TransportPair()
        #expect(pair.connect() == .connected)
        let datagrams = (0..<5).map { number in
            pair.relay.make(
                .voice, [0xFC, 1], voice: VoiceID(rawValue: 2), opusByteCount: 2,
                sequence: SequenceNumber(rawValue: UInt16(number)))
        }
        // The welcome came before them.
        for (index, received, lost) in [(0, 2, 0), (2, 3, 1), (1, 4, 0), (4, 5, 1), (4, 5, 1)]
            as [(Int, UInt64, UInt64)]
        {
            _ = pair.receive(datagrams[index], at: 1)
            #expect(pair.counters.datagramsReceived == received && pair.counters.datagramsLost == lost)
        }
    }

    @Test func `Without encryption nothing is numbered`() throws {
        var pair = try TransportPair(sealed: false)
        #expect(pair.connect() == .connected)
        #expect(pair.counters.datagramsReceived == 0 && pair.counters.datagramsLost == 0)
        var counters = VoiceCounters()
        counters.framesReceived = 90
        counters.framesLost = 10
        counters.framesLate = 5
        #expect(counters.downlink == (100, 15))
        counters.datagramsReceived = 40
        counters.datagramsLost = 2
        #expect(counters.downlink == (42, 7))
    }

    @Test func `Frames of talkers who are not the loudest are no loss`() throws {
        let room = try VirtualRoom.connected(4, seed: 1, mode: .pushToTalk)
        room.loudestTalkersMax = 1
        room.publish()
        for (client, level) in zip(room.clients, [0.5, 0.05, 0.02]) {
            client.microphone = TestSignal.tone(hertz: 440, sampleCount: 240_000, level: level)
            client.pipeline.setTransmitting(true)
        }
        room.run(for: .seconds(1))
        // The loudest stops: another is heard, whose numbers went on meanwhile.
        room.clients[0].pipeline.setTransmitting(false)
        room.run(for: .seconds(3))
        let listener = room.clients[3].pipeline.statistics
        #expect(room.count(.notLoudest) > 0)
        #expect(listener.counters.framesReceived > 110)
        #expect(listener.downlinkLoss == 0)
    }
}
