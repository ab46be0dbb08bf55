import AudioTestSupport
import NetworkSimulator
import Testing

@testable import SoundLab

/// A trial gives the same for the same seed, its figures are those of the network, and the sound arrives.
@Suite struct NetworkTrialTests {
    private func outcome(
        _ preset: NetworkPreset, _ contender: NetworkContender = .roomtone, seed: UInt64 = 1
    ) throws -> (outcome: NetworkTrial.Outcome, speech: [Int16]) {
        let speech = try TestSignal.conversation(pause: 12_000)
        let trial = NetworkTrial(
            scenario: NetworkScenario(name: "test", conditions: preset.conditions), contender: contender, seed: seed,
            speech: speech)
        return (try trial.run(), speech)
    }

    @Test func `The same seed gives the same sound, another one another`() throws {
        let first = try outcome(.mobile).outcome
        #expect(try outcome(.mobile).outcome.heard == first.heard)
        #expect(try outcome(.mobile, seed: 2).outcome.heard != first.heard)
    }

    @Test(arguments: NetworkContender.allCases)
    func `On a perfect network everything arrives and nothing is concealed or spent`(
        contender: NetworkContender
    ) throws {
        let (outcome, speech) = try outcome(.perfect, contender)
        #expect(outcome.figures.samplesConcealed <= 960)
        #expect(outcome.figures.framesReceived == UInt64(outcome.frameCount))
        #expect(outcome.redundantByteCount == 0)
        let alignment = try #require(Alignment.find(speech, in: outcome.heard))
        #expect(alignment.correlation > 0.9)
        // A frame, the codec's look-ahead and a rendering step; the baseline's 60 ms on top.
        let delay = Double(alignment.offset) / 48 - 26.5
        #expect(contender == .fixed60 ? (59...66).contains(delay) : (-1...21).contains(delay), "\(delay)")
    }

    @Test(arguments: [(NetworkPreset.loss5, 0.015), (.loss10, 0.03), (.loss20, 0.06)])
    func `What the network loses is repaired`(preset: NetworkPreset, concealedMax: Double) throws {
        let (outcome, _) = try outcome(preset)
        #expect(outcome.figures.framesLost > 10)
        #expect(outcome.redundantByteCount > outcome.opusByteCount / 2)
        #expect(outcome.figures.concealedShare < concealedMax)
        #expect(try self.outcome(preset, .fixed60).outcome.figures.concealedShare > 2 * outcome.figures.concealedShare)
    }

    @Test func `On the LAN the delay is under a frame and five milliseconds, and no copy is sent`() throws {
        let (outcome, speech) = try outcome(.lan)
        let alignment = try #require(Alignment.find(speech, in: outcome.heard))
        #expect(Double(alignment.offset) / 48 - 26.5 - 0.3 <= 25)
        #expect(outcome.redundantByteCount == 0)
        #expect(outcome.figures.samplesConcealed == 0)
    }

    @Test func `Capped, sound and copies together keep to the bitrate`() throws {
        let (outcome, speech) = try outcome(.loss10, .roomtoneCapped)
        let bits = Double(outcome.opusByteCount + outcome.redundantByteCount) * 8
        #expect(bits / (Double(speech.count) / 48_000) < 42_000)
    }
}
