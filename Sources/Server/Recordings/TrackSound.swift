import OpusCodec
import VoiceMixer

/// A speaker's file as sound, in its place in the recording. One owner; blocks while the disk does.
@safe final class TrackSound {
    /// Where its first sample stands in the recording, and how many there are; at 48 kHz.
    let start: Int
    let end: Int
    private var reader: OggOpusReader
    private var decoder: OpusDecoder
    /// Decoded, and not taken yet: the samples from `taken` up to `decoded`.
    private let samples: UnsafeMutableBufferPointer<Int16>
    private var taken = 0
    private var decoded = 0
    /// Samples that a player drops.
    private var skipped = OggOpusStream.preSkip
    private var hasEnded = false

    init(_ track: RecordingManifest.Track, _ folder: RecordingFolder) throws(OpusError) {
        start = Int(clamping: track.startSamples)
        end = start + Int(clamping: track.sampleCount)
        reader = OggOpusReader(path: folder.trackPath(track.number))
        decoder = try OpusDecoder()
        unsafe samples = .allocate(capacity: OpusDecoder.packetSampleCountMax)
        unsafe samples.initialize(repeating: 0)
    }

    deinit { unsafe samples.deallocate() }

    /// Adds what it has in the tick that begins at `position`. Ticks must follow one another.
    func add(to sum: borrowing TickSound, at position: Int) throws(RecordingFileError) {
        var index = max(0, start - position)
        let last = min(MixTick.sampleCount, end - position)
        while index < last {
            guard taken < decoded else {
                guard try decode() else { return }
                continue
            }
            let count = min(decoded - taken, last - index)
            let target = unsafe sum.buffer
            for offset in 0..<count { unsafe target[index + offset] += Float(samples[taken + offset]) }
            index += count
            taken += count
        }
    }

    /// Decodes the next packet. False when there is none.
    private func decode() throws(RecordingFileError) -> Bool {
        guard !hasEnded, let packet = try reader.next() else {
            hasEnded = true
            return false
        }
        (taken, decoded) = (0, 0)
        unsafe packet.withUnsafeBytes { bytes in
            guard let count = try? unsafe OpusPacket.sampleCount(of: bytes) else { return }
            // What came from outside may be no Opus inside: then there is nothing to hear for as long.
            if (try? unsafe decoder.decode(bytes, into: samples)) == nil { unsafe samples.update(repeating: 0) }
            decoded = count
        }
        let dropped = min(skipped, decoded)
        skipped -= dropped
        taken = dropped
        return true
    }
}
