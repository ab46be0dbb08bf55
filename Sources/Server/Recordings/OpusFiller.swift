/// Packets for the time in which nothing came: a file's time stands still without them, because a page's granule position is
/// the sum of what its packets hold (RFC 7845 §4.1).
enum OpusFiller {
    /// The shortest time that a packet can hold, 2.5 ms: all times here are multiples of it.
    static let stepSampleCount = 120
    /// Samples of a gap that a player is asked to conceal; the rest is silence, as a concealed frame fades anyway.
    static let concealedSamplesMax = 4_800

    /// Packets for a gap in which frames were lost: first such that ask the decoder to conceal, in the manner of the packet
    /// before the gap, then silence.
    /// - Parameters:
    ///   - sampleCount: a multiple of ``stepSampleCount``.
    ///   - packet: the one before the gap.
    static func loss(sampleCount: Int, after packet: [UInt8]) -> [(packet: [UInt8], sampleCount: Int)] {
        guard let first = packet.first else { return silence(ofSamples: sampleCount) }
        // RFC 6716 §3.2.1: an empty frame says that it was lost.
        let lost = [first & 0xFC]
        let frameSampleCount = frameSampleCount(tableOfContents: first)
        let lostCount = min(sampleCount, concealedSamplesMax) / frameSampleCount
        return Array(repeating: (lost, frameSampleCount), count: lostCount)
            + silence(ofSamples: sampleCount - lostCount * frameSampleCount)
    }

    /// Silence of a multiple of ``stepSampleCount``, in as few packets as there can be.
    static func silence(ofSamples sampleCount: Int) -> [(packet: [UInt8], sampleCount: Int)] {
        var rest = sampleCount
        var packets: [(packet: [UInt8], sampleCount: Int)] = []
        while rest >= stepSampleCount {
            let length = [5_760, 960, 480, 240].first { $0 <= rest } ?? stepSampleCount
            packets.append((silence(sampleCount: length), length))
            rest -= length
        }
        return packets
    }

    /// One packet of 120, 240, 480, 960 or 5,760 samples: CELT frames that hold its flag for silence only (RFC 6716 §4.3).
    static func silence(sampleCount: Int) -> [UInt8] {
        switch sampleCount {
        case 5_760: [0xFB, 6] + Array(repeating: [0xFF, 0xFE], count: 6).flatMap { $0 }  // six frames of equal length
        case 960: [0xF8, 0xFF, 0xFE]
        case 480: [0xF0, 0xFF, 0xFE]
        case 240: [0xE8, 0xFF, 0xFE]
        default: [0xE0, 0xFF, 0xFE]
        }
    }

    /// Samples at 48 kHz of one frame (RFC 6716 table 2).
    private static func frameSampleCount(tableOfContents: UInt8) -> Int {
        let configuration = Int(tableOfContents >> 3)
        switch configuration {
        case 0..<12: return [480, 960, 1_920, 2_880][configuration & 3]
        case 12..<16: return [480, 960][configuration & 1]
        default: return 120 << (configuration & 3)
        }
    }
}
