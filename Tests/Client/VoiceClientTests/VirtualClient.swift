import OpusCodec
import Playout
import VoiceWire

@testable import VoiceClient

/// A client without devices, socket, clock or thread: its microphone is an array, its speaker another one.
final class VirtualClient {
    var pipeline: VoicePipeline
    /// Where it sends from. Change it to move the client to another network.
    var port: UInt16
    let voice: VoiceID
    /// What the microphone hears, from the start of the simulation; silence afterwards. Two channels are interleaved.
    var microphone: [Int16] = []
    /// What the speaker played.
    private(set) var heard: [Int16] = []
    private(set) var events: [VoiceEngineEvent] = []
    /// Everything sent, in order.
    private(set) var sent: [[UInt8]] = []
    /// Everything that arrived, in order.
    private(set) var received: [[UInt8]] = []
    private var capturedCount = 0
    private let renderChannelCount: Int

    init(
        _ configuration: VoiceEngineConfiguration, _ grant: VoiceConnectionGrant, port: UInt16,
        renderChannelCount: Int = 1
    ) throws {
        self.renderChannelCount = renderChannelCount
        pipeline = try VoicePipeline(
            configuration, renderSampleCount: VirtualRoom.stepSamples, renderChannelCount: renderChannelCount)
        self.port = port
        voice = grant.voice
        connect(try VoiceTransport(grant, at: MonotonicInstant(nanoseconds: 0)))
    }

    func connect(_ transport: consuming VoiceTransport) {
        pipeline.connect(transport) { _ in true }
    }

    func receive(_ bytes: [UInt8], at now: MonotonicInstant) {
        received.append(bytes)
        if let event = bytes.withUnsafeBytes({ pipeline.receive($0, at: now) }) { events.append(event) }
    }

    /// Lets the time-keeping, the microphone and the speaker do what is due at `now`; gives what is sent.
    func step(at now: MonotonicInstant) -> [[UInt8]] {
        var outgoing: [[UInt8]] = []
        let emit = { (bytes: RawSpan) -> Bool in
            outgoing.append(bytes.withUnsafeBytes { Array($0) })
            return true
        }
        if let event = pipeline.tick(at: now, emit: emit) { events.append(event) }
        let frameCount = pipeline.frameSampleCount
        while MonotonicInstant(nanoseconds: 0).advanced(bySamples: capturedCount + frameCount) <= now {
            let channels = pipeline.captureChannelCount
            let frame = (capturedCount * channels..<(capturedCount + frameCount) * channels).map {
                $0 < microphone.count ? microphone[$0] : 0
            }
            frame.withUnsafeBufferPointer { pipeline.capture($0, emit: emit) }
            capturedCount += frameCount
        }
        var samples = [Int16](repeating: 0, count: VirtualRoom.stepSamples * renderChannelCount)
        samples.withUnsafeMutableBufferPointer { pipeline.render(into: $0, at: now) }
        heard += samples
        sent += outgoing
        return outgoing
    }

    /// Headers of the voice frames sent so far.
    var sentFrames: [VoiceHeader] {
        sent.compactMap { datagram in
            guard case .header(let header) = datagram.withUnsafeBytes({ VoiceHeader.parse($0) }) else { return nil }
            return header.type == .voice ? header : nil
        }
    }

    var counters: VoiceCounters { pipeline.statistics.counters }
}
