import AudioTestSupport
import NetworkSimulator
import OpusCodec
import Playout
import Testing
import VoiceWire

@testable import VoiceClient

/// Frames of several talkers in one datagram: heard as if each had come alone; hostile ones are counted and survived.
@Suite struct BundleReceptionTests {
    private static let own = VoiceID(rawValue: 1)

    private struct Frame: Equatable {
        let header: VoiceHeader
        let bytes: [UInt8]
    }

    /// A record as the page draws it, with lengths of its own choosing.
    private static func record(
        _ voice: UInt16, _ sequence: UInt16 = 0, flags: UInt32 = 0, opus: [UInt8] = [0xFC, 1, 2, 3],
        blocks: [UInt8] = [], opusByteCount: Int? = nil, frameByteCount: Int? = nil
    ) -> [UInt8] {
        let frame = opus + blocks
        let word =
            flags << 28 | UInt32(opusByteCount ?? opus.count) << 11 | UInt32(frameByteCount ?? frame.count)
        var bytes = [UInt8](repeating: 0, count: BundleRecord.headerByteCount)
        bytes.withUnsafeMutableBytes {
            $0.storeBigEndian(voice, at: 0)
            $0.storeBigEndian(sequence, at: 2)
            $0.storeBigEndian(UInt32(sequence) * 960, at: 4)
            $0.storeBigEndian(word, at: 8)
        }
        return bytes + frame
    }

    /// The frames of an authentic bundle as an open session hands them out; nil when it was refused.
    private static func frames(
        _ body: [UInt8], _ pair: inout TransportPair, voice: VoiceID = own
    ) -> [Frame]? {
        let datagram = pair.relay.make(.bundle, body, voice: voice)
        return datagram.withUnsafeBytes { datagram in
            let now = MonotonicInstant(nanoseconds: 1)
            guard case .bundle(var bundle) = pair.transport.receive(datagram, at: now) else { return nil }
            var frames: [Frame] = []
            while let frame = pair.transport.nextFrame(of: &bundle) {
                frames.append(Frame(header: frame.header, bytes: Array(frame.bytes)))
            }
            return frames
        }
    }

    private static func openPair(
        sealed: Bool = true, bundleBytesMax: Int = VoiceWireLimits.datagramBytesMax
    ) throws -> TransportPair {
        var pair = try TransportPair(sealed: sealed, bundleBytesMax: bundleBytesMax)
        #expect(pair.connect() == .connected)
        return pair
    }

    @Test(arguments: [true, false])
    func `Each record becomes the frame that a datagram of its own would bring`(sealed: Bool) throws {
        var pair = try Self.openPair(sealed: sealed)
        let body =
            Self.record(2, 7, flags: 2, blocks: [1, 1, 30]) + Self.record(3, 65_535, flags: 0xF)
            + Self.record(2, 8, flags: 4, opus: [9])
        let read = Self.frames(body, &pair)
        let frames = try #require(read)
        #expect(frames.map(\.header.voice.rawValue) == [2, 3, 2])
        #expect(frames.map(\.header.sequence.rawValue) == [7, 65_535, 8])
        #expect(frames.map(\.header.timestamp.rawValue) == [6_720, 62_913_600, 7_680])
        // What is no flag of a frame stands in no frame.
        let flags: [DatagramFlags] = [.talkspurtStart, [.talkspurtStart, .talkspurtEnd], .talkspurtEnd]
        #expect(frames.map(\.header.flags) == flags)
        #expect(frames.map(\.header.opusByteCount) == [4, 4, 1])
        #expect(frames.allSatisfy { $0.header.type == .voice && $0.header.room == pair.transport.room })
        #expect(frames.map(\.bytes) == [[0xFC, 1, 2, 3, 1, 1, 30], [0xFC, 1, 2, 3], [9]])
        #expect(pair.counters.bundlesReceived == 1 && pair.counters.bundlesMalformed == 0)
    }

    @Test func `A bundle of as many bytes as were agreed on is taken and one of a byte more is not`() throws {
        for byteCount in [256, VoiceWireLimits.datagramBytesMax] {
            var pair = try Self.openPair(bundleBytesMax: byteCount)
            let room = byteCount - VoiceHeader.byteCount - SealedTrailer.byteCount - BundleRecord.headerByteCount
            let full = Self.record(
                2, opus: [UInt8](repeating: 1, count: room - 100), blocks: Array(repeating: 0, count: 100))
            let (taken, refused) = (Self.frames(full, &pair), Self.frames(full + [0], &pair))
            #expect(taken?.count == 1 && refused == nil)
            #expect(pair.counters.datagramsRejected == 1)
        }
    }

    @Test func `Without an agreement every bundle is refused`() throws {
        var pair = try Self.openPair(bundleBytesMax: 0)
        let frames = Self.frames(Self.record(2), &pair)
        #expect(frames == nil)
        #expect(pair.counters.datagramsRejected == 1 && pair.counters.bundlesReceived == 0)
    }

    @Test func `One that is addressed to somebody else, empty, or before the welcome brings nothing`() throws {
        var pair = try Self.openPair()
        let ofAnother = Self.frames(Self.record(2), &pair, voice: VoiceID(rawValue: 2))
        let empty = Self.frames([], &pair)
        #expect(ofAnother == nil && empty == nil)
        #expect(pair.counters.datagramsRejected == 2)
        var early = try TransportPair()
        let tooEarly = Self.frames(Self.record(2), &early)
        #expect(tooEarly == nil)
        #expect(early.counters.bundlesReceived == 0)
    }

    @Test func `A bundle that comes twice is heard once`() throws {
        var pair = try Self.openPair()
        let datagram = pair.relay.make(.bundle, Self.record(2) + Self.record(3))
        for _ in 0..<2 { _ = pair.receive(datagram, at: 1) }
        #expect(pair.counters.bundlesReceived == 1 && pair.counters.datagramsReplayed == 1)
    }

    /// A frame that is longer than the rest; no Opus; nothing at all; more Opus than frame; more Opus than a packet can have; half
    /// a record header; our own voice.
    private static let broken: [[UInt8]] = [
        record(3, frameByteCount: 2_047), record(3, opusByteCount: 0), record(3, opus: []), record(3, opusByteCount: 5),
        record(3, opus: [UInt8](repeating: 1, count: 1_276)), [0], Array(record(3).prefix(11)), record(1),
    ]

    @Test(arguments: BundleReceptionTests.broken)
    func `What is no record of somebody else ends the bundle, and what came before it is heard`(last: [UInt8]) throws {
        var pair = try Self.openPair()
        let read = Self.frames(Self.record(2, 5) + last + Self.record(4), &pair)
        let frames = try #require(read)
        #expect(frames.first?.header.sequence == 5)
        #expect(frames.allSatisfy { $0.header.voice.rawValue != 1 })
        #expect(frames.count == 1)
        #expect(pair.counters.bundlesMalformed == 1 && pair.counters.bundlesReceived == 1)
        #expect(pair.transport.isOpen == true)
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Bent bundles yield frames that lie inside them, or are counted`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var relay = RelayEnd()
        let client = try VirtualClient(VoiceEngineConfiguration(), relay.grant, port: 1)
        var now = MonotonicInstant(nanoseconds: 1)
        let opened = client.step(at: now).first.flatMap { relay.open($0) }
        let hello = try #require(opened)
        client.receive(relay.make(.welcome, Array(hello.1.suffix(8))), at: now)
        var pair = try Self.openPair()
        for round in 0..<100 {
            var body = (2...9).reduce(into: [UInt8]()) { body, voice in
                body += Self.record(
                    UInt16(voice), UInt16(round), opus: [0xFC] + Array(repeating: UInt8(round), count: 40))
            }
            for _ in 0..<Int.random(in: 1...8, using: &generator) {
                body[Int.random(in: 0..<body.count, using: &generator)] = .random(in: 0...255, using: &generator)
            }
            body.removeLast(Int.random(in: 0..<body.count, using: &generator))
            let malformedBefore = pair.counters.bundlesMalformed
            let read = Self.frames(body, &pair)
            let frames = try #require(read, "seed \(seed), round \(round)")
            let used = frames.reduce(0) { $0 + BundleRecord.headerByteCount + $1.bytes.count }
            #expect(
                frames.allSatisfy {
                    $0.header.voice != Self.own && (1...$0.bytes.count).contains(Int($0.header.opusByteCount))
                }, "seed \(seed), round \(round)")
            let isMalformed = pair.counters.bundlesMalformed > malformedBefore
            #expect(isMalformed == (used != body.count), "seed \(seed), round \(round)")
            client.receive(relay.make(.bundle, body), at: now)
            now = now.advanced(byMilliseconds: 20)
            _ = client.step(at: now)
        }
        #expect(pair.counters.bundlesReceived == 100 && pair.counters.bundlesMalformed > 0, "seed \(seed)")
        #expect(client.counters.bundlesMalformed == pair.counters.bundlesMalformed, "seed \(seed)")
        #expect(client.events == [.connected], "seed \(seed)")
    }
}
