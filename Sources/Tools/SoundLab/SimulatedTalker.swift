import OpusCodec
import Playout
import SpeechProcessing
import VoiceClient
import VoiceWire

/// Somebody who talks without pause: the product's encoder, blocks and policy, as datagrams of an unsealed session.
struct SimulatedTalker: ~Copyable {
    /// How speech is sent.
    struct Settings: Sendable {
        /// A client's own, but that pauses are sent as well: those it is compared with leave nothing out.
        var encoder: OpusEncoderSettings
        /// For sound and copies together.
        var bitsPerSecondMax = SenderAdaptation.Limits().bitsPerSecondMax

        init() {
            encoder = VoiceEngineConfiguration().encoder
            encoder.discontinuousTransmission = false
        }
    }

    private(set) var opusByteCount = 0
    private(set) var frameCount = 0
    var redundantByteCount: Int { Int(encoder.redundantByteCount) }
    /// What was provided, report by report.
    private(set) var provisions: [SenderAdaptation.Provision] = []

    private var encoder: FrameEncoder
    private var adaptation: SenderAdaptation
    private let samples: [Int16]
    private let frameSampleCount: Int
    private let nanosecondsPerFrame: Double

    init(_ samples: [Int16], _ settings: Settings, driftPartsPerMillion: Double) throws {
        encoder = try FrameEncoder(settings: settings.encoder)
        var limits = SenderAdaptation.Limits()
        limits.bitsPerSecondWanted = settings.encoder.bitsPerSecond
        limits.bitsPerSecondMax = settings.bitsPerSecondMax
        adaptation = SenderAdaptation(limits: limits)
        encoder.apply(adaptation.provision)
        self.samples = samples
        frameSampleCount = settings.encoder.frameDuration.sampleCount
        nanosecondsPerFrame = Double(frameSampleCount) * 62_500 / 3 * (1 + driftPartsPerMillion / 1e6)
    }

    /// When the next frame has been captured, and is sent; nil when there is no more.
    var nextDue: MonotonicInstant? {
        guard (frameCount + 1) * frameSampleCount <= samples.count else { return nil }
        return MonotonicInstant(nanoseconds: Int64(Double(frameCount + 1) * nanosecondsPerFrame))
    }

    mutating func note(_ report: SenderAdaptation.Report) {
        let provision = adaptation.note(report)
        encoder.apply(provision)
        provisions.append(provision)
    }

    /// The next frame's datagram.
    mutating func send() throws -> [UInt8] {
        let range = frameCount * frameSampleCount..<(frameCount + 1) * frameSampleCount
        let sequence = SequenceNumber(rawValue: UInt16(truncatingIfNeeded: frameCount))
        let timestamp = MediaTimestamp(rawValue: UInt32(truncatingIfNeeded: range.lowerBound))
        var flags: DatagramFlags = frameCount == 0 ? .talkspurtStart : []
        if range.upperBound + frameSampleCount > samples.count { flags.insert(.talkspurtEnd) }
        var datagram = [UInt8](repeating: 0, count: VoiceWireLimits.datagramBytesMax)
        let written = try samples.withUnsafeBufferPointer { samples in
            try datagram.withUnsafeMutableBytes { bytes in
                let frame = UnsafeBufferPointer(rebasing: samples[range])
                let space = UnsafeMutableRawBufferPointer(rebasing: bytes[VoiceHeader.byteCount...])
                let encoded = try encoder.encode(
                    frame, level: AudioLevel.negativeDecibelsOverload(of: frame), into: space)
                let written = encoder.repeatEarlier(
                    in: space, after: encoded, sequence: sequence, timestamp: timestamp, flags: flags)
                let whole = UnsafeMutableRawBufferPointer(
                    rebasing: bytes[..<(VoiceHeader.byteCount + written.byteCount)])
                VoiceHeader(
                    type: .voice, flags: flags, voice: VoiceID(rawValue: 1), room: VoiceRoomID(rawValue: 1),
                    sequence: sequence, timestamp: timestamp,
                    payloadByteCount: UInt16(written.byteCount), opusByteCount: UInt16(written.opusByteCount)
                ).write(to: whole)
                return written
            }
        }
        frameCount += 1
        opusByteCount += written.opusByteCount
        return Array(datagram[..<(VoiceHeader.byteCount + written.byteCount)])
    }
}
