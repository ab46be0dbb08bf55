import NetworkSimulator
import RoomClient
import Testing

struct ReconnectBackoffTests {
    /// What each of many clients waits that lost the same server.
    private func waits(retryAfter: Duration?) -> [Duration] {
        (1...200 as ClosedRange<UInt64>).map { seed in
            var backoff = ReconnectBackoff(generator: SeededGenerator(seed: seed))
            return backoff.next(retryAfter: retryAfter)
        }
    }

    /// They are all over the range: in each tenth of it there is somebody.
    private func expectSpread(_ waits: [Duration], from least: Duration, to most: Duration) {
        #expect(waits.allSatisfy { $0 >= least && $0 <= most })
        let tenths = Set(waits.map { Int(($0 - least) / (most - least) * 10) })
        #expect(tenths.isSuperset(of: 0..<10), "\(tenths.sorted())")
    }

    @Test func `clients that lost the same server come back spread over the first wait's upper half`() {
        expectSpread(waits(retryAfter: nil), from: .milliseconds(250), to: .milliseconds(500))
    }

    @Test func `clients that were asked for the same patience come back spread over half as much again`() {
        expectSpread(waits(retryAfter: .seconds(40)), from: .seconds(40), to: .seconds(60))
    }

    @Test func `patience shorter than the own wait does not shorten it`() {
        #expect(waits(retryAfter: .zero).allSatisfy { $0 >= ReconnectBackoff.delayFirst / 2 })
    }
}
