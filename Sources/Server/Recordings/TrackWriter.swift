import Identifiers

/// A speaker's track and its file. Owned by the recorder's thread.
final class TrackWriter {
    let number: Int
    let user: UserID
    let name: String
    private var track: OggOpusTrack
    private var file: RecordingFile
    /// The session that speaks on it now; nil between a no and the next yes.
    var isInUse = true

    init(
        number: Int, speaker: RecordingConsent.Speaker, path: String, serialNumber: Int32, first: RecordedFrame
    ) throws(RecordingFileError) {
        self.number = number
        user = speaker.user
        name = speaker.name
        file = try RecordingFile(path: path)
        track = OggOpusTrack(serialNumber: serialNumber, first: first)
    }

    func insert(_ frame: RecordedFrame) { track.insert(frame) }

    func advance(to now: UInt64) { track.advance(to: now) }

    /// What came until then is packed, the rest forgotten.
    func endConsent(at nanoseconds: UInt64) {
        track.end(at: nanoseconds)
        isInUse = false
    }

    /// Writes the pages so far. Blocks.
    /// - Returns: bytes written.
    func flush() throws(RecordingFileError) -> UInt64 {
        let pages = track.takePages()
        try file.append(pages)
        return UInt64(pages.count)
    }

    /// Writes the last page. Blocks until the disk has all.
    func finish() throws(RecordingFileError) {
        try file.append(track.finish())
        file.synchronise()
    }

    func entry(since startNanoseconds: UInt64) -> RecordingManifest.Track {
        var entry = RecordingManifest.Track(number: number, user: user, name: name)
        entry.startNanoseconds = track.startNanoseconds &- startNanoseconds
        entry.sampleCount = UInt64(track.sampleCount)
        entry.byteCount = file.byteCount
        entry.frames = track.figures.frames
        entry.filledIn = track.figures.filledIn
        entry.lost = track.figures.lost
        entry.silentSamples = track.figures.silentSamples
        return entry
    }

    var figures: OggOpusTrack.Figures { track.figures }
}
