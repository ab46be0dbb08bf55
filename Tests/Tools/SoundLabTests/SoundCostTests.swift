import AudioTestSupport
import Testing

@testable import SoundLab

/// What the call of four is made of; how long it takes is no matter of tests.
@Suite struct SoundCostTests {
    private func cost() throws -> SoundCost {
        let recordings = try TestSignal.speechClips.map {
            SpeechRecording(name: $0, samples: try TestSignal.speech($0))
        }
        return SoundCost(speech: recordings, seed: 1)
    }

    @Test func `Everybody is heard, and clocks that differ are followed by stretching`() throws {
        let report = try cost().run(rounds: 2, secondsPerRound: 3)
        #expect(report.rounds.count == 2)
        #expect(
            report.rounds.allSatisfy { $0.microphonePercent > 0 && $0.encodingPercent > 0 && $0.hearingPercent > 0 })
        #expect(report.stretchedPercent > 0.01 && report.stretchedPercent < 2, "\(report.stretchedPercent) %")
        #expect(report.concealedPercent < 1, "\(report.concealedPercent) %")
    }

    @Test(arguments: [(0, 1), (101, 1), (1, 0), (1, 61)])
    func `Rounds and seconds out of range are refused`(rounds: Int, seconds: Int) throws {
        let cost = try cost()
        #expect(throws: SoundLabError.self) { _ = try cost.run(rounds: rounds, secondsPerRound: seconds) }
    }

    @Test func `The whole is the sum of its parts, and the middle of its rounds`() {
        var report = SoundCost.Report(secondsPerRound: 5)
        report.rounds = [3.0, 1, 2, 8].map {
            SoundCost.Round(microphonePercent: $0, encodingPercent: 1, hearingPercent: 0.5, allocations: 0)
        }
        #expect(report.percent.least == 2.5)
        #expect(report.percent.median == 4)
        #expect(report.percent.most == 9.5)
        #expect(report.text.contains("| all | 4.00 % | 2.50 to 9.50 % |"))
    }
}
