import AudioTestSupport
import Foundation
import Identifiers
import JSONText
import OpusCodec
import VoiceWire

@testable import Recordings

/// Opus packets of a tone, made by the real encoder, 20 ms each.
enum TonePackets {
    static func make(count: Int, hertz: Double = 440, channels: Int = 1) throws -> [[UInt8]] {
        var settings = OpusEncoderSettings()
        settings.channelCount = channels
        var encoder = try OpusEncoder(settings: settings)
        var packets: [[UInt8]] = []
        for index in 0..<count {
            let samples = (0..<960 * channels).map { offset in
                Int16(16_000 * sin(2 * .pi * hertz * Double(index * 960 + offset / channels) / 48_000))
            }
            packets.append(try encode(samples, with: &encoder))
        }
        return packets
    }

    private static func encode(_ samples: [Int16], with encoder: inout OpusEncoder) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: VoiceWireLimits.opusBytesMax)
        let count = try samples.withUnsafeBufferPointer { source in
            try bytes.withUnsafeMutableBytes { target in try encoder.encode(source, into: target) }
        }
        return Array(bytes[..<count])
    }
}

/// What a recorded file holds, read without libogg: a second opinion on it.
struct OggContent {
    var packets: [[UInt8]] = []
    var granule: UInt64 = 0
    var pageCount = 0
    var isEnded = false

    init(_ bytes: [UInt8]) {
        var index = 0
        var open: [UInt8] = []
        while index + 27 <= bytes.count, Array(bytes[index..<index + 4]) == Array("OggS".utf8) {
            let segmentCount = Int(bytes[index + 26])
            let sizes = bytes[index + 27..<index + 27 + segmentCount]
            var body = index + 27 + segmentCount
            for size in sizes {
                open += bytes[body..<body + Int(size)]
                body += Int(size)
                if size < 255 {
                    packets.append(open)
                    open = []
                }
            }
            granule = bytes[index + 6..<index + 14].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            isEnded = bytes[index + 5] & 4 != 0
            pageCount += 1
            index = body
        }
        precondition(index == bytes.count, "a page that ends in the middle")
    }

    init(path: String) throws { self.init(Array(try Data(contentsOf: URL(fileURLWithPath: path)))) }

    /// Without the two headers.
    var sound: ArraySlice<[UInt8]> { packets.dropFirst(2) }

    /// Sound in 48 kHz samples, from the packets themselves.
    var soundSampleCount: Int {
        sound.reduce(0) { sum, packet in
            sum + (packet.withUnsafeBytes { try? OpusPacket.sampleCount(of: $0) } ?? 0)
        }
    }
}

let millisecond: UInt64 = 1_000_000
let second: UInt64 = 1_000_000_000

extension RecordedFrame {
    /// Frame `number` of a talker whose clock agrees with the server's: 20 ms each.
    static func frame(
        _ number: Int, _ opus: [UInt8], voice: UInt16 = 1, at nanoseconds: UInt64? = nil, start: Bool = false,
        extensions: [UInt8] = []
    ) -> RecordedFrame {
        RecordedFrame(
            room: VoiceRoomID(rawValue: 1), voice: VoiceID(rawValue: voice),
            sequence: SequenceNumber(rawValue: UInt16(truncatingIfNeeded: number)),
            timestamp: MediaTimestamp(rawValue: UInt32(truncatingIfNeeded: number * 960)), startsTalkspurt: start,
            arrivalNanoseconds: nanoseconds ?? second + UInt64(number) * 20 * millisecond, opus: opus,
            extensions: extensions)
    }
}

extension EarlierFrame {
    /// A block with a frame that was sent `distance` frames before.
    static func block(_ opus: [UInt8], distance: Int) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: opus.count + overheadByteCount)
        let frame = EarlierFrame(distance: distance, sampleDistance: distance * 960)
        let count = opus.withUnsafeBytes { source in
            block.withUnsafeMutableBytes { frame.write(source, to: $0) }
        }
        precondition(count == block.count)
        return block
    }
}
