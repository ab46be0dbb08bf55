import CSpeexDSP
import OpusCodec
import Playout
import VoiceWire

/// Decodes frames of 20 ms one after the other, and keeps what was not rendered yet. What both baselines share.
struct FrameByFrame: ~Copyable {
    static let sampleCount = 960

    private var decoder: OpusDecoder
    private var decoded = [Int16](repeating: 0, count: OpusDecoder.packetSampleCountMax)
    private var start = 0
    private var end = 0

    init() throws { decoder = try OpusDecoder() }

    var isEmpty: Bool { start == end }

    /// Decodes a packet, or conceals where there is none.
    mutating func put(_ packet: [UInt8]?) throws {
        start = 0
        end = try decoded.withUnsafeMutableBufferPointer { output in
            guard let packet else { return try decoder.conceal(into: output, sampleCount: Self.sampleCount) }
            return try packet.withUnsafeBytes { try decoder.decode($0, into: output) }
        }
    }

    mutating func take(into output: UnsafeMutableBufferPointer<Float>) -> Int {
        let count = min(end - start, output.count)
        for index in 0..<count { output[index] = Float(decoded[start + index]) }
        start += count
        return count
    }
}

/// A buffer of a fixed length with plain concealment: the first frame waits, all others follow it without a break.
final class FixedDelayListener: SoundListener {
    private let delayMilliseconds: Int
    private var decoder: FrameByFrame
    private var packets: [Int: [UInt8]] = [:]
    private var firstDue: MonotonicInstant?
    private var next = 0
    private(set) var figures = ListeningFigures()

    init(delayMilliseconds: Int) throws {
        self.delayMilliseconds = delayMilliseconds
        decoder = try FrameByFrame()
    }

    func receive(_ header: VoiceHeader, body: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        figures.framesReceived += 1
        // Numbers do not wrap within what is compared.
        let index = next + SequenceNumber(rawValue: UInt16(truncatingIfNeeded: next)).distance(to: header.sequence)
        if firstDue == nil {
            firstDue = now.advanced(byNanoseconds: Int64(delayMilliseconds) * 1_000_000)
            next = index
        }
        guard index >= next else {
            figures.framesLate += 1
            return
        }
        packets[index] = Array(body[..<Int(header.opusByteCount)])
    }

    func render(into output: UnsafeMutableBufferPointer<Float>, at now: MonotonicInstant) throws {
        guard let firstDue, firstDue <= now else { return }
        var done = 0
        while done < output.count {
            if decoder.isEmpty {
                let packet = packets.removeValue(forKey: next)
                next += 1
                try decoder.put(packet)
                if packet == nil {
                    figures.samplesConcealed += UInt64(FrameByFrame.sampleCount)
                } else {
                    figures.samplesPlayed += UInt64(FrameByFrame.sampleCount)
                }
            }
            done += decoder.take(into: UnsafeMutableBufferPointer(rebasing: output[done...]))
        }
    }
}

/// SpeexDSP's jitter buffer, used as its manual says: a packet or a concealment every 20 ms.
final class SpeexListener: SoundListener {
    private let buffer: OpaquePointer
    private var decoder: FrameByFrame
    private var bytes = [CChar](repeating: 0, count: VoiceWireLimits.opusBytesMax)
    private var hasBegun = false
    private(set) var figures = ListeningFigures()

    init() throws {
        decoder = try FrameByFrame()
        guard let buffer = jitter_buffer_init(Int32(FrameByFrame.sampleCount)) else {
            throw SoundLabError("SpeexDSP's jitter buffer got no memory")
        }
        self.buffer = buffer
    }

    deinit { jitter_buffer_destroy(buffer) }

    func receive(_ header: VoiceHeader, body: UnsafeRawBufferPointer, at now: MonotonicInstant) {
        figures.framesReceived += 1
        hasBegun = true
        var packet = JitterBufferPacket()
        packet.len = UInt32(header.opusByteCount)
        packet.timestamp = header.timestamp.rawValue
        packet.span = UInt32(FrameByFrame.sampleCount)
        packet.sequence = header.sequence.rawValue
        // It copies the bytes and changes none.
        packet.data = UnsafeMutablePointer(mutating: body.baseAddress?.assumingMemoryBound(to: CChar.self))
        jitter_buffer_put(buffer, &packet)
    }

    func render(into output: UnsafeMutableBufferPointer<Float>, at now: MonotonicInstant) throws {
        guard hasBegun else { return }
        var done = 0
        while done < output.count {
            if decoder.isEmpty { try decodeNext() }
            done += decoder.take(into: UnsafeMutableBufferPointer(rebasing: output[done...]))
        }
    }

    private func decodeNext() throws {
        let packet = try bytes.withUnsafeMutableBufferPointer { memory -> [UInt8]? in
            var packet = JitterBufferPacket()
            packet.data = memory.baseAddress
            packet.len = UInt32(memory.count)
            var offset: Int32 = 0
            let status = jitter_buffer_get(buffer, &packet, Int32(FrameByFrame.sampleCount), &offset)
            jitter_buffer_tick(buffer)
            guard status != JITTER_BUFFER_INTERNAL_ERROR, status != JITTER_BUFFER_BAD_ARGUMENT else {
                throw SoundLabError("SpeexDSP's jitter buffer failed with \(status)")
            }
            guard status == JITTER_BUFFER_OK else { return nil }
            return memory[..<Int(packet.len)].map { UInt8(bitPattern: $0) }
        }
        try decoder.put(packet)
        if packet == nil {
            figures.samplesConcealed += UInt64(FrameByFrame.sampleCount)
        } else {
            figures.samplesPlayed += UInt64(FrameByFrame.sampleCount)
        }
    }
}
