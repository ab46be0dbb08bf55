import AudioTestSupport
import NetworkSimulator
import OpusCodec
import Testing

@Suite struct OpusHostilePacketTests {
    @Test("Empty, overlong and oversized packets are refused at the edge")
    func edges() throws {
        let decoder = try ArrayDecoder()
        #expect(throws: OpusError.malformedPacket) { try decoder.decode([]) }
        #expect(throws: OpusError.malformedPacket) { try decoder.recoverLost(before: [], sampleCount: 960) }

        // Code 3, one CELT frame of 2.5 ms, then padding: valid for as long as the whole is.
        func padded(to length: Int) -> [UInt8] {
            let padding = length - 3 - 255
            let runs = [UInt8](repeating: 255, count: padding / 255)
            let header: [UInt8] = [0b1000_0011, 0b0100_0001] + runs + [UInt8(padding % 255)]
            return header + [UInt8](repeating: 0, count: length - header.count)
        }
        func sampleCount(_ packet: [UInt8]) throws -> Int {
            try packet.withUnsafeBytes { bytes in try OpusPacket.sampleCount(of: bytes) }
        }
        #expect(try sampleCount(padded(to: OpusPacket.bytesMax)) == 120)
        #expect(throws: OpusError.malformedPacket) { try sampleCount(padded(to: OpusPacket.bytesMax + 1)) }

        // 20 ms frames: six are 120 ms, seven are too many.
        #expect(try sampleCount([0b1001_1011, 6] + [UInt8](repeating: 0, count: 60)) == 5_760)
        #expect(throws: OpusError.malformedPacket) {
            try sampleCount([0b1001_1011, 7] + [UInt8](repeating: 0, count: 70))
        }
    }

    @Test("A packet longer than the output buffer is refused before anything is written")
    func smallOutput() throws {
        var decoder = try OpusDecoder()
        let packet = try encoded(TestSignal.speech(), OpusEncoderSettings())[5]
        var output = [Int16](repeating: 77, count: 1_000)
        let result: Result<Int, OpusError> = packet.withUnsafeBytes { packet in
            output[20..<979].withUnsafeMutableBufferPointer { target in
                do throws(OpusError) { return .success(try decoder.decode(packet, into: target)) } catch {
                    return .failure(error)
                }
            }
        }
        #expect(result == .failure(.outputTooSmall(needed: 960, actual: 959)))
        #expect(output.allSatisfy { $0 == 77 })
    }

    @Test("100,000 random and mutated packets never write outside of the buffer, and the decoder recovers")
    func fuzz() throws {
        let seed = UInt64(0x0905)
        var generator = SeededGenerator(seed: seed)
        let good = try templates()
        let reference = try encoded(TestSignal.speech(), OpusEncoderSettings())
        for channelCount in 1...2 {
            var fuzzer = try Fuzzer(channelCount: channelCount)
            for round in 0..<50_000 {
                let packet = hostilePacket(good, &generator)
                let intact = fuzzer.feed(packet, step: round)
                try #require(intact, "seed \(seed), round \(round), packet \(packet)")
            }
            #expect(fuzzer.accepted > 1_000 && fuzzer.refused > 1_000, "\(fuzzer.accepted), \(fuzzer.refused)")
            try fuzzer.expectUsable(reference)
        }
    }

    /// Good packets of every mode and duration, to be damaged.
    private func templates() throws -> [[UInt8]] {
        let speech = Array(try TestSignal.speech()[10_000..<30_000])
        return try FrameDuration.allCases.flatMap { duration in
            try [16_000, 32_000, 96_000].flatMap { bitrate in
                var settings = OpusEncoderSettings()
                settings.frameDuration = duration
                settings.bitsPerSecond = bitrate
                settings.forwardErrorCorrection = true
                settings.expectedLossPercent = 30
                return try encoded(speech, settings).prefix(4)
            }
        }
    }

    private func hostilePacket(_ good: [[UInt8]], _ generator: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<3, using: &generator) == 0 {
            let length = Int.random(in: 0...1_500, using: &generator) >> Int.random(in: 0...10, using: &generator)
            return (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
        }
        guard var packet = good.randomElement(using: &generator) else { return [] }
        for _ in 0..<Int.random(in: 1...8, using: &generator) where !packet.isEmpty {
            // Headers and lengths stand at the start: damage them more often than the rest.
            let reach = Bool.random(using: &generator) ? min(4, packet.count) : packet.count
            packet[Int.random(in: 0..<reach, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
        }
        return Array(packet.prefix(Int.random(in: 0...(2 * packet.count), using: &generator)))
    }
}

/// A decoder with guard samples around its output.
private struct Fuzzer: ~Copyable {
    private(set) var accepted = 0
    private(set) var refused = 0
    private var decoder: OpusDecoder
    private let memory: UnsafeMutableBufferPointer<Int16>
    private let output: UnsafeMutableBufferPointer<Int16>

    init(channelCount: Int) throws {
        decoder = try OpusDecoder(channelCount: channelCount)
        let size = OpusDecoder.packetSampleCountMax * channelCount
        memory = .allocate(capacity: size + 2 * Self.guardSize)
        memory.initialize(repeating: Self.guardValue)
        output = .init(rebasing: memory[Self.guardSize..<Self.guardSize + size])
    }

    deinit { memory.deallocate() }

    /// Hands the packet to a random entry point; whether the memory around the output is as it was.
    mutating func feed(_ packet: [UInt8], step: Int) -> Bool {
        let (decoded, most) = packet.withUnsafeBytes { bytes -> (Int, Int) in
            do throws(OpusError) {
                switch step % 4 {
                case 0:
                    _ = OpusPacket.hasForwardErrorCorrection(bytes)
                    return (try decoder.decodeForwardErrorCorrection(from: bytes, into: output, sampleCount: 960), 960)
                case 1: return (try decoder.conceal(into: output, sampleCount: 480), 480)
                default: return (try decoder.decode(bytes, into: output), OpusDecoder.packetSampleCountMax)
                }
            } catch {
                return (0, 0)
            }
        }
        if decoded > 0 { accepted += 1 } else { refused += 1 }
        return decoded <= most && memory.prefix(Self.guardSize).allSatisfy { $0 == Self.guardValue }
            && memory.suffix(Self.guardSize).allSatisfy { $0 == Self.guardValue }
    }

    /// Good packets still decode, and once their state has settled they sound as they should.
    mutating func expectUsable(_ packets: [[UInt8]]) throws {
        let fresh = try ArrayDecoder()
        var expected: [Int16] = []
        var actual: [Int16] = []
        for packet in packets {
            expected += try fresh.decode(packet)
            let count = try packet.withUnsafeBytes { try decoder.decode($0, into: output) }
            actual += stride(from: 0, to: count * decoder.channelCount, by: decoder.channelCount).map { output[$0] }
        }
        let foundSimilarity = SpectralSimilarity.between(expected, actual, offset: 0)
        let similarity = try #require(foundSimilarity)
        #expect(similarity > 0.95)
    }

    private static let guardSize = 64
    private static let guardValue: Int16 = 0x5A5A
}
