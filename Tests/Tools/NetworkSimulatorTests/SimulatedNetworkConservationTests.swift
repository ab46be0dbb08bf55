import NetworkSimulator
import Testing

/// No datagram appears from nowhere or vanishes uncounted.
@Suite struct SimulatedNetworkConservationTests {
    @Test(arguments: NetworkPreset.allCases, [1, 2, 3] as [UInt64])
    func `Sent and duplicated are delivered, lost, overflowed or on their way`(preset: NetworkPreset, seed: UInt64) {
        var network = SimulatedNetwork<Int>(seed: seed, conditions: preset.conditions)
        var generator = SeededGenerator(seed: seed)
        var sent: [UInt64: [UInt8]] = [:]
        var deliveredCount = 0
        for index in 0..<3_000 {
            let now = Duration.milliseconds(5) * index
            let bytes = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            sent[UInt64(index + 1)] = bytes
            network.send(bytes, from: index % 2, to: 2, at: now)
            for delivery in network.deliver(until: now) {
                deliveredCount += 1
                #expect(sent[delivery.serial] == delivery.bytes, "seed \(seed)")
                #expect(delivery.time <= now, "seed \(seed)")
            }
            let counters = network.counters
            #expect(
                counters.sent + counters.duplicated
                    == counters.delivered + counters.lost + counters.overflowed + network.inFlightCount, "seed \(seed)")
        }
        deliveredCount += network.deliver(until: .seconds(1_000)).count
        #expect(network.counters.delivered == deliveredCount)
        #expect(network.inFlightCount == 0)
    }
}
