import AudioTestSupport
import OpusCodec

/// Encodes all whole frames of `samples`.
func encoded(_ samples: [Int16], _ settings: OpusEncoderSettings) throws -> [[UInt8]] {
    var encoder = try OpusEncoder(settings: settings)
    var output = [UInt8](repeating: 0, count: OpusEncoder.packetBytesMax)
    let size = settings.samplesPerFrame
    return try stride(from: 0, through: samples.count - size, by: size).map { start in
        let length = try samples[start..<start + size].withUnsafeBufferPointer { frame in
            try output.withUnsafeMutableBytes { try encoder.encode(frame, into: $0) }
        }
        return Array(output[0..<length])
    }
}

/// Decoder calls on arrays. A decoder cannot be copied, so it lives in a class.
final class ArrayDecoder {
    private var decoder: OpusDecoder
    private var output: [Int16]

    init(channelCount: Int = 1) throws {
        decoder = try OpusDecoder(channelCount: channelCount)
        output = [Int16](repeating: 0, count: OpusDecoder.packetSampleCountMax * channelCount)
    }

    func decode(_ packet: [UInt8]) throws -> [Int16] {
        let count = try packet.withUnsafeBytes { packet in
            try output.withUnsafeMutableBufferPointer { target in
                try decoder.decode(packet, into: target)
            }
        }
        return Array(output[0..<count * decoder.channelCount])
    }

    func recoverLost(before packet: [UInt8], sampleCount: Int) throws -> [Int16] {
        let count = try packet.withUnsafeBytes { packet in
            try output.withUnsafeMutableBufferPointer { target in
                try decoder.decodeForwardErrorCorrection(from: packet, into: target, sampleCount: sampleCount)
            }
        }
        return Array(output[0..<count * decoder.channelCount])
    }

    func conceal(sampleCount: Int) throws -> [Int16] {
        let count = try output.withUnsafeMutableBufferPointer { target in
            try decoder.conceal(into: target, sampleCount: sampleCount)
        }
        return Array(output[0..<count * decoder.channelCount])
    }

    func reset() { decoder.reset() }
}
