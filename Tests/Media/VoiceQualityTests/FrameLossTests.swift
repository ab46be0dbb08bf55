import NetworkSimulator
import Testing
import VoiceQuality

@Suite("Loss is told with how much of it came together")
struct FrameLossTests {
    @Test("nothing lost is no loss, and nothing owed neither")
    func none() {
        #expect(FrameLoss(owedCount: 100, lostCount: 0, burstCount: 0) == .none)
        #expect(FrameLoss(owedCount: 0, lostCount: 0, burstCount: 0) == .none)
    }

    @Test("counts that cannot be are held to what can be")
    func impossible() {
        #expect(FrameLoss(owedCount: 10, lostCount: 20, burstCount: 1).fraction == 1)
        #expect(FrameLoss(owedCount: 10, lostCount: -1, burstCount: 3) == .none)
        #expect(FrameLoss(owedCount: 10, lostCount: 4, burstCount: 9).burstRatio == 1)
        #expect(FrameLoss(owedCount: 10, lostCount: 4, burstCount: 0).burstRatio == 2.4)
    }

    @Test("random loss has a ratio of 1, bursts of four one of about four", arguments: [UInt64(1), 2, 3])
    func ratios(seed: UInt64) {
        #expect((0.99...1.03).contains(Self.burstRatio(of: .random(probability: 0.1), seed)), "seed \(seed)")
        // 5 % in bursts of four on average: four over what random loss would have, 1 / 0.95.
        let bursty = Self.burstRatio(of: .gilbertElliott(goodToBad: 0.25 * 0.05 / 0.95, badToGood: 0.25), seed)
        #expect((3.6...4.0).contains(bursty), "seed \(seed): \(bursty)")
    }

    private static func burstRatio(of loss: LossModel, _ seed: UInt64) -> Double {
        var conditions = LinkConditions()
        conditions.loss = loss
        var network = SimulatedNetwork<Int>(seed: seed, conditions: conditions)
        var (lostCount, burstCount, wasLost) = (0, 0, false)
        let owedCount = 200_000
        for frame in 0..<owedCount {
            let time = Duration.milliseconds(20 * frame)
            network.send([1], from: 0, to: 1, at: time)
            let isLost = network.deliver(until: time).isEmpty
            if isLost { lostCount += 1 }
            if isLost && !wasLost { burstCount += 1 }
            wasLost = isLost
        }
        return FrameLoss(owedCount: owedCount, lostCount: lostCount, burstCount: burstCount).burstRatio
    }
}
