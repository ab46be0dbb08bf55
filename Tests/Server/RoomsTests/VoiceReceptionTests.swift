import ControlWire
import Identifiers
import Testing

@testable import Rooms

/// How a listener's word on a talker gets to that talker, and to nobody else.
@Suite(.timeLimit(.minutes(1))) struct VoiceReceptionTests {
    private func speaker(_ name: String, _ harness: RoomsHarness) async throws -> (client: TestClient, voice: UInt16) {
        let client = try await harness.member(name, in: 1)
        return (client, try #require(try grant(try await client.ask(voiceConnect)).voiceID))
    }

    private func report(_ voices: UInt16..., lost: UInt32 = 5) -> ControlMessage {
        .audioQualityReport(
            packetLoss: 0.05, latency: 20, jitter: 4,
            talkers: voices.map {
                TalkerReception(
                    voiceID: $0, frames: 100, lost: lost, late: 0, bursts: lost, jitter: 4, playoutDelay: 45)
            })
    }

    @Test func theTalkerHearsOfItAlone() async throws {
        let harness = try await RoomsHarness()
        let ann = try await speaker("ann", harness)
        let bob = try await speaker("bob", harness)
        let eve = try await speaker("eve", harness)
        for client in [ann.client, bob.client, eve.client] { _ = try await client.received() }
        #expect(try await bob.client.ask(report(ann.voice)).isEmpty)
        guard case .voiceReception(let reception) = try await ann.client.received().messages.first else {
            Issue.record("ann was not told")
            return
        }
        #expect(reception.roomID == room(1) && reception.listeners == 1)
        #expect(abs(reception.packetLoss - 0.05) < 1e-6)
        #expect(try await eve.client.received().isEmpty)
        await harness.stop()
    }

    /// Neither oneself, nor somebody who is not there, nor by somebody who is not in voice.
    @Test func whatCannotBeHeardIsPassedOver() async throws {
        let harness = try await RoomsHarness()
        let ann = try await speaker("ann", harness)
        let stranger = try await harness.member("stranger", in: 1)
        _ = try await ann.client.received()
        #expect(try await ann.client.ask(report(ann.voice, ann.voice &+ 100)).isEmpty)
        #expect(try await stranger.ask(report(ann.voice)).isEmpty)
        #expect(try await ann.client.received().isEmpty)
        await harness.stop()
    }

    @Test func aReportAtTheLimitIsTakenAndOnePastItRefused() async throws {
        let harness = try await RoomsHarness()
        let ann = try await speaker("ann", harness)
        let row = TalkerReception(
            voiceID: 9, frames: 1, lost: 0, late: 0, bursts: 0, jitter: 0, playoutDelay: 0)
        func message(_ count: Int) -> ControlMessage {
            .audioQualityReport(
                packetLoss: 0, latency: 0, jitter: 0, talkers: Array(repeating: row, count: count))
        }
        #expect(try await ann.client.ask(message(ReceptionTable.talkersPerReportMax)).isEmpty)
        let answer = try await ann.client.ask(message(ReceptionTable.talkersPerReportMax + 1))
        guard case .voiceError(.invalidValue, _) = answer.messages.first else {
            Issue.record("taken")
            return
        }
        guard case .voiceError(.invalidValue, _) = try await ann.client.ask(report(9, lost: 101)).messages.first else {
            Issue.record("more lost than sent was taken")
            return
        }
        #expect(harness.counters[.valueRefused] == 2)
        await harness.stop()
    }
}
