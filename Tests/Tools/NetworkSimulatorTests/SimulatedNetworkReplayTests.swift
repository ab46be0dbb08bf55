import NetworkSimulator
import Testing

/// A seed is the whole trace: the same seed repeats it, another seed does not.
@Suite struct SimulatedNetworkReplayTests {
    private func trace(seed: UInt64, preset: NetworkPreset) -> [SimulatedDelivery<Int>] {
        var network = SimulatedNetwork<Int>(seed: seed, conditions: preset.conditions)
        var deliveries: [SimulatedDelivery<Int>] = []
        for index in 0..<2_000 {
            let now = Duration.milliseconds(20) * index
            network.send([UInt8(index & 255)], from: index % 3, to: 3, at: now)
            deliveries += network.deliver(until: now)
        }
        return deliveries + network.deliver(until: .seconds(100))
    }

    @Test(arguments: [NetworkPreset.badWiFi, .mobile, .reordering])
    func `The same seed gives the same trace and another seed another one`(preset: NetworkPreset) {
        let first = trace(seed: 1, preset: preset)
        #expect(first == trace(seed: 1, preset: preset))
        #expect(first != trace(seed: 2, preset: preset))
    }

    @Test func `The generator is SplitMix64`() {
        // First outputs for seed 1234567 as published with the reference implementation.
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(generator.next() == 6_457_827_717_110_365_317)
        #expect(generator.next() == 3_203_168_211_198_807_973)
        #expect(generator.next() == 9_817_491_932_198_370_423)
    }

    @Test func `Numbers of a split generator differ from its parent's`() {
        var parent = SeededGenerator(seed: 5)
        var child = parent.split()
        #expect((0..<8).map { _ in parent.next() } != (0..<8).map { _ in child.next() })
    }

    @Test func `Losing more does not shift the jitter of what still arrives`() {
        var clean = LinkConditions()
        clean.jitter = .uniform(max: .milliseconds(50))
        clean.keepsOrder = false
        var lossy = clean
        lossy.loss = .random(probability: 0.5)
        var arrivals: [[UInt64: Duration]] = []
        for link in [clean, lossy] {
            var network = SimulatedNetwork<Int>(seed: 3, conditions: link)
            for index in 0..<500 { network.send([0], from: 1, to: 2, at: .milliseconds(20) * index) }
            let pairs = network.deliver(until: .seconds(100)).map { ($0.serial, $0.time) }
            arrivals.append(Dictionary(uniqueKeysWithValues: pairs))
        }
        #expect(arrivals[1].count < arrivals[0].count)
        for (serial, time) in arrivals[1] { #expect(arrivals[0][serial] == time) }
    }
}
