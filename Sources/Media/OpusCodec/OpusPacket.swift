import COpus

/// What can be read off an Opus packet without decoding it (RFC 6716 §3). Any thread; nothing allocates or blocks.
public enum OpusPacket {
    /// The longest packet that can hold sound: 48 frames of 1,275 bytes with their lengths. Longer ones are refused.
    public static let bytesMax = 48 * (1_275 + 2) + 2

    /// A packet of so few bytes says that there is silence until the next one (discontinuous transmission).
    public static let silenceByteCountMax = 2

    /// Samples in one channel at 48 kHz, 120…5,760. Throws ``OpusError/malformedPacket``.
    public static func sampleCount(of packet: UnsafeRawBufferPointer) throws(OpusError) -> Int {
        guard let bytes = packet.baseAddress, (1...bytesMax).contains(packet.count) else { throw .malformedPacket }
        let count = unsafe opus_packet_get_nb_samples(
            bytes.assumingMemoryBound(to: UInt8.self), Int32(packet.count), 48_000)
        guard count > 0, count <= OpusDecoder.packetSampleCountMax else { throw .malformedPacket }
        return Int(count)
    }

    /// Channels that were encoded, 1 or 2. Throws ``OpusError/malformedPacket`` for an empty packet.
    public static func channelCount(of packet: UnsafeRawBufferPointer) throws(OpusError) -> Int {
        guard let tableOfContents = unsafe packet.first else { throw .malformedPacket }
        return tableOfContents & 0b100 == 0 ? 1 : 2
    }

    /// Whether the packet carries a coarse copy of the frame before it. False for a malformed packet.
    ///
    /// libopus offers this since 1.5 only. SILK frames begin with one voice-activity bit for each 20 ms and then the
    /// bit asked for, for the middle channel and then for the side channel, uncompressed (RFC 6716 §4.2.3).
    public static func hasForwardErrorCorrection(_ packet: UnsafeRawBufferPointer) -> Bool {
        guard let start = packet.baseAddress, (1...bytesMax).contains(packet.count) else { return false }
        let tableOfContents = unsafe packet[0]
        guard tableOfContents & 0b1000_0000 == 0 else { return false }

        var size: Int32 = 0
        let offset = unsafe roomtone_opus_packet_first_frame(
            start.assumingMemoryBound(to: UInt8.self), Int32(packet.count), &size)
        guard offset > 0, size > 0, offset < packet.count else { return false }

        let flags = unsafe packet[Int(offset)]
        let activityBits = silkFramesPerFrame(tableOfContents)
        let middle = flags >> (7 - activityBits) & 1
        let side = tableOfContents & 0b100 == 0 ? 0 : flags >> (6 - 2 * activityBits) & 1
        return middle | side == 1
    }

    /// SILK frames of up to 20 ms inside one Opus frame: 1, 2 (40 ms) or 3 (60 ms); RFC 6716 table 2.
    private static func silkFramesPerFrame(_ tableOfContents: UInt8) -> Int {
        let configuration = tableOfContents >> 3
        guard configuration < 12 else { return 1 }  // hybrid frames are 10 or 20 ms
        return max(1, Int(configuration & 0b11))
    }
}
