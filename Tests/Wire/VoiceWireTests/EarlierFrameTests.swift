import NetworkSimulator
import Testing
import VoiceWire

/// A frame carried again comes out as it went in; what makes no sense is passed over.
@Suite struct EarlierFrameTests {
    private func region(_ frame: EarlierFrame, _ opus: [UInt8], room: Int = 400) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: room)
        let count = bytes.withUnsafeMutableBytes { bytes in opus.withUnsafeBytes { frame.write($0, to: bytes) } }
        return Array(bytes[..<count])
    }

    private func read(_ region: [UInt8]) -> [(EarlierFrame, [UInt8])] {
        region.withUnsafeBytes { bytes in
            var reader = EarlierFrameReader(bytes)
            var found: [(EarlierFrame, [UInt8])] = []
            while let (frame, opus) = reader.next() { found.append((frame, Array(opus))) }
            return found
        }
    }

    /// The vector of Documentation/Protocol.md.
    @Test func `The documented vector is written and read`() {
        let frame = EarlierFrame(distance: 2, sampleDistance: 1_920, startsTalkspurt: true)
        let bytes: [UInt8] = [2, 5, 0x82, 16, 0x78, 0xFF, 0xFE]
        #expect(region(frame, [0x78, 0xFF, 0xFE]) == bytes)
        let found = read([1, 1, 40] + bytes)
        #expect(found.map(\.0) == [frame])
        #expect(found.map(\.1) == [[0x78, 0xFF, 0xFE]])
    }

    @Test(arguments: [
        (1, 120, 1, true), (15, 1_800, 253, true), (15, 30_600, 253, true), (0, 960, 1, false), (16, 1_920, 1, false),
        (1, 0, 1, false), (2, 120, 1, false), (1, 121, 1, false), (1, 30_720, 1, false), (1, 960, 0, false),
        (1, 960, 254, false), (-1, 960, 9, false), (1, -960, 9, false), (1, Int.max, 9, false),
    ])
    func `Limits, and one past them`(distance: Int, sampleDistance: Int, byteCount: Int, fits: Bool) {
        let frame = EarlierFrame(distance: distance, sampleDistance: sampleDistance)
        #expect(frame.fits(opusByteCount: byteCount) == fits)
        #expect(region(frame, [UInt8](repeating: 7, count: byteCount)).isEmpty == !fits)
    }

    @Test func `What does not fit its space is not written`() {
        let frame = EarlierFrame(distance: 1, sampleDistance: 960)
        #expect(region(frame, [1, 2, 3], room: 7).count == 7)
        #expect(region(frame, [1, 2, 3], room: 6).isEmpty)
    }

    @Test(
        arguments: [
            [2, 0], [2, 1, 1], [2, 2, 1, 8], [2, 3, 0, 8, 7], [2, 3, 16, 16, 7], [2, 3, 2, 1, 7], [2, 9, 1, 8, 7], [2],
            [2, 255],
        ] as [[UInt8]])
    func `Blocks that make no sense are passed over`(bytes: [UInt8]) {
        #expect(read(bytes).isEmpty)
        let good = region(EarlierFrame(distance: 1, sampleDistance: 960), [9])
        // A block that claims more than there is hides what follows; any other does not.
        let claimsTooMuch = bytes.count < 2 || Int(bytes[1]) + 2 > bytes.count
        if !claimsTooMuch { #expect(read(bytes + good).count == 1) }
    }

    @Test func `Four are looked at, a fifth is not`() {
        let one = region(EarlierFrame(distance: 1, sampleDistance: 960), [9])
        #expect(read(one + one + one + one).count == 4)
        #expect(read(one + one + one + one + one).count == 4)
    }

    @Test(arguments: 1...50 as ClosedRange<UInt64>)
    func `Bytes by chance are read within their bounds`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let bytes = (0..<Int.random(in: 0...1_333, using: &generator)).map { _ in
                Bool.random(using: &generator) ? 2 : UInt8.random(in: 0...255, using: &generator)
            }
            for (frame, opus) in read(bytes) { #expect(frame.fits(opusByteCount: opus.count), "seed \(seed)") }
        }
    }
}
