import NetworkSimulator
import Testing

@testable import VoiceClient

/// What is spent follows what is reported: at once where it is needed, slowly back, never in circles, never over the cap.
@Suite struct SenderAdaptationTests {
    private typealias Report = SenderAdaptation.Report

    private func depths(_ losses: [Double], burstLength: Double = 1) -> [Int] {
        var adaptation = SenderAdaptation()
        return losses.map { adaptation.note(Report(lossShare: $0, burstLength: burstLength)).depth }
    }

    private func steady(_ loss: Double, burstLength: Double = 1) -> SenderAdaptation.Provision {
        var adaptation = SenderAdaptation()
        for _ in 0..<60 { _ = adaptation.note(Report(lossShare: loss, burstLength: burstLength)) }
        return adaptation.provision
    }

    @Test func `On a clean path nothing is spent`() {
        #expect(steady(0) == .init(bitsPerSecond: 40_000, depth: 0, spacing: 1, expectedLossPercent: 0))
        #expect(SenderAdaptation().provision == steady(0))
    }

    @Test(arguments: [
        (0.002, 0, 0), (0.005, 0, 1), (0.01, 0, 1), (0.03, 1, 0), (0.05, 1, 0), (0.1, 2, 0), (0.2, 2, 0), (1, 2, 0),
    ])
    func `A steady loss is provided for`(loss: Double, depth: Int, hint: Int) {
        #expect(steady(loss).depth == depth)
        #expect(steady(loss).expectedLossPercent == hint)
        #expect(steady(loss).spacing == 1)
    }

    @Test(arguments: [(1.0, 1), (1.7, 1), (2.0, 2), (3.0, 2), (8.0, 2)])
    func `Copies are spread as far as losses are long`(burstLength: Double, spacing: Int) {
        #expect(steady(0.05, burstLength: burstLength).spacing == spacing)
    }

    @Test func `The step response up takes one to three reports`() {
        #expect(depths([0, 0.2]) == [0, 2])
        #expect(depths([0, 0.1, 0.1, 0.1]) == [0, 1, 1, 2])
        #expect(depths([0, 0.05, 0.05]) == [0, 1, 1])
    }

    @Test func `The step response down takes a step after half a minute, and another`() {
        let series = depths(Array(repeating: 0.2, count: 20) + Array(repeating: 0, count: 90))
        let ones = series.firstIndex(of: 1) ?? 0
        let noughts = series.lastIndex { $0 != 0 } ?? 0
        #expect((36...52).contains(ones))
        #expect((56...80).contains(noughts))
        // One way only.
        #expect(zip(series[20...], series[21...]).allSatisfy { $0 >= $1 })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `At a loss that lies on a threshold nothing flaps`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for loss in [0.015, 0.06] {
            // Reports of fifty frames each.
            let losses = (0..<600).map { _ in Double((0..<50).filter { _ in generator.chance(loss) }.count) / 50 }
            let series = depths(losses)
            let changes = zip(series, series.dropFirst()).filter { $0 != $1 }.count
            #expect(changes <= 12, "seed \(seed), loss \(loss): \(changes) changes in ten minutes")
        }
    }

    @Test(arguments: [16_000, 20_000, 40_000, 64_000, 128_000])
    func `Sound and copies together stay under the cap`(cap: Int) {
        var limits = SenderAdaptation.Limits()
        limits.bitsPerSecondMax = cap
        var adaptation = SenderAdaptation(limits: limits)
        for _ in 0..<60 {
            let provision = adaptation.note(Report(lossShare: 0.3))
            #expect(provision.bitsPerSecond * (1 + provision.depth) <= cap)
            #expect(provision.bitsPerSecond >= 16_000)
        }
    }

    @Test func `A queue that grows takes bitrate down to the least, and one that is gone gives it back`() {
        var adaptation = SenderAdaptation()
        for _ in 0..<10 { _ = adaptation.note(Report(lossShare: 0, delayMilliseconds: 20)) }
        #expect(adaptation.provision.bitsPerSecond == 40_000)
        var rates: [Int] = []
        for step in 1...40 {
            rates.append(adaptation.note(Report(lossShare: 0, delayMilliseconds: 20 + 20 * Double(step))).bitsPerSecond)
        }
        #expect(rates.contains { $0 < 40_000 && $0 > 16_000 })
        #expect(zip(rates, rates.dropFirst()).allSatisfy { $0 >= $1 })
        #expect(rates.last == 16_000)
        for _ in 0..<60 { _ = adaptation.note(Report(lossShare: 0, delayMilliseconds: 20)) }
        #expect(adaptation.provision.bitsPerSecond == 40_000)
    }

    @Test func `Jitter of thirty milliseconds is no queue, loss without delay takes no bitrate`() {
        var generator = SeededGenerator(seed: 4)
        var adaptation = SenderAdaptation()
        for _ in 0..<300 {
            let delay = Double.random(in: 20...50, using: &generator)
            #expect(adaptation.note(Report(lossShare: 0.05, delayMilliseconds: delay)).bitsPerSecond == 40_000)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -1, 7, -.infinity])
    func `Nonsense does no harm`(value: Double) {
        var adaptation = SenderAdaptation()
        for _ in 0..<50 {
            let provision = adaptation.note(Report(lossShare: value, burstLength: value, delayMilliseconds: value))
            #expect((0...2).contains(provision.depth))
            #expect((1...2).contains(provision.spacing))
            #expect((16_000...128_000).contains(provision.bitsPerSecond))
            #expect((0...20).contains(provision.expectedLossPercent))
        }
    }
}
