import AudioDevice
import AudioTestSupport
import NetworkSimulator
import Testing

@Suite struct WAVReaderTests {
    @Test("Every accepted kind of sample is read, mono and stereo", arguments: [1, 2])
    func encodings(_ channels: Int) throws {
        let values = [0.0, 0.5, -0.5, 0.25, -1]
        let expected: [Int16] = [0, 16_384, -16_384, 8_192, -32_768]
        let kinds: [(WAVFormat.Encoding, tag: Int, bits: Int, bytes: (Double) -> [UInt8])] = [
            (.integer16, 1, 16, { little(Int64($0 * 32_768), 2) }),
            (.integer24, 1, 24, { little(Int64($0 * 8_388_608), 3) }),
            (.integer32, 1, 32, { little(Int64($0 * 2_147_483_648), 4) }),
            (.float32, 3, 32, { little(Int64(Float($0).bitPattern), 4) }),
        ]
        for kind in kinds {
            let data = values.flatMap { value in (0..<channels).flatMap { _ in kind.bytes(value) } }
            let chunk = formatChunk(tag: kind.tag, channels: channels, rate: 16_000, bits: kind.bits)
            let (format, samples) = try WAVReader.read(wav([("fmt ", chunk), ("data", data)]))
            #expect(format == WAVFormat(encoding: kind.0, channelCount: channels, sampleRate: 16_000))
            #expect(samples == expected)

            let extensible =
                formatChunk(tag: 0xFFFE, channels: channels, rate: 16_000, bits: kind.bits)
                + little(22, 2) + little(Int64(kind.bits), 2) + little(0, 4) + little(Int64(kind.tag), 2)
                + [UInt8](repeating: 0, count: 14)
            #expect(try WAVReader.read(wav([("fmt ", extensible), ("data", data)])).samples == expected)
        }
    }

    @Test("Stereo is mixed down, and what is no number is silence")
    func mixDown() throws {
        let stereo = formatChunk(tag: 1, channels: 2, rate: 48_000, bits: 16)
        let data = [1_000, 3_000, 32_767, 32_767, -32_768, 32_767].flatMap { little($0, 2) }
        #expect(try WAVReader.read(wav([("fmt ", stereo), ("data", data)])).samples == [2_000, 32_767, -1])
        let both = try WAVReader.read(wav([("fmt ", stereo), ("data", data)]), channelCountMax: 2).samples
        #expect(both == [1_000, 3_000, 32_767, 32_767, -32_768, 32_767])

        let float = formatChunk(tag: 3, channels: 1, rate: 48_000, bits: 32)
        let odd = [Float.nan, .infinity, 7, -7].flatMap { little(Int64($0.bitPattern), 4) }
        #expect(try WAVReader.read(wav([("fmt ", float), ("data", odd)])).samples == [0, 0, 32_767, -32_768])
    }

    @Test("Other chunks are skipped, also those of odd length")
    func otherChunks() throws {
        let chunk = formatChunk(tag: 1, channels: 1, rate: 48_000, bits: 16)
        let bytes = wav([("LIST", [1, 2, 3]), ("fmt ", chunk), ("fact", [0, 0, 0, 0]), ("data", [5, 0, 6, 0])])
        #expect(try WAVReader.read(bytes).samples == [5, 6])
    }

    @Test("Sound of unknown length, as programs write it to pipes, reaches to the end")
    func unknownLength() throws {
        var bytes = WAVWriter.file([1, 2, 3])
        for index in 40..<44 { bytes[index] = 0xFF }
        #expect(try WAVReader.read(bytes).samples == [1, 2, 3])
    }

    @Test("What is not accepted is named")
    func refused() {
        let pcm = formatChunk(tag: 1, channels: 1, rate: 48_000, bits: 16)
        let data: [UInt8] = [1, 0, 2, 0]
        let cases: [([UInt8], WAVError)] = [
            ([], .notWAV(found: "an empty file")), (Array("OggS".utf8) + data, .notWAV(found: "an Ogg file")),
            (Array("fLaC".utf8) + data, .notWAV(found: "a FLAC file")),
            (Array("ID3".utf8) + data, .notWAV(found: "an MP3 file")),
            ([0xFF, 0xFB, 0x90], .notWAV(found: "an MP3 file")),
            (Array("RIFX".utf8) + data, .notWAV(found: "a big-endian WAV file")),
            (Array("RF64".utf8) + data, .notWAV(found: "a WAV file over 4 GiB (RF64)")),
            (Array("RIFF    AVI ".utf8), .notWAV(found: "a RIFF file without sound")),
            (Array("hello".utf8), .notWAV(found: "not a sound file")),
            (kind(tag: 0x55, bits: 0), .unsupported(found: "WAV with MP3 compression (format tag 85)")),
            (kind(tag: 7, bits: 8), .unsupported(found: "WAV with µ-law compression (format tag 7)")),
            (kind(tag: 999, bits: 16), .unsupported(found: "WAV with an unknown kind of compression (format tag 999)")),
            (kind(tag: 1, bits: 8), .unsupported(found: "WAV with 8-bit integer samples")),
            (kind(tag: 3, bits: 64), .unsupported(found: "WAV with 64-bit float samples")),
            (kind(channels: 0), .unsupported(found: "WAV with 0 channels")),
            (kind(channels: 3), .unsupported(found: "WAV with 3 channels")),
            (kind(rate: 7_999), .unsupported(found: "WAV at 7999 Hz")),
            (kind(rate: 192_001), .unsupported(found: "WAV at 192001 Hz")),
            (wav([("fmt ", pcm), ("data", [])]), .empty), (wav([("fmt ", pcm), ("data", [1])]), .empty),
            (wav([("fmt ", pcm)]), .empty), (wav([]), .malformed("its format is missing")),
            (wav([("data", data), ("fmt ", pcm)]), .malformed("its sound comes before its format")),
            (wav([("fmt ", Array(pcm.prefix(15)))]), .malformed("its format is cut off")),
            (Array(WAVWriter.file([1, 2, 3]).dropLast()), .truncated(declaredBytes: 6, presentBytes: 5)),
        ]
        for (bytes, expected) in cases {
            #expect(throws: expected) { _ = try WAVReader.read(bytes) }
        }
    }

    @Test("Rates are accepted at their edges", arguments: [8_000, 192_000])
    func rateEdges(_ rate: Int) throws {
        #expect(try WAVReader.read(kind(rate: rate)).format.sampleRate == rate)
    }

    @Test("20,000 damaged files give a result or an error, never a crash")
    func fuzz() throws {
        let seed = UInt64(0x3A5)
        var generator = SeededGenerator(seed: seed)
        let good = wav([
            ("LIST", [1, 2, 3]), ("fmt ", formatChunk(tag: 1, channels: 2, rate: 44_100, bits: 24)),
            ("data", [UInt8](repeating: 7, count: 60)),
        ])
        var (read, refused) = (0, 0)
        for _ in 0..<20_000 {
            var bytes = Array(good.prefix(Int.random(in: 0...2 * good.count, using: &generator)))
            for _ in 0..<Int.random(in: 0...4, using: &generator) where !bytes.isEmpty {
                bytes[Int.random(in: bytes.indices, using: &generator)] =
                    [0, 1, 0x7F, 0xFF].randomElement(using: &generator) ?? 0
            }
            do {
                let samples = try WAVReader.read(bytes).samples
                #expect(!samples.isEmpty && samples.count <= bytes.count, "seed \(seed): \(bytes)")
                read += 1
            } catch {
                refused += 1
            }
        }
        #expect(read > 500 && refused > 500)
    }

    private func kind(tag: Int = 1, channels: Int = 1, rate: Int = 48_000, bits: Int = 16) -> [UInt8] {
        wav([("fmt ", formatChunk(tag: tag, channels: channels, rate: rate, bits: bits)), ("data", [1, 0, 2, 0])])
    }
}

/// A number in little-endian bytes.
private func little(_ number: Int64, _ byteCount: Int) -> [UInt8] {
    (0..<byteCount).map { UInt8(truncatingIfNeeded: number >> Int64(8 * $0)) }
}

private func formatChunk(tag: Int, channels: Int, rate: Int, bits: Int) -> [UInt8] {
    let frame = channels * bits / 8
    return little(Int64(tag), 2) + little(Int64(channels), 2) + little(Int64(rate), 4) + little(Int64(rate * frame), 4)
        + little(Int64(frame), 2) + little(Int64(bits), 2)
}

/// A RIFF file with these chunks, padded to even lengths.
private func wav(_ chunks: [(name: String, body: [UInt8])]) -> [UInt8] {
    let body = chunks.flatMap { chunk in
        Array(chunk.name.utf8) + little(Int64(chunk.body.count), 4) + chunk.body
            + [UInt8](repeating: 0, count: chunk.body.count % 2)
    }
    return Array("RIFF".utf8) + little(Int64(body.count + 4), 4) + Array("WAVE".utf8) + body
}
