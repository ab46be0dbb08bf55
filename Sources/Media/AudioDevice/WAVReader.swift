/// Reads WAV files as bytes. Pure: any thread, no files.
public enum WAVReader {
    /// The sound in `bytes` at the file's own rate, and its format. Where it has more than `channelCountMax` channels (1 or 2)
    /// they are mixed down to one; two are interleaved.
    public static func read(
        _ bytes: [UInt8], channelCountMax: Int = 1
    ) throws(WAVError) -> (format: WAVFormat, samples: [Int16]) {
        guard text(bytes, 0) == "RIFF", text(bytes, 8) == "WAVE" else { throw .notWAV(found: kind(of: bytes)) }
        var format: WAVFormat?
        var position = 12
        while position + 8 <= bytes.count {
            let name = text(bytes, position)
            let size = Int(number32(bytes, position + 4))
            let body = position + 8
            if name == "fmt " {
                guard size >= 16, body + size <= bytes.count else { throw .malformed("its format is cut off") }
                format = try readFormat(bytes[body..<body + size])
            } else if name == "data" {
                guard let format else { throw .malformed("its sound comes before its format") }
                return (format, try readSamples(bytes, body, size, format, mixesDown: channelCountMax == 1))
            }
            position = body + size + size % 2  // chunks begin at even offsets
        }
        throw format == nil ? .malformed("its format is missing") : .empty
    }

    private static func readFormat(_ chunk: ArraySlice<UInt8>) throws(WAVError) -> WAVFormat {
        let bytes = Array(chunk)
        var tag = number16(bytes, 0)
        if tag == extensibleTag {
            guard bytes.count >= 40 else { throw .malformed("its extended format is cut off") }
            tag = number16(bytes, 24)  // the subformat identifier begins with the tag
        }
        let channelCount = number16(bytes, 2)
        let sampleRate = Int(number32(bytes, 4))
        let bitCount = number16(bytes, 14)
        let encoding = try encoding(tag: tag, bitCount: bitCount)
        guard (1...2).contains(channelCount) else { throw .unsupported(found: "WAV with \(channelCount) channels") }
        guard (8_000...192_000).contains(sampleRate) else { throw .unsupported(found: "WAV at \(sampleRate) Hz") }
        guard number16(bytes, 12) == encoding.byteCount * channelCount else {
            throw .malformed("its frame size contradicts its sample size")
        }
        return WAVFormat(encoding: encoding, channelCount: channelCount, sampleRate: sampleRate)
    }

    private static func encoding(tag: Int, bitCount: Int) throws(WAVError) -> WAVFormat.Encoding {
        switch (tag, bitCount) {
        case (1, 16): return .integer16
        case (1, 24): return .integer24
        case (1, 32): return .integer32
        case (3, 32): return .float32
        case (1, _): throw .unsupported(found: "WAV with \(bitCount)-bit integer samples")
        case (3, _): throw .unsupported(found: "WAV with \(bitCount)-bit float samples")
        default:
            let name = compressionNames[tag] ?? "an unknown kind of"
            throw .unsupported(found: "WAV with \(name) compression (format tag \(tag))")
        }
    }

    private static func readSamples(
        _ bytes: [UInt8], _ start: Int, _ declared: Int, _ format: WAVFormat, mixesDown: Bool
    ) throws(WAVError) -> [Int16] {
        let present = bytes.count - start
        // Programs that write to a pipe cannot know the size and leave the greatest number.
        let size = declared == Int(UInt32.max) ? present : declared
        guard size <= present else { throw .truncated(declaredBytes: declared, presentBytes: present) }
        let frameCount = size / format.frameByteCount
        guard frameCount > 0 else { throw .empty }
        // What is added up for one sample of the result.
        let summed = mixesDown ? format.channelCount : 1
        return (0..<frameCount * format.channelCount / summed).map { index in
            var sum = 0.0
            for part in 0..<summed {
                sum += sample(bytes, start + (index * summed + part) * format.encoding.byteCount, format.encoding)
            }
            let mixed = (sum / Double(summed)).rounded()
            return Int16(min(max(mixed, -32_768), 32_767))
        }
    }

    /// One sample on the scale of 16 bits. What is no number is silence.
    private static func sample(_ bytes: [UInt8], _ offset: Int, _ encoding: WAVFormat.Encoding) -> Double {
        switch encoding {
        case .integer16:
            return Double(Int16(truncatingIfNeeded: number16(bytes, offset)))
        case .integer24:
            let high = Int32(Int8(bitPattern: bytes[offset + 2])) << 16
            return Double(high | Int32(number16(bytes, offset))) / 256
        case .integer32:
            return Double(Int32(bitPattern: number32(bytes, offset))) / 65_536
        case .float32:
            let value = Double(Float(bitPattern: number32(bytes, offset)))
            return value.isFinite ? min(max(value, -1), 1) * 32_768 : 0
        }
    }

    /// What bytes that are not WAV look like, for the error.
    private static func kind(of bytes: [UInt8]) -> String {
        switch text(bytes, 0) {
        case "OggS": return "an Ogg file"
        case "fLaC": return "a FLAC file"
        case "FORM": return "an AIFF file"
        case "RIFX": return "a big-endian WAV file"
        case "RF64": return "a WAV file over 4 GiB (RF64)"
        case "RIFF": return "a RIFF file without sound"
        default: break
        }
        if bytes.isEmpty { return "an empty file" }
        let isMP3 =
            bytes.starts(with: Array("ID3".utf8)) || bytes.count > 1 && bytes[0] == 0xFF && bytes[1] & 0xE0 == 0xE0
        return isMP3 ? "an MP3 file" : "not a sound file"
    }

    /// Four characters, or nothing past the end.
    private static func text(_ bytes: [UInt8], _ offset: Int) -> String {
        offset + 4 <= bytes.count ? String(decoding: bytes[offset..<offset + 4], as: UTF8.self) : ""
    }

    private static func number16(_ bytes: [UInt8], _ offset: Int) -> Int {
        Int(bytes[offset]) | Int(bytes[offset + 1]) << 8
    }

    private static func number32(_ bytes: [UInt8], _ offset: Int) -> UInt32 {
        UInt32(number16(bytes, offset)) | UInt32(number16(bytes, offset + 2)) << 16
    }

    private static let extensibleTag = 0xFFFE
    private static let compressionNames = [
        2: "ADPCM", 6: "A-law", 7: "µ-law", 0x11: "IMA ADPCM", 0x31: "GSM", 0x50: "MPEG", 0x55: "MP3", 0xFF: "AAC",
    ]
}
