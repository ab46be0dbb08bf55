import Identifiers
import VoiceWire

/// What the recorder's thread does, without the thread: takes orders, frames and times, and writes files.
///
/// One owner. Blocks while the disk does. Beyond what the relay sees to, a frame is written only if it came while consent was
/// in force here, and half a second after it came (``FrameWindow``), so that a no overtakes it.
final class RecorderCore {
    /// Between two writes of a recording; a page lasts as long.
    static let flushNanoseconds: UInt64 = 1_000_000_000
    /// Between two readings of the tap: a tenth of what it holds of fifty who talk.
    static let readingNanoseconds: UInt64 = 100_000_000

    /// A session whose frames are taken.
    private final class Admission {
        let recording: OpenRecording
        let speaker: RecordingConsent.Speaker
        let from: UInt64
        /// What came from then on is not taken.
        var until = UInt64.max
        /// Since the first frame.
        var track: TrackWriter?

        init(_ recording: OpenRecording, _ speaker: RecordingConsent.Speaker, from: UInt64) {
            self.recording = recording
            self.speaker = speaker
            self.from = from
        }
    }

    private let directory: String
    private let configuration: RecordingsConfiguration
    private let counters: RecordingCounters
    private var recordings: [RecordingID: OpenRecording] = [:]
    private var admissions: [VoiceID: Admission] = [:]
    private var nextFlush: UInt64 = 0
    /// Of recordings that are closed, and of those that run.
    private(set) var storedByteCount: UInt64
    private var endings: [RecordingEnding] = []

    init(
        directory: String, configuration: RecordingsConfiguration, counters: RecordingCounters,
        storedByteCount: UInt64 = 0
    ) {
        self.directory = directory
        self.configuration = configuration
        self.counters = counters
        self.storedByteCount = storedByteCount
    }

    var isIdle: Bool { recordings.isEmpty }

    /// Recordings that ended since the last call.
    func takeEndings() -> [RecordingEnding] {
        defer { endings = [] }
        return endings
    }

    /// An order that will be carried out once the frames that wait have been taken: what ends consent holds for them already.
    func announce(_ order: RecorderOrder) {
        switch order {
        case .withdraw(_, let voice, let until): close(voice, until)
        case .stop(let id, _, let until):
            for (voice, admission) in admissions where admission.recording.id == id { close(voice, until) }
        case .start, .note, .admit, .forget: break
        }
    }

    func carryOut(_ order: RecorderOrder, wall milliseconds: Int64) {
        switch order {
        case .start(let id, let start, let nanoseconds): begin(id, start, at: nanoseconds, wall: milliseconds)
        case .note(let id, let event):
            recordings[id]?.manifest.consent.append(event)
            recordings[id]?.isManifestStale = true
        case .admit(let id, let speaker, let from):
            guard let recording = recordings[id] else { return }
            end(admissions.removeValue(forKey: speaker.voice), at: from)
            admissions[speaker.voice] = Admission(recording, speaker, from: from)
        case .withdraw(let id, let voice, let until):
            guard admissions[voice]?.recording.id == id else { return }
            close(voice, until)
            end(admissions.removeValue(forKey: voice), at: until)
        case .stop(let id, let end, let until): finish(id, end, at: until, wall: milliseconds)
        case .forget(let id, let user):
            for (voice, admission) in admissions where admission.recording.id == id && admission.speaker.user == user {
                admissions[voice] = nil
            }
            recordings[id]?.forget(user)
        }
    }

    /// A frame from the relay's tap.
    func take(_ frame: RecordedFrame) {
        guard let admission = admissions[frame.voice], admission.recording.start.voiceRoom == frame.room,
            frame.arrivalNanoseconds >= admission.from, frame.arrivalNanoseconds < admission.until
        else { return counters.add(.framesWithoutConsent) }
        if let track = admission.track { return track.insert(frame) }
        do throws(RecordingFileError) {
            guard let track = try track(for: admission, first: frame) else { return }
            admission.track = track
            track.insert(frame)
        } catch {
            fail(admission.recording, error, at: frame.arrivalNanoseconds, wall: nil)
        }
    }

    /// Packs what has waited long enough, writes once a second, and ends what has reached a limit.
    func advance(to now: UInt64, wall milliseconds: Int64) {
        for recording in recordings.values {
            for track in recording.tracks { track.advance(to: now) }
        }
        guard now >= nextFlush else { return }
        nextFlush = now &+ Self.flushNanoseconds
        for recording in recordings.values {
            do throws(RecordingFileError) {
                storedByteCount += try recording.flush()
                if let limit = limit(of: recording, at: now) {
                    finish(recording.id, limit, at: now, wall: milliseconds)
                }
            } catch {
                fail(recording, error, at: now, wall: milliseconds)
            }
        }
    }

    /// When ``advance(to:wall:)`` has something to do again; nil while nothing is recorded.
    func nextDeadline(after now: UInt64) -> UInt64? {
        recordings.isEmpty ? nil : min(nextFlush, now &+ Self.readingNanoseconds)
    }

    /// Ends every recording.
    func finishAll(_ end: RecordingEnd, at now: UInt64, wall milliseconds: Int64) {
        for id in recordings.keys { finish(id, end, at: now, wall: milliseconds) }
    }

    /// Recordings were deleted, or mixes made.
    func noteStored(change: Int64) { storedByteCount = storedByteCount.changed(by: change) }

    private func track(for admission: Admission, first: RecordedFrame) throws(RecordingFileError) -> TrackWriter? {
        let (recording, speaker) = (admission.recording, admission.speaker)
        if let own = recording.ownTrack(of: speaker) { return own }
        guard recordings.values.reduce(0, { $0 + $1.tracks.count }) < configuration.openFilesMax else {
            counters.add(.openFilesLimitHit)
            return nil
        }
        let track = try recording.addTrack(for: speaker, first: first)
        if track == nil { counters.add(.speakerLimitHit) }
        return track
    }

    private func begin(_ id: RecordingID, _ start: RecordingStart, at nanoseconds: UInt64, wall milliseconds: Int64) {
        let recording = OpenRecording(id, start, at: nanoseconds, directory: directory)
        recordings[id] = recording
        counters.add(.started)
        do throws(RecordingFileError) {
            try recording.folder.make()
            storedByteCount += try recording.flush()
        } catch {
            fail(recording, error, at: nanoseconds, wall: milliseconds)
        }
    }

    private func limit(of recording: OpenRecording, at now: UInt64) -> RecordingEnd? {
        let age = Duration.nanoseconds(Int64(clamping: now &- recording.startNanoseconds))
        if age >= configuration.duration {
            counters.add(.durationLimitHit)
            return .durationLimit
        }
        if recording.byteCount >= configuration.bytesPerRecordingMax {
            counters.add(.recordingBytesLimitHit)
            return .sizeLimit
        }
        if storedByteCount >= configuration.bytesMax {
            counters.add(.bytesLimitHit)
            return .storageLimit
        }
        if let free = RecordingFolder.freeByteCount(of: directory), free < configuration.freeBytesMin {
            counters.add(.freeSpaceLimitHit)
            return .storageLimit
        }
        return nil
    }

    private func close(_ voice: VoiceID, _ until: UInt64) {
        guard let admission = admissions[voice] else { return }
        admission.until = min(admission.until, until)
    }

    private func end(_ admission: Admission?, at nanoseconds: UInt64) {
        guard let admission else { return }
        admission.track?.endConsent(at: min(admission.until, nanoseconds))
    }

    private func fail(
        _ recording: OpenRecording, _ error: RecordingFileError, at now: UInt64, wall milliseconds: Int64?
    ) {
        counters.add(.writeFailed)
        finish(recording.id, .writeFailed, at: now, wall: milliseconds, detail: error.reason)
    }

    private func finish(
        _ id: RecordingID, _ reason: RecordingEnd, at now: UInt64, wall milliseconds: Int64?, detail: String = ""
    ) {
        guard let recording = recordings.removeValue(forKey: id) else { return }
        for (voice, admission) in admissions where admission.recording === recording {
            end(admission, at: now)
            admissions[voice] = nil
        }
        let elapsed = Int64(clamping: (now &- recording.startNanoseconds) / 1_000_000)
        let failure = recording.close(reason, at: milliseconds ?? recording.start.at + elapsed)
        // What no flush has counted: the last pages and the manifest. A deletion takes off all there is.
        let byteCount = recording.folder.byteCount
        storedByteCount = storedByteCount.changed(by: Int64(clamping: byteCount) - Int64(clamping: recording.byteCount))
        count(recording)
        counters.add(.finished)
        endings.append(
            RecordingEnding(
                id: id, room: recording.start.room, end: recording.manifest.end ?? reason,
                detail: detail.isEmpty ? failure?.reason ?? "" : detail, isKept: recording.folder.exists))
    }

    private func count(_ recording: OpenRecording) {
        for track in recording.tracks {
            counters.add(.framesWritten, track.figures.frames)
            counters.add(.framesFilledIn, track.figures.filledIn)
            counters.add(.framesLost, track.figures.lost)
            counters.add(.framesRefused, track.figures.refused + track.figures.malformed)
        }
    }
}
