import NetworkSimulator
import Testing

@testable import RoomClient

struct ClientMessageIDTests {
    @Test func `names sort by their time and are as the wire wants them`() {
        var generator = SeededGenerator(seed: 1)
        let times: [Int64] = [0, 1, 31, 32, 1_000, 1_790_000_000_000, 1_790_000_000_001, 35_000_000_000_000]
        let names = times.map { ClientMessageID.make(milliseconds: $0, using: &generator) }
        #expect(names == names.sorted())
        for name in names {
            #expect(name.utf8.count == 28)
            #expect(name.utf8.allSatisfy { (0x21...0x7E).contains($0) })
        }
    }

    @Test func `names of one millisecond differ`() {
        let names = (0..<1_000).map { _ in ClientMessageID.make() }
        #expect(Set(names).count == names.count)
    }
}
