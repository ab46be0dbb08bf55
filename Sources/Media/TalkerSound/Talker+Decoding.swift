import OpusCodec
import Playout

/// Packets into sound.
extension Talker {
    /// Decodes what comes next into `decoded`, stretched as far as the buffer wants it; leaves it empty for silence.
    mutating func decodeNext(at now: MonotonicInstant, sampleCountMax: Int) -> PlayoutAction {
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
    /// 40 ms.
    private static let farOffSampleCount = 1_920
}
