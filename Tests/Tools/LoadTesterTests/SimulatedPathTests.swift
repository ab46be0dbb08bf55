import NetworkSimulator
import Testing
import VoiceSocket

@testable import LoadTester

@Suite("The simulated network does to voice what it is told")
struct SimulatedPathTests {
    @Test("options become conditions, with bursts as long as asked for")
    func conditions() {
        var options = NetworkOptions()
        #expect(LinkConditions(options) == LinkConditionsFixture.perfect)
        options.loss = 0.02
        #expect(LinkConditions(options).loss == .random(probability: 0.02))
        options.lossBurst = 4
        #expect(abs(LinkConditions(options).loss.meanLoss - 0.02) < 1e-9)
        guard case .gilbertElliott(_, let badToGood, _, _) = LinkConditions(options).loss else {
            Issue.record("bursts are a link that is good or bad")
            return
        }
        #expect(badToGood == 0.25)
        options.delayMilliseconds = 20
        options.jitterMilliseconds = 5
        options.reorder = 0.1
        let conditions = LinkConditions(options)
        #expect(conditions.delay == .milliseconds(20))
        #expect(conditions.jitter == .exponential(mean: .milliseconds(5), max: .milliseconds(50)))
        #expect(conditions.reorderProbability == 0.1)
    }

    @Test("without conditions everything passes, in both directions")
    func passes() throws {
        let relay = try DatagramSocket(binding: try #require(SocketAddress(host: "127.0.0.1", port: 0)))
        let path = try SimulatedPath(NetworkOptions(), seed: 1, deadline: .seconds(10))
        defer { path.stop() }
        let user = try DatagramSocket(connectingTo: try path.address(to: relay.localAddress))
        for number in UInt8(0)..<50 {
            _ = [number].withUnsafeBytes { user.send($0) }
            #expect(Self.receive(relay) == number)
        }
    }

    /// The next datagram's only byte. Blocks until it comes, for ten seconds at most.
    private static func receive(_ socket: DatagramSocket) -> UInt8? {
        var buffer = [UInt8](repeating: 0, count: 16)
        let deadline = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < deadline {
            if buffer.withUnsafeMutableBytes({ socket.receive(into: $0) }) == 1 { return buffer[0] }
        }
        return nil
    }
}

private enum LinkConditionsFixture {
    /// A perfect link but for how long a datagram would be held back if one were.
    static var perfect: LinkConditions {
        var conditions = LinkConditions()
        conditions.reorderDelay = .milliseconds(30)
        return conditions
    }
}
