import NetworkSimulator
import Testing

/// Loss, bursts, duplication and delay come out at the rates that were asked for.
@Suite struct SimulatedNetworkRateTests {
    private static let datagramCount = 40_000

    /// Arrival times by sending index (duplicates left out), and the counters.
    private func run(
        _ conditions: LinkConditions, seed: UInt64, spacing: Duration = .milliseconds(20)
    ) -> (arrivals: [Duration?], counters: SimulatedNetworkCounters) {
        var network = SimulatedNetwork<Int>(seed: seed, conditions: conditions)
        var arrivals: [Duration?] = Array(repeating: nil, count: Self.datagramCount)
        func receive(until time: Duration) {
            for delivery in network.deliver(until: time) where !delivery.isDuplicate {
                arrivals[Int(delivery.serial) - 1] = delivery.time
            }
        }
        for index in 0..<Self.datagramCount {
            network.send([UInt8](repeating: 0, count: 100), from: 1, to: 2, at: spacing * index)
            receive(until: spacing * index)
        }
        receive(until: .seconds(1_000_000))
        return (arrivals, network.counters)
    }

    @Test(arguments: [0.0, 0.01, 0.05, 0.2, 1.0])
    func `Random loss is within four standard deviations`(probability: Double) {
        var link = LinkConditions()
        link.loss = .random(probability: probability)
        let lost = Double(run(link, seed: 11).counters.lost)
        let count = Double(Self.datagramCount)
        let deviation = (count * probability * (1 - probability)).squareRoot()
        #expect(abs(lost - count * probability) <= 4 * deviation)
    }

    @Test func `Bursts have the mean length and the mean loss of the model`() {
        let model = LossModel.gilbertElliott(goodToBad: 0.02, badToGood: 0.25)
        var link = LinkConditions()
        link.loss = model
        let (arrivals, counters) = run(link, seed: 12)
        let loss = Double(counters.lost) / Double(counters.sent)
        #expect(abs(loss - model.meanLoss) < 0.01)
        var bursts = 0
        for (previous, current) in zip([Duration.zero] + arrivals, arrivals) where previous != nil && current == nil {
            bursts += 1
        }
        #expect(abs(Double(counters.lost) / Double(bursts) - 4) < 0.4)
    }

    @Test func `Mean loss of a model that never turns is that of its good state`() {
        #expect(LossModel.gilbertElliott(goodToBad: 0, badToGood: 0, lossWhenGood: 0.25).meanLoss == 0.25)
    }

    @Test func `Duplicates are made at the asked rate and come after the original`() {
        var link = LinkConditions()
        link.duplicateProbability = 0.1
        link.duplicateDelay = .milliseconds(5)
        var network = SimulatedNetwork<Int>(seed: 13, conditions: link)
        for index in 0..<10_000 { network.send([UInt8(index & 255)], from: 1, to: 2, at: .milliseconds(20) * index) }
        var firstArrival: [UInt64: Duration] = [:]
        for delivery in network.deliver(until: .seconds(1_000)) {
            if delivery.isDuplicate {
                #expect(firstArrival[delivery.serial] == delivery.time - .milliseconds(5))
            } else {
                firstArrival[delivery.serial] = delivery.time
            }
        }
        #expect((880...1_120).contains(network.counters.duplicated))
    }

    @Test func `Exponential jitter has the asked mean and maximum`() {
        var link = LinkConditions()
        link.delay = .milliseconds(10)
        link.jitter = .exponential(mean: .milliseconds(4), max: .milliseconds(30))
        link.keepsOrder = false
        let arrivals = run(link, seed: 14).arrivals
        var sum = 0.0
        for (index, arrival) in arrivals.enumerated() {
            guard let arrival else { continue }
            let jitter = (arrival - .milliseconds(20) * index - .milliseconds(10)) / .milliseconds(1)
            #expect((0.0...30.000_001).contains(jitter))
            sum += jitter
        }
        #expect(abs(sum / Double(Self.datagramCount) - 4) < 0.15)
    }

    @Test func `Stalls deliver what waited at once`() {
        var link = LinkConditions()
        link.jitter = .stalls(interval: .seconds(1), length: .milliseconds(100))
        let arrivals = run(link, seed: 15).arrivals
        // Sent at 1,000…1,080 ms: all arrive at 1,100 ms; the one sent at 1,100 ms is not held.
        for index in 50..<55 { #expect(arrivals[index] == .milliseconds(1_100)) }
        #expect(arrivals[56] == .milliseconds(1_120))
    }

    @Test func `A bottleneck spaces datagrams out and drops what its queue cannot hold`() {
        var link = LinkConditions()
        link.rateLimit = RateLimit(bytesPerSecond: 10_000, queueDelayMax: .milliseconds(50))
        var network = SimulatedNetwork<Int>(seed: 16, conditions: link)
        for _ in 0..<20 { network.send([UInt8](repeating: 0, count: 100), from: 1, to: 2, at: .zero) }
        let times = network.deliver(until: .seconds(10)).map(\.time)
        // 100 bytes take 10 ms; the sixth waits exactly 50 ms, the seventh would wait longer.
        #expect(times == (1...6).map { .milliseconds(10) * $0 })
        #expect(network.counters.overflowed == 14)
    }

    @Test(arguments: NetworkPreset.allCases)
    func `Every preset loses what its model says`(preset: NetworkPreset) {
        let (_, counters) = run(preset.conditions, seed: 17)
        let loss = Double(counters.lost) / Double(counters.sent)
        #expect(abs(loss - preset.conditions.loss.meanLoss) < 0.006)
        #expect(counters.overflowed == 0)
    }
}
