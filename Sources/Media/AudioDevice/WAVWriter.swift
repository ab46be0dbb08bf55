/// Writes WAV files as bytes: 48 kHz, mono or stereo (interleaved), 16-bit integer. Pure: any thread, no files.
public enum WAVWriter {
    /// Bytes before the first sample.
    public static let headerByteCount = 44

    /// The most sound that the header's 32-bit sizes can declare, in samples of all channels together: 12.4 hours of one.
    public static let sampleCountMax = (Int(UInt32.max) - (headerByteCount - 8)) / 2

    /// A whole file. `samples` beyond ``sampleCountMax`` are left off.
    public static func file(_ samples: [Int16], channelCount: Int = 1) -> [UInt8] {
        let samples = samples.prefix(sampleCountMax)
        return header(sampleCount: samples.count, channelCount: channelCount)
            + samples.flatMap { littleEndian(UInt16(bitPattern: $0)) }
    }

    /// The header of a file with `sampleCount` samples of all channels together, at most ``sampleCountMax``.
    public static func header(sampleCount: Int, channelCount: Int = 1) -> [UInt8] {
        let byteCount = UInt32(clamping: min(sampleCount, sampleCountMax) * 2)
        var header = Array("RIFF".utf8) + littleEndian(byteCount + UInt32(headerByteCount - 8)) + Array("WAVEfmt ".utf8)
        header += littleEndian(UInt32(16)) + littleEndian(UInt16(1)) + littleEndian(UInt16(channelCount))
        header += littleEndian(UInt32(48_000)) + littleEndian(UInt32(96_000 * channelCount))
        header += littleEndian(UInt16(2 * channelCount)) + littleEndian(UInt16(16))
        return header + Array("data".utf8) + littleEndian(byteCount)
    }

    private static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
        stride(from: 0, to: Number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> Number($0)) }
    }
}
