import AudioTestSupport
import OpusCodec
import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Frames carried again behind later ones: written as far as they fit, heard in the place of lost ones, harmless if hostile.
@Suite struct RedundancyTests {
    private typealias Block = SenderAdaptation.Carried.Block

    private func encoder(_ carried: SenderAdaptation.Carried, bitsPerSecond: Int = 40_000) throws -> FrameEncoder {
        var settings = OpusEncoderSettings()
        settings.forwardErrorCorrection = true
        var encoder = try FrameEncoder(settings: settings)
        encoder.apply(.init(bitsPerSecond: bitsPerSecond, carried: carried, expectedLossPercent: 0))
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

    @Test(arguments: [(0, 0), (1, 0), (3, 0), (1, 2), (2, 6), (4, 8)])
    func `Each frame carries those before it, byte for byte`(first: Int, second: Int) throws {
        var encoder = try encoder(.init(Block(near: first), Block(near: second)))
        let bodies = try bodies(&encoder, count: 20)
        for index in bodies.indices {
            let found = earlier(bodies[index])
            #expect(found.map(\.0.distance) == [first, second].filter { $0 > 0 && $0 <= index })
            for (frame, opus) in found {
                #expect(frame.sampleDistance == frame.distance * 960)
                let original = bodies[index - frame.distance]
                #expect(opus == Array(original.bytes[..<original.opus]))
            }
        }
        #expect(encoder.unrepeatedCount == 0)
        #expect((encoder.redundantByteCount > 0) == (first > 0))
    }

    @Test func `A pair is the sum of two frames, and one alone until both were sent`() throws {
        var encoder = try encoder(.init(Block(near: 1, far: 3)))
        let bodies = try bodies(&encoder, count: 20)
        for index in bodies.indices {
            bodies[index].bytes[bodies[index].opus...].withUnsafeBytes { bytes in
                var reader = FramePairReader(bytes)
                guard index >= 3, let (pair, members, sum) = reader.next() else {
                    #expect(index < 3)
                    return
                }
                #expect(pair == FramePair(near: 1, far: 3))
                let near = bodies[index - 1]
                let far = bodies[index - 3]
                #expect(members == .init(flags: 0, time: 8 ^ 24, size: UInt8(near.opus ^ far.opus)))
                let padded = [near, far].map { Array($0.bytes[..<$0.opus]) + Array(repeating: 0, count: 255) }
                #expect(Array(sum) == (0..<max(near.opus, far.opus)).map { padded[0][$0] ^ padded[1][$0] })
                #expect(reader.next() == nil)
            }
            #expect(earlier(bodies[index]).map(\.0.distance) == ((1...2).contains(index) ? [1] : []))
        }
    }

    @Test func `A packet that fits no block is left out and counted`() throws {
        var encoder = try encoder(.init(Block(near: 1)), bitsPerSecond: 510_000)
        let bodies = try bodies(&encoder, count: 20)
        #expect(bodies.contains { $0.opus > EarlierFrame.opusBytesMax })
        #expect(encoder.unrepeatedCount > 0)
        for index in 1..<20 { #expect(earlier(bodies[index]).isEmpty == (bodies[index - 1].opus > 253)) }
    }

    @Test func `Without error correction nothing is carried, whatever is provided`() throws {
        var encoder = try FrameEncoder(settings: OpusEncoderSettings())
        encoder.apply(.init(bitsPerSecond: 24_000, carried: .init(Block(near: 1)), expectedLossPercent: 9))
        #expect(encoder.carried == .nothing)
        #expect(encoder.settings.bitsPerSecond == 24_000)
        #expect(encoder.settings.expectedLossPercent == 0)
    }

    @Test(arguments: VoiceProfile.allCases)
    func `Every profile carries again what the network loses`(profile: VoiceProfile) throws {
        var encoder = try FrameEncoder(settings: profile.encoder)
        encoder.apply(.init(bitsPerSecond: 40_000, carried: .init(Block(near: 1, far: 3)), expectedLossPercent: 0))
        #expect(encoder.carried == .init(Block(near: 1, far: 3)))
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

    @Test(arguments: [(1, 0), (1, 3)])
    func `With a fifth lost, a copy is heard in the place of nearly every lost frame`(near: Int, far: Int) throws {
        var encoder = try encoder(.init(Block(near: near, far: far)))
        let (_, counters) = try listen(to: try bodies(&encoder, count: 60))
        #expect(counters.framesRepaired >= 8, "\(counters)")
        // Those before the delay had grown, and the hundred and twenty milliseconds after the end.
        #expect(counters.framesConcealed <= 4 + 6, "\(counters)")
    }

    @Test func `Copies that are no Opus, or claim what is not so, are counted and heard as concealment`() throws {
        var encoder = try encoder(.nothing)
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
