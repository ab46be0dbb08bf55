import OpusCodec
import Playout
import VoiceWire

/// Frames as they arrive: with them, and out of them, come others.
extension Talker {
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
}
