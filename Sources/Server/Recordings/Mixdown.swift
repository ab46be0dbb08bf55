import OpusCodec
import VoiceMixer

/// Makes a recording's mix: sums the speakers' files up, and nothing else, so that nobody is in it who is in none.
///
/// A piece at a time, so that whoever owns it can do other things in between. One owner; blocks while the disk does. Memory: some
/// 60 KB for each speaker whose file has begun and not ended where the mix is.
@safe final class Mixdown {
    enum Failure: Error, Equatable {
        case file(RecordingFileError)
        case codec(OpusError)
        /// What all recordings may take is taken.
        case noRoom

        /// For people.
        var reason: String {
            switch self {
            case .file(let error): error.reason
            case .codec(let error): "\(error)"
            case .noRoom: "there is no more room for recordings"
            }
        }
    }

    /// Of the mix, in bit/s.
    static let bitsPerSecond = 64_000

    private let folder: RecordingFolder
    /// Those who have not begun yet, the last to begin first.
    private var waiting: [RecordingManifest.Track]
    private var sounding: [TrackSound] = []
    private let sampleCount: Int
    /// Where the next tick begins in the recording.
    private var position = 0
    private var file: RecordingFile
    private var stream: OggOpusStream
    private var encoder: OpusEncoder
    private var limiter = LookAheadLimiter()
    private let sum = TickSound()
    private let limited: UnsafeMutableBufferPointer<Int16>
    private var packet = [UInt8](repeating: 0, count: 1_500)
    /// Ticks without any sound.
    private var quietTicks = Int.max

    init(_ manifest: RecordingManifest, _ folder: RecordingFolder) throws(Failure) {
        self.folder = folder
        waiting = manifest.tracks.filter { !$0.isDeleted }.sorted { $0.startNanoseconds > $1.startNanoseconds }
        sampleCount = waiting.reduce(0) { max($0, Int(clamping: $1.startSamples) + Int(clamping: $1.sampleCount)) }
        var settings = OpusEncoderSettings()
        settings.bitsPerSecond = Self.bitsPerSecond
        settings.application = .restrictedLowDelay
        do throws(OpusError) { encoder = try OpusEncoder(settings: settings) } catch { throw .codec(error) }
        do throws(RecordingFileError) {
            file = try RecordingFile(path: folder.unfinishedMixPath)
        } catch {
            throw .file(error)
        }
        stream = OggOpusStream(
            serialNumber: Int32(truncatingIfNeeded: manifest.id.rawValue &* 31), channelCount: 1,
            preSkip: encoder.lookaheadSampleCount + LookAheadLimiter.delaySampleCount)
        unsafe limited = .allocate(capacity: MixTick.sampleCount)
        unsafe limited.initialize(repeating: 0)
    }

    deinit { unsafe limited.deallocate() }

    var byteCount: UInt64 { file.byteCount }

    /// Mixes so many ticks of 20 ms. True when the mix is whole and lies in its place.
    func advance(ticks: Int) throws(Failure) -> Bool {
        for _ in 0..<ticks {
            guard position < sampleCount else {
                do throws(RecordingFileError) { try finish() } catch { throw .file(error) }
                return true
            }
            try beginTracks()
            do throws(RecordingFileError) {
                stream.append(try nextPacket(), sampleCount: MixTick.sampleCount)
            } catch {
                throw .file(error)
            }
            position += MixTick.sampleCount
        }
        do throws(RecordingFileError) { try file.append(stream.takePages()) } catch { throw .file(error) }
        return false
    }

    /// As it stands in the manifest.
    var entry: RecordingManifest.Mix { .made(sampleCount: UInt64(position), byteCount: byteCount) }

    /// Those whose file begins in the next tick: a mix that somebody is missing from is none.
    private func beginTracks() throws(Failure) {
        while let track = waiting.last, Int(clamping: track.startSamples) < position + MixTick.sampleCount {
            waiting.removeLast()
            do throws(OpusError) { sounding.append(try TrackSound(track, folder)) } catch { throw .codec(error) }
        }
    }

    private func nextPacket() throws(RecordingFileError) -> [UInt8] {
        sum.clear()
        for sound in sounding { try sound.add(to: sum, at: position) }
        sounding.removeAll { $0.end <= position + MixTick.sampleCount }
        let isQuiet = unsafe sum.buffer.allSatisfy { $0 == 0 }
        quietTicks = isQuiet ? min(quietTicks, Int.max - 1) + 1 : 0
        return encodeTick()
    }

    private func encodeTick() -> [UInt8] {
        unsafe limiter.process(sum, into: limited)
        // One quiet tick more than the limiter and the encoder hold back.
        guard quietTicks <= 2 else {
            encoder.reset()
            return OpusFiller.silence(sampleCount: MixTick.sampleCount)
        }
        let count = unsafe packet.withUnsafeMutableBytes { target in
            try? unsafe encoder.encode(UnsafeBufferPointer(limited), into: target)
        }
        guard let count else { return OpusFiller.silence(sampleCount: MixTick.sampleCount) }
        return Array(packet[..<count])
    }

    /// The tick in which the limiter and the encoder give what they held back ends the file.
    private func finish() throws(RecordingFileError) {
        sum.clear()
        stream.finish(with: encodeTick())
        try file.append(stream.takePages())
        file.synchronise()
        try folder.keepMix()
    }
}
