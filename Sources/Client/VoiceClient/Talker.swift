import OpusCodec
import Playout
import SpeechProcessing
import VoiceWire

/// One person in the room as heard here: jitter buffer, decoder, and the decoded sound that was not rendered yet, which is
/// stretched where the buffer wants its delay to be another.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe package struct Talker: ~Copyable {
    /// Whose place this is; nil while it is free.
    package private(set) var voice: VoiceID?
    /// 0…2, in addition to the master volume.
    var volume: Float = 1
    private(set) var lastArrival = MonotonicInstant(nanoseconds: 0)
    /// Counted here; the buffer counts the rest.
    private(set) var recoveredCount: UInt64 = 0
    private(set) var malformedCount: UInt64 = 0

    private var buffer: JitterBuffer
    private var recovery = FrameRecovery()
    private var decoder: OpusDecoder
    /// Decoded samples that are still to be rendered.
    private var decoded = TimeStretcher()
    /// The latest sample rendered, in front of the volume.
    private var latestSample: Float = 0
    /// Samples of the present edge, counted down from ``edgeSampleCount``: sound rises after silence and falls before
    /// it.
    private var edge = 0
    private var isSilent = true
    private var announcedLevel: UInt8?
    private var decodedLevel: UInt8 = 127
    private var gain: Float = 1
    private var noise = ComfortNoise()

    /// Length of a fade at the edge of silence, in samples: 2.5 ms, long enough not to click, too short to be heard.
    static let edgeSampleCount = 120

    package init(configuration: JitterBuffer.Configuration) throws(OpusError) {
        decoder = try OpusDecoder()
        buffer = JitterBuffer(configuration: configuration)
    }

    /// Gives the place to somebody.
    package mutating func begin(_ voice: VoiceID, volume: Float, at now: MonotonicInstant) {
        self.voice = voice
        self.volume = volume
        gain = volume
        lastArrival = now
    }

    /// Frees the place and forgets who had it.
    mutating func end() {
        voice = nil
        buffer.reset()
        recovery.removeAll()
        decoder.reset()
        decoded.removeAll()
        noise = ComfortNoise()
        latestSample = 0
        edge = 0
        isSilent = true
        announcedLevel = nil
        decodedLevel = 127
        recoveredCount = 0
        malformedCount = 0
    }

    /// Takes a frame that arrived. `extensions` are the blocks after the Opus packet, which may hold frames sent before.
    package mutating func insert(
        _ header: VoiceHeader, _ opus: UnsafeRawBufferPointer, extensions: UnsafeRawBufferPointer,
        at now: MonotonicInstant
    ) {
        lastArrival = now
        let isInserted = unsafe insert(
            VoiceFrame(
                sequence: header.sequence, timestamp: header.timestamp, sampleCount: 0,
                startsTalkspurt: header.flags.contains(.talkspurtStart),
                endsTalkspurt: header.flags.contains(.talkspurtEnd)), opus, at: now)
        if isInserted { announcedLevel = unsafe ExtensionBlocks.audioLevel(in: extensions) }
        unsafe insertEarlier(header, extensions, at: now)
        unsafe insertRecovered(header, extensions, at: now)
    }

    private mutating func insertEarlier(
        _ header: VoiceHeader, _ extensions: UnsafeRawBufferPointer, at now: MonotonicInstant
    ) {
        var reader = unsafe EarlierFrameReader(extensions)
        while let (earlier, opus) = unsafe reader.next() {
            let frame = VoiceFrame(
                sequence: header.sequence.advanced(by: -earlier.distance),
                timestamp: header.timestamp.advanced(by: -earlier.sampleDistance), sampleCount: 0,
                startsTalkspurt: earlier.startsTalkspurt, endsTalkspurt: earlier.endsTalkspurt, isCopy: true)
            _ = unsafe insert(frame, opus, at: now)
        }
    }

    /// Lost frames that this frame, or a pair that came with it, lets be worked out.
    private mutating func insertRecovered(
        _ header: VoiceHeader, _ extensions: UnsafeRawBufferPointer, at now: MonotonicInstant
    ) {
        var reader = unsafe FramePairReader(extensions)
        while let (pair, members, sum) = unsafe reader.next() {
            unsafe recovery.note(pair, members, sum, carrier: header.sequence, timestamp: header.timestamp)
        }
        while let (found, opus) = unsafe recovery.next() {
            let frame = VoiceFrame(
                sequence: found.sequence, timestamp: found.timestamp, sampleCount: 0,
                startsTalkspurt: found.startsTalkspurt, endsTalkspurt: found.endsTalkspurt, isCopy: true)
            _ = unsafe insert(frame, opus, at: now)
        }
    }

    /// The frame with the length that its packet says; whether it is going to be heard.
    private mutating func insert(
        _ frame: VoiceFrame, _ opus: UnsafeRawBufferPointer, at now: MonotonicInstant
    ) -> Bool {
        var frame = frame
        guard let sampleCount = try? unsafe OpusPacket.sampleCount(of: opus) else {
            malformedCount += 1
            return false
        }
        frame.sampleCount = sampleCount
        frame.startsPause = opus.count <= OpusPacket.silenceByteCountMax
        frame.carriesPrevious = unsafe !frame.isCopy && OpusPacket.hasForwardErrorCorrection(opus)
        switch unsafe buffer.insert(frame, opus, at: now) {
        case .accepted:
            unsafe keep(frame, opus)
            return true
        case .resynchronised:
            decoder.reset()
            recovery.removeAll()
            unsafe keep(frame, opus)
            return true
        case .late:
            // Too late to be heard, in time to work out another.
            unsafe keep(frame, opus)
            return false
        case .duplicate, .malformed: return false
        }
    }

    private mutating func keep(_ frame: VoiceFrame, _ opus: UnsafeRawBufferPointer) {
        unsafe recovery.note(
            frame.sequence, frame.timestamp, startsTalkspurt: frame.startsTalkspurt, endsTalkspurt: frame.endsTalkspurt,
            opus)
    }

    /// Adds the next samples, with this talker's volume times `masterVolume`, to `mix`. `now` is when the first of
    /// them will be needed.
    package mutating func render(
        addingTo mix: UnsafeMutableBufferPointer<Float>, masterVolume: Float, at now: MonotonicInstant
    ) {
        var done = 0
        let gainStep = (volume * masterVolume - gain) / Float(max(1, mix.count))
        while done < mix.count {
            if decoded.waitingCount == 0 {
                let action = decodeNext(at: now.advanced(bySamples: done), sampleCountMax: mix.count - done)
                guard decoded.waitingCount > 0 else {
                    let silence = silenceCount(action, atMost: mix.count - done)
                    unsafe fall(
                        into: UnsafeMutableBufferPointer(rebasing: mix[done..<(done + silence)]), gain, gainStep)
                    gain += gainStep * Float(silence)
                    done += silence
                    continue
                }
            }
            let portion = min(decoded.waitingCount, mix.count - done)
            unsafe add(
                decoded.take(portion), to: UnsafeMutableBufferPointer(rebasing: mix[done..<(done + portion)]), gain,
                gainStep)
            gain += gainStep * Float(portion)
            done += portion
        }
    }

    /// Sound is being rendered, or will be without a further frame.
    package var isSpeaking: Bool { buffer.isInTalkspurt || decoded.waitingCount > 0 }

    /// Speaks, or pauses with the key down: then a frame comes every 400 ms.
    func holdsFloor(at now: MonotonicInstant) -> Bool {
        isSpeaking || buffer.isInPause && lastArrival.distance(to: now) < Self.pauseNanosecondsMax
    }

    /// Nothing is waiting to be heard.
    package var isIdle: Bool { !isSpeaking && buffer.waitingCount == 0 }

    /// 0…127 in −dBov: the talker's own measure if it sends one.
    var level: UInt8 { isSpeaking ? announcedLevel ?? decodedLevel : 127 }

    package var statistics: PlayoutStatistics { buffer.statistics }

    // MARK: Decoding

    /// Decodes what comes next into `decoded`, stretched as far as the buffer wants it; leaves it empty for silence.
    private mutating func decodeNext(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
        let action = buffer.next(at: now, sampleCountMax: sampleCountMax)
        perform(action)
        // Frames of less than 20 ms are too short, each by itself, for the lowest voices.
        while buffer.wantedStretch < 0, decoded.waitingCount < TimeStretcher.shorteningSampleCountMin,
            buffer.isNextReady
        {
            perform(buffer.next(at: now.advanced(bySamples: decoded.waitingCount), sampleCountMax: sampleCountMax))
        }
        let changed = decoded.stretch(by: buffer.wantedStretch, onlyQuiet: buffer.stretchesQuietOnly)
        if changed != 0 { buffer.noteStretch(by: changed) }
        return action
    }

    private mutating func perform(_ action: PlayoutAction) {
        let output = unsafe decoded.space(for: OpusDecoder.packetSampleCountMax)
        var count = 0
        switch action {
        case .silence: return
        case .play(let frame):
            do {
                count = try unsafe decoder.decode(buffer.bytes(of: frame), into: output)
                // What the decoder makes of a packet that says silence is not the talker's background.
                if !frame.frame.startsPause { unsafe noise.observe(UnsafeBufferPointer(rebasing: output[..<count])) }
            } catch {
                malformedCount += 1
                count = unsafe conceal(frame.frame.sampleCount, into: output)
            }
        case .conceal(let sampleCount, let following):
            count = unsafe recover(sampleCount, from: following, into: output) ?? conceal(sampleCount, into: output)
        }
        if isSilent { edge = Self.edgeSampleCount }
        isSilent = false
        decodedLevel = unsafe AudioLevel.negativeDecibelsOverload(of: UnsafeBufferPointer(rebasing: output[..<count]))
        let isFarOff = abs(buffer.wantedStretch) >= Self.farOffSampleCount
        decoded.append(count, changingAtMost: isFarOff ? Self.fastShare : Self.usualShare)
    }

    private mutating func recover(
        _ sampleCount: Int, from following: BufferedFrame?, into output: UnsafeMutableBufferPointer<Int16>
    ) -> Int? {
        guard let following else { return nil }
        let bytes = unsafe buffer.bytes(of: following)
        guard unsafe OpusPacket.hasForwardErrorCorrection(bytes),
            let recovered = try? unsafe decoder.decodeForwardErrorCorrection(
                from: bytes, into: output, sampleCount: sampleCount)
        else { return nil }
        recoveredCount += 1
        return recovered
    }

    private mutating func conceal(_ sampleCount: Int, into output: UnsafeMutableBufferPointer<Int16>) -> Int {
        if let concealed = try? unsafe decoder.conceal(into: output, sampleCount: sampleCount) { return concealed }
        // The decoder refuses nothing that the buffer asks for; should it, time must pass all the same.
        unsafe UnsafeMutableBufferPointer(rebasing: output[..<sampleCount]).update(repeating: 0)
        return sampleCount
    }

    /// By how much sound may be made shorter or longer while somebody speaks, as a share of it: hardly noticed …
    private static let usualShare = 0.15
    /// … and where the delay is far from what it should be.
    private static let fastShare = 0.3
    private static let pauseNanosecondsMax: Int64 = 1_000_000_000
    /// 40 ms.
    private static let farOffSampleCount = 1_920

    // MARK: Mixing

    private func silenceCount(_ action: PlayoutAction, atMost limit: Int) -> Int {
        if case .silence(let sampleCount) = action { min(sampleCount, limit) } else { limit }
    }

    private mutating func add(
        _ samples: UnsafeBufferPointer<Int16>, to mix: UnsafeMutableBufferPointer<Float>, _ gain: Float,
        _ gainStep: Float
    ) {
        for index in 0..<mix.count {
            var sample = unsafe Float(samples[index])
            if edge > 0 {
                let weight = Float(edge) / Float(Self.edgeSampleCount)
                sample += (noise.next(isWanted: false) - sample) * weight
                edge -= 1
            }
            unsafe mix[index] += sample * (gain + gainStep * Float(index))
            latestSample = sample
        }
    }

    /// Lets the last sample fall to zero instead of breaking off, or to the talker's background in a pause.
    private mutating func fall(into mix: UnsafeMutableBufferPointer<Float>, _ gain: Float, _ gainStep: Float) {
        if !isSilent {
            isSilent = true
            edge = Self.edgeSampleCount
        }
        let isPause = buffer.isInPause
        for index in 0..<mix.count {
            let weight = Float(edge) / Float(Self.edgeSampleCount)
            let sample = latestSample * weight + noise.next(isWanted: isPause)
            unsafe mix[index] += sample * (gain + gainStep * Float(index))
            if edge > 0 { edge -= 1 }
        }
        if edge == 0 { latestSample = 0 }
    }
}

// One owner: a value that cannot be copied, over memory of its own.
extension Talker: @unchecked Sendable {}
