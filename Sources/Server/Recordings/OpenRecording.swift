import Identifiers
import VoiceWire

/// One recording that runs: its manifest, tracks and files. Owned by the recorder's thread.
final class OpenRecording {
    let start: RecordingStart
    let startNanoseconds: UInt64
    let folder: RecordingFolder
    var manifest: RecordingManifest
    var isManifestStale = true
    private(set) var tracks: [TrackWriter] = []
    /// All files of it.
    private(set) var byteCount: UInt64 = 0

    init(_ id: RecordingID, _ start: RecordingStart, at nanoseconds: UInt64, directory: String) {
        self.start = start
        startNanoseconds = nanoseconds
        folder = RecordingFolder(directory, id)
        manifest = RecordingManifest(
            id: id, room: start.room, roomName: start.roomName, startedBy: start.startedBy,
            startedByName: start.startedByName, startedAt: start.at)
        if start.hasMix { manifest.mix = .wanted }
    }

    var id: RecordingID { manifest.id }

    /// The track that somebody had who begins to speak again, unless another device of theirs uses it.
    func ownTrack(of speaker: RecordingConsent.Speaker) -> TrackWriter? {
        let own = tracks.first { $0.user == speaker.user && !$0.isInUse }
        own?.isInUse = true
        return own
    }

    /// A new track for somebody who begins to speak.
    /// - Returns: nil where there are as many as there may be.
    func addTrack(
        for speaker: RecordingConsent.Speaker, first: RecordedFrame
    ) throws(RecordingFileError) -> TrackWriter? {
        guard manifest.tracks.count < RecordingsConfiguration.speakersMax else { return nil }
        let number = manifest.tracks.count + 1
        let track = try TrackWriter(
            number: number, speaker: speaker, path: folder.trackPath(number),
            serialNumber: Int32(truncatingIfNeeded: id.rawValue &* 31 &+ UInt64(number)), first: first)
        tracks.append(track)
        manifest.tracks.append(track.entry(since: startNanoseconds))
        isManifestStale = true
        return track
    }

    /// Writes what there is: first what people said, then their sound.
    /// - Returns: bytes that came on the disk.
    func flush() throws(RecordingFileError) -> UInt64 {
        try writeManifestIfStale()
        var written: UInt64 = 0
        for track in tracks { written += try track.flush() }
        byteCount += written
        return written
    }

    /// Closes all files and says in the manifest why. Of an error only the first is told.
    func close(_ end: RecordingEnd, at milliseconds: Int64) -> RecordingFileError? {
        var failure: RecordingFileError?
        for track in tracks {
            do throws(RecordingFileError) { try track.finish() } catch { failure = failure ?? error }
        }
        refreshTracks()
        manifest.endedAt = milliseconds
        manifest.end = failure == nil ? end : .writeFailed
        folder.releaseReserve()
        do throws(RecordingFileError) { try folder.write(manifest) } catch { failure = failure ?? error }
        return failure
    }

    /// Takes a person's sound and name out. The session's consent has ended.
    func forget(_ user: UserID) {
        tracks.removeAll { $0.user == user }
        for number in manifest.forget(user) ?? [] { folder.deleteTrack(number) }
        isManifestStale = true
    }

    private func writeManifestIfStale() throws(RecordingFileError) {
        guard isManifestStale else { return }
        refreshTracks()
        try folder.write(manifest)
        isManifestStale = false
    }

    private func refreshTracks() {
        for track in tracks { manifest.tracks[track.number - 1] = track.entry(since: startNanoseconds) }
    }
}
