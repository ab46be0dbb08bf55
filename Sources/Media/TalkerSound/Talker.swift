import OpusCodec
import Playout
import VoiceWire

/// One person in the room as heard here: jitter buffer, decoder, and the decoded sound that was not rendered yet, which is
/// stretched where the buffer wants its delay to be another.
///
/// One owner at a time. Memory is taken when it is made; nothing else allocates or blocks.
@safe package struct Talker: ~Copyable {
    /// Whose place this is; nil while it is free.
    package private(set) var voice: VoiceID?
    /// 0…2, in addition to the master volume.
    package var volume: Float = 1
    package private(set) var lastArrival = MonotonicInstant(nanoseconds: 0)
    /// Counted here; the buffer counts the rest.
    package private(set) var recoveredCount: UInt64 = 0
    package private(set) var malformedCount: UInt64 = 0

    private var buffer: JitterBuffer
    private var recovery = FrameRecovery()
    private var decoder: OpusDecoder
    /// Decoded samples that are still to be rendered.
    private var decoded: TimeStretcher
    /// Of what waits in `decoded`, the samples at its front that were invented.
    private var inventedCount = 0
    private var entry: MixEntry
    private var announcedLevel: UInt8?
    private var decodedLevel: UInt8 = 127
    private var gain: Float = 1

    /// `channelCount`, 1 or 2, is that of the mix. For two a talker is still decoded in one until a packet with two comes.
    package init(configuration: JitterBuffer.Configuration, channelCount: Int = 1) throws(OpusError) {
        decoder = try OpusDecoder(channelCountMax: channelCount)
        decoded = TimeStretcher(channelCountMax: channelCount)
        entry = MixEntry(channelCount: channelCount)
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
    package mutating func end() {
        voice = nil
        buffer.reset()
        recovery.removeAll()
        try? decoder.reset(channelCount: 1)
        decoded.removeAll()
        inventedCount = 0
        entry = MixEntry(channelCount: entry.channelCount)
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

    /// Adds the next samples, with this talker's volume times `masterVolume`, to `mix`, whose channels are interleaved. `now` is
    /// when the first of them will be needed.
    package mutating func render(
        addingTo mix: UnsafeMutableBufferPointer<Float>, masterVolume: Float, at now: MonotonicInstant
    ) {
        var done = 0
        let sampleCount = mix.count / entry.channelCount
        let gainStep = (volume * masterVolume - gain) / Float(max(1, sampleCount))
        while done < sampleCount {
            if decoded.waitingCount == 0 || inventedCount > 0 && buffer.isAwaitedReady {
                let action = decodeNext(
                    at: now.advanced(bySamples: done + decoded.waitingCount), sampleCountMax: sampleCount - done)
                guard decoded.waitingCount > 0 else {
                    let silence = silenceCount(action, atMost: sampleCount - done)
                    unsafe entry.fall(into: part(of: mix, done, silence), isPause: buffer.isInPause, gain, gainStep)
                    gain += gainStep * Float(silence)
                    done += silence
                    continue
                }
            }
            let portion = min(decoded.waitingCount, sampleCount - done)
            unsafe entry.add(
                decoded.take(portion), channelCount: decoded.channelCount, to: part(of: mix, done, portion), gain,
                gainStep)
            gain += gainStep * Float(portion)
            done += portion
            inventedCount = max(0, inventedCount - portion)
        }
    }

    private func part(
        of mix: UnsafeMutableBufferPointer<Float>, _ start: Int, _ count: Int
    ) -> UnsafeMutableBufferPointer<Float> {
        let channelCount = entry.channelCount
        return unsafe UnsafeMutableBufferPointer(
            rebasing: mix[(start * channelCount)..<((start + count) * channelCount)])
    }

    private func silenceCount(_ action: PlayoutAction, atMost limit: Int) -> Int {
        if case .silence(let sampleCount) = action { min(sampleCount, limit) } else { limit }
    }

    /// Sound is being rendered, or will be without a further frame.
    package var isSpeaking: Bool { buffer.isInTalkspurt || decoded.waitingCount > 0 }

    /// Speaks, or pauses with the key down: then a frame comes every 400 ms.
    package func holdsFloor(at now: MonotonicInstant) -> Bool {
        isSpeaking || buffer.isInPause && lastArrival.distance(to: now) < Self.pauseNanosecondsMax
    }

    /// What this talker said is being rendered, nothing that was invented.
    package var isSounding: Bool { buffer.isInTalkspurt && !buffer.isInventing }

    /// What this talker says comes by another way now: nothing is invented for frames that do not come, and none of them is lost.
    package mutating func leave() {
        guard buffer.leave() else { return }
        if inventedCount > 0 { _ = unsafe decoded.take(decoded.waitingCount) }
        inventedCount = 0
        // The next mix has an encoder of its own; somebody's own stream goes on, and is better begun from what was heard of it.
        if voice == .mix { decoder.reset() }
    }

    /// Nothing is waiting to be heard.
    package var isIdle: Bool { !isSpeaking && buffer.waitingCount == 0 }

    /// 0…127 in −dBov: the talker's own measure if it sends one.
    package var level: UInt8 { isSpeaking ? announcedLevel ?? decodedLevel : 127 }

    package var statistics: PlayoutStatistics { buffer.statistics }

    // MARK: Decoding

    /// Decodes what comes next into `decoded`, stretched as far as the buffer wants it; leaves it empty for silence.
    private mutating func decodeNext(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
        inventedCount = 0
        let action = buffer.next(at: now, sampleCountMax: sampleCountMax)
        perform(action)
        if case .conceal = action { inventedCount = decoded.waitingCount }
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
        if case .play(let frame) = action { unsafe widen(for: buffer.bytes(of: frame)) }
        let output = unsafe decoded.space(for: OpusDecoder.packetSampleCountMax)
        var count = 0
        switch action {
        case .silence: return
        case .play(let frame):
            do {
                count = try unsafe decoder.decode(buffer.bytes(of: frame), into: output)
                // What the decoder makes of a packet that says silence is not the talker's background.
                if !frame.frame.startsPause {
                    unsafe entry.observe(all(count, of: output), channelCount: decoded.channelCount)
                }
            } catch {
                malformedCount += 1
                count = unsafe conceal(frame.frame.sampleCount, into: output)
            }
        case .conceal(let sampleCount, let following):
            count = unsafe recover(sampleCount, from: following, into: output) ?? conceal(sampleCount, into: output)
        }
        entry.begin()
        decodedLevel = unsafe AudioLevel.negativeDecibelsOverload(of: all(count, of: output))
        let isFarOff = abs(buffer.wantedStretch) >= Self.farOffSampleCount
        decoded.append(count, changingAtMost: isFarOff ? Self.fastShare : Self.usualShare)
    }

    /// A talker whose packets have two channels is decoded in two from then on, where both can be heard: one who changes from
    /// packet to packet loses no more than this once what the decoder knows.
    private mutating func widen(for packet: UnsafeRawBufferPointer) {
        guard decoder.channelCountMax == 2, decoder.channelCount == 1,
            unsafe (try? OpusPacket.channelCount(of: packet)) == 2, (try? decoder.reset(channelCount: 2)) != nil
        else { return }
        decoded.widen()
    }

    /// `sampleCount` samples of each channel.
    private func all(
        _ sampleCount: Int, of output: UnsafeMutableBufferPointer<Int16>
    ) -> UnsafeBufferPointer<Int16> {
        unsafe UnsafeBufferPointer(rebasing: output[..<(sampleCount * decoded.channelCount)])
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
        unsafe UnsafeMutableBufferPointer(rebasing: output[..<(sampleCount * decoded.channelCount)])
            .update(repeating: 0)
        return sampleCount
    }

    /// By how much sound may be made shorter or longer while somebody speaks, as a share of it: hardly noticed …
    private static let usualShare = 0.15
    /// … and where the delay is far from what it should be.
    private static let fastShare = 0.3
    private static let pauseNanosecondsMax: Int64 = 1_000_000_000
    /// 40 ms.
    private static let farOffSampleCount = 1_920
}

// One owner: a value that cannot be copied, over memory of its own.
extension Talker: @unchecked Sendable {}
