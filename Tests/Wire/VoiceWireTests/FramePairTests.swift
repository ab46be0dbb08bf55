import NetworkSimulator
import Testing
import VoiceWire

/// The sum of two frames comes out as it went in; what makes no sense is passed over.
@Suite struct FramePairTests {
    private func block(
        _ pair: FramePair, _ one: [UInt8], _ other: [UInt8], times: (UInt8, UInt8) = (8, 24), room: Int = 400
    ) -> [UInt8] {
        var bytes = [UInt8](repeating: 0xAA, count: room)
        let count = bytes.withUnsafeMutableBytes { bytes in
            one.withUnsafeBytes { one in
                other.withUnsafeBytes { other in
                    pair.write(
                        (.init(flags: 0x80, time: times.0, size: UInt8(truncatingIfNeeded: one.count)), one),
                        (.init(flags: 0x40, time: times.1, size: UInt8(truncatingIfNeeded: other.count)), other),
                        to: bytes)
                }
            }
        }
        return Array(bytes[..<count])
    }

    private func read(_ region: [UInt8]) -> [(FramePair, FramePair.Member, [UInt8])] {
        region.withUnsafeBytes { bytes in
            var reader = FramePairReader(bytes)
            var found: [(FramePair, FramePair.Member, [UInt8])] = []
            while let (pair, members, sum) = reader.next() { found.append((pair, members, Array(sum))) }
            return found
        }
    }

    /// The vector of Documentation/Protocol.md.
    @Test func `The documented vector is written and read`() {
        let pair = FramePair(near: 1, far: 3)
        let bytes: [UInt8] = [3, 7, 0x13, 0xC0, 16, 1, 0x00, 0x0F, 0xFE]
        #expect(block(pair, [0x78, 0xFF, 0xFE], [0x78, 0xF0]) == bytes)
        let found = read([1, 1, 40] + bytes)
        #expect(found.map(\.0) == [pair])
        #expect(found.map(\.1) == [.init(flags: 0xC0, time: 16, size: 1)])
        #expect(found.map(\.2) == [[0x00, 0x0F, 0xFE]])
    }

    @Test(arguments: [
        (1, 2, 1, true), (14, 15, 251, true), (0, 2, 1, false), (2, 2, 1, false), (3, 2, 1, false), (1, 16, 1, false),
        (1, 2, 252, false),
    ])
    func `Limits, and one past them`(near: Int, far: Int, byteCount: Int, fits: Bool) {
        let bytes = block(FramePair(near: near, far: far), [UInt8](repeating: 7, count: byteCount), [1])
        #expect(bytes.isEmpty == !fits)
        #expect(read(bytes).count == (fits ? 1 : 0))
    }

    @Test(arguments: [(253, true), (254, false)])
    func `Only what an earlier frame's block could say takes part`(steps: Int, fits: Bool) {
        let frame = EarlierFrame(distance: 1, sampleDistance: (steps + 2) * 120)
        #expect((FramePair.Member(frame, opusByteCount: 9) != nil) == fits)
        #expect(FramePair.Member(EarlierFrame(distance: 1, sampleDistance: 960), opusByteCount: 252) == nil)
    }

    @Test func `What does not fit its space is not written`() {
        #expect(block(FramePair(near: 1, far: 2), [1, 2, 3], [4], room: 9).count == 9)
        #expect(block(FramePair(near: 1, far: 2), [1, 2, 3], [4], room: 8).isEmpty)
    }

    @Test(
        arguments: [
            [3, 0], [3, 4, 0x13, 0, 8, 1], [3, 5, 0x31, 0, 8, 1, 7], [3, 5, 0x02, 0, 8, 1, 7],
            [3, 5, 0x11, 0, 8, 1, 7], [3, 9, 0x13, 0, 8, 1, 7], [3], [3, 255],
        ] as [[UInt8]])
    func `Blocks that make no sense are passed over`(bytes: [UInt8]) {
        #expect(read(bytes).isEmpty)
    }

    @Test func `Four are looked at, a fifth is not`() {
        let one = block(FramePair(near: 1, far: 2), [9], [8])
        #expect(read(one + one + one + one).count == 4)
        #expect(read(one + one + one + one + one).count == 4)
    }
}
