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
    package internal(set) var lastArrival = MonotonicInstant(nanoseconds: 0)
    /// Counted here; the buffer counts the rest.
    package internal(set) var recoveredCount: UInt64 = 0
    package internal(set) var malformedCount: UInt64 = 0

    var buffer: JitterBuffer
    var recovery = FrameRecovery()
    var decoder: OpusDecoder
    /// Decoded samples that are still to be rendered.
    var decoded: TimeStretcher
    /// Of what waits in `decoded`, the samples at its front that were invented.
    var inventedCount = 0
    var entry: MixEntry
    var announcedLevel: UInt8?
    var decodedLevel: UInt8 = 127
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

    private static let pauseNanosecondsMax: Int64 = 1_000_000_000
}

// One owner: a value that cannot be copied, over memory of its own.
extension Talker: @unchecked Sendable {}
