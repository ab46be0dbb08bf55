import NetworkSimulator
import Testing

@testable import VoiceClient

/// What is spent follows what is reported: at once where it is needed, slowly back, never in circles, never over the cap.
@Suite struct SenderAdaptationTests {
    private typealias Report = SenderAdaptation.Report

    private func depths(_ losses: [Double], burstLength: Double = 1) -> [Int] {
        var adaptation = SenderAdaptation()
        return losses.map { adaptation.note(Report(lossShare: $0, burstLength: burstLength)).carried.blockCount }
    }

    private func steady(_ loss: Double, burstLength: Double = 1) -> SenderAdaptation.Provision {
        var adaptation = SenderAdaptation()
        for _ in 0..<60 { _ = adaptation.note(Report(lossShare: loss, burstLength: burstLength)) }
        return adaptation.provision
    }

    @Test func `On a clean path nothing is spent`() {
        #expect(steady(0) == .init(bitsPerSecond: 40_000, carried: .nothing, expectedLossPercent: 0))
        #expect(SenderAdaptation().provision == steady(0))
    }

    @Test(arguments: [
        (0.002, 0, 0), (0.0079, 0, 0), (0.0081, 0, 1), (0.01, 0, 1), (0.0149, 0, 2), (0.0151, 1, 0), (0.05, 1, 0),
        (0.119, 1, 0), (0.121, 2, 0), (0.2, 2, 0), (1, 2, 0),
    ])
    func `A steady loss is provided for`(loss: Double, blocks: Int, hint: Int) {
        let provision = steady(loss)
        #expect(provision.carried.blockCount == blocks)
        #expect(provision.expectedLossPercent == hint)
        #expect(provision.bitsPerSecond == [40_000, 32_000, 28_000][blocks])
    }

    @Test(arguments: [(0.05, 1.0), (0.05, 1.7), (0.2, 1.4)])
    func `Against losses by chance frames are carried two at a time`(loss: Double, burstLength: Double) {
        let carried = steady(loss, burstLength: burstLength).carried
        #expect(carried.first == .init(near: 1, far: 3) || burstLength > 1.5)
        #expect(loss < 0.1 || carried.second == .init(near: 2, far: 5))
    }

    @Test(arguments: [(1.8, 2, 3, 6), (2.7, 2, 3, 6), (2.8, 3, 4, 8), (4.0, 4, 6, 8), (8.0, 4, 6, 8)])
    func `Copies are spread as far as losses are long`(burstLength: Double, near: Int, single: Int, far: Int) {
        #expect(steady(0.05, burstLength: burstLength).carried == .init(.init(near: near), .init(near: far)))
        #expect(steady(0.02, burstLength: burstLength).carried == .init(.init(near: single)))
    }

    @Test func `Copies come closer again with the tenth report of short losses, not before`() {
        var adaptation = SenderAdaptation()
        for _ in 0..<60 { _ = adaptation.note(Report(lossShare: 0.2, burstLength: 4)) }
        let series = (0..<80).map { _ in adaptation.note(Report(lossShare: 0.2, burstLength: 1)).carried.first.near }
        #expect(series.prefix(9).allSatisfy { $0 == 4 })
        #expect(series.last == 1)
        #expect(zip(series, series.dropFirst()).allSatisfy { $0 >= $1 && $0 - $1 <= 1 })
    }

    @Test func `The step response up takes one to three reports`() {
        #expect(depths([0, 0.4]) == [0, 2])
        #expect(depths([0, 0.2, 0.2, 0.2]) == [0, 1, 1, 2])
        #expect(depths([0, 0.1, 0.1, 0.1]) == [0, 1, 1, 1])
        #expect(depths([0, 0.05, 0.05]) == [0, 1, 1])
    }

    @Test func `The step response down takes a step after half a minute, and another`() {
        let series = depths(Array(repeating: 0.2, count: 20) + Array(repeating: 0, count: 90))
        let ones = series[20...].firstIndex(of: 1) ?? 0
        let noughts = series.lastIndex { $0 != 0 } ?? 0
        #expect((36...52).contains(ones))
        #expect((56...80).contains(noughts))
        // One way only.
        #expect(zip(series[20...], series[21...]).allSatisfy { $0 >= $1 })
    }

    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `At a loss that lies on a threshold nothing flaps`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for loss in [0.015, 0.12] {
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
            #expect(Double(provision.bitsPerSecond) * (1 + 1.2 * Double(provision.carried.blockCount)) <= Double(cap))
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
            #expect(adaptation.note(Report(lossShare: 0.05, delayMilliseconds: delay)).bitsPerSecond >= 32_000)
        }
    }

    @Test(arguments: [Double.nan, .infinity, -1, 7, -.infinity])
    func `Nonsense does no harm`(value: Double) {
        var adaptation = SenderAdaptation()
        for _ in 0..<50 {
            let provision = adaptation.note(Report(lossShare: value, burstLength: value, delayMilliseconds: value))
            for index in 0..<2 { #expect((0...8).contains(provision.carried[index].near)) }
            #expect((16_000...128_000).contains(provision.bitsPerSecond))
            #expect((0...20).contains(provision.expectedLossPercent))
        }
    }
}
