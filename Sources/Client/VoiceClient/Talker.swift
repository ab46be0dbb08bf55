import OpusCodec
import Playout
import SpeechProcessing
import VoiceWire

/// One person in the room as heard here: jitter buffer, decoder, and the decoded sound that was not rendered yet.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe struct Talker: ~Copyable {
    /// Whose place this is; nil while it is free.
    private(set) var voice: VoiceID?
    /// 0…2, in addition to the master volume.
    var volume: Float = 1
    private(set) var lastArrival = MonotonicInstant(nanoseconds: 0)
    /// Counted here; the buffer counts the rest.
    private(set) var recoveredCount: UInt64 = 0
    private(set) var malformedCount: UInt64 = 0

    private var buffer: JitterBuffer
    private var decoder: OpusDecoder
    /// Decoded samples: those from `start` on, `count` of them, are still to be rendered.
    private let decoded: UnsafeMutableBufferPointer<Int16>
    private var start = 0
    private var count = 0
    /// The latest sample rendered, in front of the volume.
    private var latestSample: Float = 0
    /// Samples of the present edge, counted down from ``edgeSampleCount``: sound rises after silence and falls before
    /// it.
    private var edge = 0
    private var isSilent = true
    private var announcedLevel: UInt8?
    private var decodedLevel: UInt8 = 127
    private var gain: Float = 1

    /// Length of a fade at the edge of silence, in samples: 2.5 ms, long enough not to click, too short to be heard.
    static let edgeSampleCount = 120

    init(configuration: JitterBuffer.Configuration) throws(OpusError) {
        decoder = try OpusDecoder()
        buffer = JitterBuffer(configuration: configuration)
        unsafe decoded = .allocate(capacity: OpusDecoder.packetSampleCountMax)
        unsafe decoded.initialize(repeating: 0)
    }

    deinit { unsafe decoded.deallocate() }

    /// Gives the place to somebody.
    mutating func begin(_ voice: VoiceID, volume: Float, at now: MonotonicInstant) {
        self.voice = voice
        self.volume = volume
        gain = volume
        lastArrival = now
    }

    /// Frees the place and forgets who had it.
    mutating func end() {
        voice = nil
        buffer.reset()
        decoder.reset()
        count = 0
        latestSample = 0
        edge = 0
        isSilent = true
        announcedLevel = nil
        decodedLevel = 127
        recoveredCount = 0
        malformedCount = 0
    }

    /// Takes a frame that arrived. `extensions` are the blocks after the Opus packet.
    mutating func insert(
        _ header: VoiceHeader, _ opus: UnsafeRawBufferPointer, extensions: UnsafeRawBufferPointer,
        at now: MonotonicInstant
    ) {
        lastArrival = now
        guard let sampleCount = try? unsafe OpusPacket.sampleCount(of: opus) else {
            malformedCount += 1
            return
        }
        let level = unsafe ExtensionBlocks.audioLevel(in: extensions)
        let frame = VoiceFrame(
            sequence: header.sequence, timestamp: header.timestamp, sampleCount: sampleCount,
            startsTalkspurt: header.flags.contains(.talkspurtStart),
            endsTalkspurt: header.flags.contains(.talkspurtEnd), level: level)
        switch unsafe buffer.insert(frame, opus, at: now) {
        case .accepted: break
        case .resynchronised: decoder.reset()
        case .late, .duplicate, .malformed: return
        }
        announcedLevel = level
    }

    /// Adds the next samples, with this talker's volume times `masterVolume`, to `mix`. `now` is when the first of
    /// them will be needed.
    mutating func render(addingTo mix: UnsafeMutableBufferPointer<Float>, masterVolume: Float, at now: MonotonicInstant)
    {
        var done = 0
        let gainStep = (volume * masterVolume - gain) / Float(max(1, mix.count))
        while done < mix.count {
            if count == 0 {
                let action = buffer.next(at: now.advanced(bySamples: done), sampleCountMax: mix.count - done)
                perform(action)
                guard count > 0 else {
                    let silence = silenceCount(action, atMost: mix.count - done)
                    unsafe fall(
                        into: UnsafeMutableBufferPointer(rebasing: mix[done..<(done + silence)]), gain, gainStep)
                    gain += gainStep * Float(silence)
                    done += silence
                    continue
                }
            }
            let portion = min(count, mix.count - done)
            unsafe add(to: UnsafeMutableBufferPointer(rebasing: mix[done..<(done + portion)]), gain, gainStep)
            gain += gainStep * Float(portion)
            start += portion
            count -= portion
            done += portion
        }
    }

    /// Sound is being rendered, or will be without a further frame.
    var isSpeaking: Bool { buffer.isInTalkspurt || count > 0 }

    /// Nothing is waiting to be heard.
    var isIdle: Bool { !isSpeaking && buffer.waitingCount == 0 }

    /// 0…127 in −dBov: the talker's own measure if it sends one.
    var level: UInt8 { isSpeaking ? announcedLevel ?? decodedLevel : 127 }

    var statistics: PlayoutStatistics { buffer.statistics }

    // MARK: Decoding

    /// Puts what the action stands for into `decoded`; leaves it empty for silence.
    private mutating func perform(_ action: PlayoutAction) {
        start = 0
        switch action {
        case .silence: count = 0
        case .play(let frame):
            do {
                count = try unsafe decoder.decode(buffer.bytes(of: frame), into: decoded)
            } catch {
                malformedCount += 1
                conceal(frame.frame.sampleCount)
            }
        case .conceal(let sampleCount, let following):
            if let following, recover(sampleCount, from: following) { break }
            conceal(sampleCount)
        }
        guard count > 0 else { return }
        if isSilent { edge = Self.edgeSampleCount }
        isSilent = false
        decodedLevel = unsafe AudioLevel.negativeDecibelsOverload(of: UnsafeBufferPointer(rebasing: decoded[..<count]))
    }

    private mutating func recover(_ sampleCount: Int, from following: BufferedFrame) -> Bool {
        let bytes = unsafe buffer.bytes(of: following)
        guard unsafe OpusPacket.hasForwardErrorCorrection(bytes),
            let recovered = try? unsafe decoder.decodeForwardErrorCorrection(
                from: bytes, into: decoded, sampleCount: sampleCount)
        else { return false }
        count = recovered
        recoveredCount += 1
        return true
    }

    private mutating func conceal(_ sampleCount: Int) {
        if let concealed = try? unsafe decoder.conceal(into: decoded, sampleCount: sampleCount) {
            count = concealed
        } else {
            // The decoder refuses nothing that the buffer asks for; should it, time must pass all the same.
            unsafe UnsafeMutableBufferPointer(rebasing: decoded[..<sampleCount]).update(repeating: 0)
            count = sampleCount
        }
    }

    // MARK: Mixing

    private func silenceCount(_ action: PlayoutAction, atMost limit: Int) -> Int {
        if case .silence(let sampleCount) = action { min(sampleCount, limit) } else { limit }
    }

    private mutating func add(to mix: UnsafeMutableBufferPointer<Float>, _ gain: Float, _ gainStep: Float) {
        for index in 0..<mix.count {
            var sample = unsafe Float(decoded[start + index])
            if edge > 0 {
                sample *= 1 - Float(edge) / Float(Self.edgeSampleCount)
                edge -= 1
            }
            unsafe mix[index] += sample * (gain + gainStep * Float(index))
            latestSample = sample
        }
    }

    /// Lets the last sample fall to zero instead of breaking off.
    private mutating func fall(into mix: UnsafeMutableBufferPointer<Float>, _ gain: Float, _ gainStep: Float) {
        if !isSilent {
            isSilent = true
            edge = Self.edgeSampleCount
        }
        guard latestSample != 0 else { return }
        for index in 0..<min(edge, mix.count) {
            let sample = latestSample * Float(edge - index) / Float(Self.edgeSampleCount)
            unsafe mix[index] += sample * (gain + gainStep * Float(index))
        }
        edge = max(0, edge - mix.count)
        if edge == 0 { latestSample = 0 }
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension Talker: @unchecked Sendable {}
