import AudioTestSupport
import OpusCodec
import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Frames carried again behind later ones: written as far as they fit, heard in the place of lost ones, harmless if hostile.
@Suite struct RedundancyTests {
    private func encoder(_ depth: Int, spacing: Int = 1, bitsPerSecond: Int = 40_000) throws -> FrameEncoder {
        var settings = OpusEncoderSettings()
        settings.forwardErrorCorrection = true
        var encoder = try FrameEncoder(settings: settings)
        encoder.apply(.init(bitsPerSecond: bitsPerSecond, depth: depth, spacing: spacing, expectedLossPercent: 0))
        return encoder
    }

    /// The bodies of frames of speech: Opus length, and all bytes.
    private func bodies(_ encoder: inout FrameEncoder, count: Int) throws -> [(opus: Int, bytes: [UInt8])] {
        let speech = try TestSignal.speech("Front_Center")
        return try (0..<count).map { index in
            var space = [UInt8](repeating: 0, count: 1_333)
            let frame = Array(speech[index * 960..<(index + 1) * 960])
            let written = try frame.withUnsafeBufferPointer { frame in
                try space.withUnsafeMutableBytes { space in
                    let encoded = try encoder.encode(frame, level: 20, into: space)
                    return encoder.repeatEarlier(
                        in: space, after: encoded, sequence: SequenceNumber(rawValue: UInt16(index)),
                        timestamp: MediaTimestamp(rawValue: UInt32(index * 960)), flags: [])
                }
            }
            return (written.opusByteCount, Array(space[..<written.byteCount]))
        }
    }

    private func earlier(_ body: (opus: Int, bytes: [UInt8])) -> [(EarlierFrame, [UInt8])] {
        body.bytes[body.opus...].withUnsafeBytes { bytes in
            var reader = EarlierFrameReader(bytes)
            var found: [(EarlierFrame, [UInt8])] = []
            while let (frame, opus) = reader.next() { found.append((frame, Array(opus))) }
            return found
        }
    }

    @Test(arguments: [(0, 1), (1, 1), (2, 1), (1, 2), (2, 2)])
    func `Each frame carries those before it, byte for byte`(depth: Int, spacing: Int) throws {
        var encoder = try encoder(depth, spacing: spacing)
        let bodies = try bodies(&encoder, count: 20)
        for index in bodies.indices {
            let found = earlier(bodies[index])
            let distances = (1...2).map { $0 * spacing }.prefix(depth).filter { $0 <= index }
            #expect(found.map(\.0.distance) == Array(distances))
            for (frame, opus) in found {
                #expect(frame.sampleDistance == frame.distance * 960)
                let original = bodies[index - frame.distance]
                #expect(opus == Array(original.bytes[..<original.opus]))
            }
        }
        #expect(encoder.unrepeatedCount == 0)
        #expect((encoder.redundantByteCount > 0) == (depth > 0))
    }

    @Test func `A packet that fits no block is left out and counted`() throws {
        var encoder = try encoder(1, bitsPerSecond: 510_000)
        let bodies = try bodies(&encoder, count: 20)
        #expect(bodies.contains { $0.opus > EarlierFrame.opusBytesMax })
        #expect(encoder.unrepeatedCount > 0)
        for index in 1..<20 { #expect(earlier(bodies[index]).isEmpty == (bodies[index - 1].opus > 253)) }
    }

    @Test func `Without error correction nothing is carried, whatever is provided`() throws {
        var encoder = try FrameEncoder(settings: OpusEncoderSettings())
        encoder.apply(.init(bitsPerSecond: 24_000, depth: 2, spacing: 1, expectedLossPercent: 9))
        #expect(encoder.depth == 0)
        #expect(encoder.settings.bitsPerSecond == 24_000)
        #expect(encoder.settings.expectedLossPercent == 0)
    }

    /// A listener who gets all frames but every fifth.
    private func listen(to bodies: [(opus: Int, bytes: [UInt8])]) throws -> (heard: [Float], counters: VoiceCounters) {
        var table = TalkerTable(configuration: JitterBuffer.Configuration())
        var heard: [Float] = []
        for step in 0..<(bodies.count * 2 + 20) {
            let now = MonotonicInstant(nanoseconds: 0).advanced(byMilliseconds: step * 10)
            if step % 2 == 0, step / 2 < bodies.count, step / 2 % 5 != 4 {
                let body = bodies[step / 2]
                let header = VoiceHeader(
                    type: .voice, voice: VoiceID(rawValue: 2), room: VoiceRoomID(rawValue: 1),
                    sequence: SequenceNumber(rawValue: UInt16(step / 2)),
                    timestamp: MediaTimestamp(rawValue: UInt32(step / 2 * 960)), opusByteCount: UInt16(body.opus))
                body.bytes.withUnsafeBytes { table.insert(header, body: $0, at: now) }
            }
            var mix = [Float](repeating: 0, count: 480)
            mix.withUnsafeMutableBufferPointer { table.render(addingTo: $0, masterVolume: 1, at: now) }
            heard += mix
        }
        var record = VoiceStatisticsRecord()
        var counters = VoiceCounters()
        _ = table.report(into: &record.talkers, counters: &counters)
        return (heard, counters)
    }

    @Test func `With a fifth lost, a copy is heard in the place of nearly every lost frame`() throws {
        var encoder = try encoder(1)
        let (_, counters) = try listen(to: try bodies(&encoder, count: 60))
        #expect(counters.framesRepaired >= 8, "\(counters)")
        // Those before the delay had grown, and the hundred and twenty milliseconds after the end.
        #expect(counters.framesConcealed <= 4 + 6, "\(counters)")
    }

    @Test func `Copies that are no Opus, or claim what is not so, are counted and heard as concealment`() throws {
        var encoder = try encoder(0)
        let bodies = try bodies(&encoder, count: 60).map { body in
            // A packet of code 3 with no frames, one of three bytes that promises two frames, one far too old.
            let blocks: [UInt8] = [2, 4, 1, 8, 0xFF, 0x00, 2, 5, 1, 8, 0xFE, 0xFF, 0xFF, 2, 3, 15, 120, 0x78]
            return (opus: body.opus, bytes: body.bytes + blocks)
        }
        let (heard, counters) = try listen(to: bodies)
        #expect(counters.framesMalformed > 0)
        #expect(counters.framesReceived == 48)
        #expect(heard.allSatisfy { abs($0) <= 32_768 })
        #expect(heard.contains { abs($0) > 1_000 })
    }
}
