import NetworkSimulator
import Testing

@testable import VoiceClient

/// A queue is told from jitter.
@Suite struct QueueWatchTests {
    private func found(_ delays: [Double]) -> [Bool] {
        var watch = QueueWatch()
        return delays.map { watch.note($0) }
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `Jitter of sixty milliseconds either way is no queue`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let delays = (0..<600).map { _ in
            40 + Double.random(in: 0...60, using: &generator) + Double.random(in: 0...60, using: &generator)
        }
        // Now and then a few are slow in a row: of ten minutes' reports three at most are wrong.
        let wrong = found(delays).count { $0 }
        #expect(wrong <= 3, "seed \(seed): \(wrong)")
    }

    @Test func `Two slow round trips say nothing, three are a queue`() {
        let steady = [Double](repeating: 20, count: 10)
        #expect(!found(steady + [100, 100, 20]).contains(true))
        #expect(found(steady + [100, 100, 100]).last == true)
    }

    @Test func `What is taken for a queue has an edge`() {
        // A step adds an eighth of itself to the mean, which fades by an eighth a report: 49.47 ms are the most that is none.
        let steady = [Double](repeating: 20, count: 10)
        #expect(found(steady + [69.4, 69.4, 69.4]).last == false)
        #expect(found(steady + [69.5, 69.5, 69.5]).last == true)
    }

    @Test(arguments: [10.0, 20, 100])
    func `A queue that grows steadily is found`(step: Double) {
        #expect(found((0..<20).map { 20 + step * Double($0) }).suffix(8).allSatisfy { $0 })
    }

    @Test(arguments: [Double.infinity, -.infinity, 1e300, -1e300])
    func `A delay beyond what is possible leaves no trace for ever`(delay: Double) {
        let delays = [20, delay] + [Double](repeating: 20, count: 400) + [Double](repeating: 300, count: 3)
        #expect(found(delays).last == true)
    }
}
