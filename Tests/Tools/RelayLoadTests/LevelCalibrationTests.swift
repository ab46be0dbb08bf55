import Testing

@testable import RelayLoad

@Suite("How many must talk for a level")
struct LevelCalibrationTests {
    /// Runs a calibration against a relay of that cost.
    private func tries(
        wanted: Double, guess: Int, talkersMax: Int = 100, share: (Int) -> Double
    ) -> (tried: [Int], talkers: Int) {
        var calibration = LevelCalibration(wanted: wanted, guess: guess, talkersMax: talkersMax)
        var tried: [Int] = []
        while let talkers = calibration.next {
            tried.append(talkers)
            calibration.note(share: share(talkers))
        }
        return (tried, calibration.talkers)
    }

    @Test("a cost in proportion takes two tries, one if the guess was right")
    func proportional() {
        #expect(tries(wanted: 0.8, guess: 40) { Double($0) * 0.0125 } == ([40, 64], 64))
        #expect(tries(wanted: 0.8, guess: 64) { Double($0) * 0.0125 } == ([64], 64))
    }

    @Test("a relay that is full at the first try is found to be less loaded by and by")
    func saturated() {
        let found = tries(wanted: 0.8, guess: 100) { min(0.99, Double($0) * 0.0125) }
        #expect(found == ([100, 81, 65], 65))
    }

    @Test("where no number comes close, the nearest of what was tried counts, and there is an end of trying")
    func coarse() {
        // One talker is a tenth of a core.
        let found = tries(wanted: 0.25, guess: 1, talkersMax: 10) { Double($0) * 0.1 }
        #expect(found.talkers == 2 || found.talkers == 3)
        var shares = [0.5, 0.9, 0.6, 0.95, 0.4, 0.8]
        let restless = tries(wanted: 0.75, guess: 50) { _ in shares.removeFirst() }
        #expect(restless.tried.count <= LevelCalibration.triesMax)
    }

    @Test("never fewer than one nor more than all, whatever was found")
    func bounds() {
        for share in [0, 0.000_1, 1] {
            let found = tries(wanted: 0.5, guess: 200, talkersMax: 100) { _ in share }
            #expect(found.tried.allSatisfy { (1...100).contains($0) })
        }
        #expect(tries(wanted: 0.1, guess: 0) { _ in 0.9 }.tried == [1])
    }
}
