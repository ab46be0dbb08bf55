import NetworkSimulator
import Testing

/// Reordering really reorders, and nothing reorders that was not asked to.
@Suite struct SimulatedNetworkOrderTests {
    private func serials(_ conditions: LinkConditions, count: Int = 2_000) -> ([UInt64], SimulatedNetworkCounters) {
        var network = SimulatedNetwork<Int>(seed: 21, conditions: conditions)
        for index in 0..<count { network.send([0], from: 1, to: 2, at: .milliseconds(20) * index) }
        let deliveries = network.deliver(until: .seconds(1_000)).filter { !$0.isDuplicate }
        return (deliveries.map(\.serial), network.counters)
    }

    @Test func `Held back datagrams arrive after later ones`() {
        let (order, counters) = serials(NetworkPreset.reordering.conditions)
        #expect(order != order.sorted())
        // One in ten is held back by 30 ms at 20 ms spacing: it is overtaken unless its successor is held back too.
        #expect((140...220).contains(counters.reordered))
        #expect(counters.reordered <= counters.heldBack)
    }

    @Test func `Jitter keeps order unless told otherwise`() {
        var link = LinkConditions()
        link.jitter = .uniform(max: .milliseconds(100))
        #expect(serials(link).0 == Array(1...2_000))
        link.keepsOrder = false
        let (order, counters) = serials(link)
        #expect(order != order.sorted())
        #expect(counters.reordered > 100)
    }

    @Test func `Datagrams of one instant keep the order of sending`() {
        var network = SimulatedNetwork<Int>(seed: 22)
        for index in 0..<100 { network.send([UInt8(index)], from: 1, to: index % 4, at: .zero) }
        #expect(network.deliver(until: .zero).map { $0.bytes[0] } == Array(0..<100))
    }

    @Test func `Deliveries come in the order of time across links`() {
        var slow = LinkConditions()
        slow.delay = .milliseconds(50)
        var network = SimulatedNetwork<Int>(seed: 23)
        network.setConditions(slow, from: 1, to: 2)
        network.send([1], from: 1, to: 2, at: .zero)
        network.send([2], from: 2, to: 1, at: .milliseconds(10))
        #expect(network.nextDeliveryTime == .milliseconds(10))
        #expect(network.deliver(until: .milliseconds(9)).isEmpty)
        #expect(network.deliver(until: .milliseconds(49)).map(\.bytes) == [[2]])
        #expect(network.nextDeliveryTime == .milliseconds(50))
        #expect(network.deliver(until: .milliseconds(50)).map(\.bytes) == [[1]])
        #expect(network.nextDeliveryTime == nil)
    }
}
