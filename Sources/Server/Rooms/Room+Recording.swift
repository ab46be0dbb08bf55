import ChatStore
import ControlWire
import Foundation
import Identifiers
import Permissions
import Recordings
import VoiceWire

/// A recording of a room that runs.
struct RoomRecording {
    let id: RecordingID
    let startedBy: Member
    let startedAt: Date
    let hasMix: Bool
    var consent = RecordingConsent()
}

/// Recording. What consent allows the room tells the relay by its routes, and the recorder beside it: a yes after the routes,
/// a no before them.
extension Room {
    /// Starts a recording: everybody in the room is told, everybody in its voice is asked, nobody is recorded yet.
    func startRecording(
        by actor: Member, hasMix: Bool, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        try require(.record, actor, "record this room")
        guard let recordings = voice.recordings else { throw .recordingOff }
        guard recording == nil else { throw .recordedAlready }
        guard let voiceRoom else { throw .nobodyInVoice }
        if let wait = recordingStarts.take(RoomsLimits.recordingStarts, now: .now) { throw .recordingStarts(wait) }
        let now = Date()
        let id: RecordingID
        do {
            id = try recordings.recorder.begin(
                RecordingStart(
                    voiceRoom: voiceRoom, room: self.id, roomName: access.record.name, startedBy: actor.user,
                    startedByName: actor.name, at: now.storedMilliseconds, hasMix: hasMix))
        } catch {
            throw RoomRefusal(error)
        }
        recording = RoomRecording(id: id, startedBy: actor, startedAt: now, hasMix: hasMix)
        for entry in voiceTable.all { ask(entry, at: now) }
        announce(
            "\(actor.name) records this room's voice\(hasMix ? ", and makes a mix of it" : ""). "
                + "Nobody is recorded who does not agree.")
        tellRecording(answering: requestID, of: actor)
        await audit(.recordingStart, by: actor.user, id)
    }

    /// Ends the recording.
    func stopRecording(by actor: Member, answering requestID: UInt64?) async throws(RoomRefusal) {
        await turns.enter()
        defer { turns.leave() }
        guard let recording else { throw .notRecorded }
        if recording.startedBy.user != actor.user { try require(.record, actor, "stop this room's recording") }
        endRecording(.stopped, answering: requestID, of: actor)
        await audit(.recordingStop, by: actor.user, recording.id)
    }

    /// Takes somebody's answer, the first or a changed one.
    func answerRecording(
        _ isConsent: Bool, of connection: ConnectionID, answering requestID: UInt64?
    ) throws(RoomRefusal) {
        guard let recording else { throw .notRecorded }
        guard let entry = voiceTable[connection], recording.consent[entry.voice] != nil else { throw .notInVoice }
        let now = Date().storedMilliseconds
        guard let actions = self.recording?.consent.answer(isConsent, by: entry.voice, at: now) else {
            throw .tooManyAnswers
        }
        perform(actions)
        showRecording(isChanged: !actions.isEmpty, answering: requestID, of: entry.member)
    }

    /// The recorder has ended a recording, by itself or because it was told to.
    func recordingEnded(_ ending: RecordingEnding) {
        guard recording?.id == ending.id else { return }
        endRecording(ending.end, detail: ending.detail)
    }

    /// Somebody came into voice while the room is recorded.
    func askForConsent(_ entry: VoiceTable.Entry) {
        guard recording != nil else { return }
        showRecording(isChanged: ask(entry, at: Date()))
    }

    /// Somebody is about to leave voice: nothing of them is written from here on.
    func endConsent(of ended: VoiceID, _ departure: Departure) {
        guard recording != nil else { return }
        let isLost = departure == .timedOut || departure == .disconnected
        let actions = recording?.consent.leave(ended, isLost: isLost, at: Date().storedMilliseconds) ?? []
        perform(actions)
        showRecording(isChanged: !actions.isEmpty)
    }

    /// Everybody is told, whoever ended it and however.
    func endRecording(
        _ end: RecordingEnd, detail: String = "", answering requestID: UInt64? = nil, of requester: Member? = nil
    ) {
        guard let ended = recording else { return }
        voice.recordings?.recorder.end(ended.id, end)
        recording = nil
        publishRoutes()
        var state = RecordingState(roomID: id, isRecording: false)
        state.recordingID = ended.id.rawValue
        state.end = end.rawValue
        state.explanation = end.explanation + (detail.isEmpty ? "" : ": \(detail)")
        broadcast(.recordingState(state), answering: requestID, of: requester)
        announce("The recording has ended: \(state.explanation ?? "")")
    }

    /// Asks somebody in voice. False where nobody is asked, and nothing has changed.
    @discardableResult
    private func ask(_ entry: VoiceTable.Entry, at now: Date) -> Bool {
        let actions = recording?.consent.join(
            entry.voice, user: entry.member.user, name: entry.member.name, at: now.storedMilliseconds)
        guard let actions else {
            counters.count(.recordingQuestionRefused)
            return false
        }
        perform(actions)
        return !actions.isEmpty
    }

    private func perform(_ actions: [RecordingConsent.Action]) {
        guard !actions.isEmpty, let id = recording?.id, let recorder = voice.recordings?.recorder else { return }
        var admitted: [RecordingConsent.Speaker] = []
        var isChanged = false
        for action in actions {
            switch action {
            case .ask: break  // The state that everybody is shown says whom it asks.
            case .note(let event): recorder.note(event, in: id)
            case .withdraw(let voice):
                recorder.withdraw(voice, in: id)
                isChanged = true
            case .admit(let speaker): admitted.append(speaker)
            }
        }
        if isChanged || !admitted.isEmpty { publishRoutes() }
        for speaker in admitted where !recorder.admit(speaker, in: id) {
            // The recorder does not come after: as if it had been a no.
            perform(recording?.consent.answer(false, by: speaker.voice, at: Date().storedMilliseconds) ?? [])
        }
    }

    private func audit(_ action: AuditAction, by user: UserID, _ recording: RecordingID) async {
        do throws(ChatStoreError) {
            try await store.recordAudit(
                AuditEntry(action, by: user, room: id, detail: "recording \(recording)"), at: Date())
        } catch {
            counters.count(.databaseFailed)
        }
    }

    /// A stay in voice is over: it goes into the log.
    func writeDown(_ entry: VoiceTable.Entry, _ departure: Departure) {
        guard let figures = stays.removeValue(forKey: entry.voice), let log = voice.log else { return }
        var stay = VoiceStay(
            room: id, user: entry.member.user, joinedAt: figures.joinedAt, leftAt: Date(),
            reason: departure.reason.rawValue)
        figures.fill(&stay)
        log.add(stay)
    }

    /// Days that recordings of the room are kept, if the room says so itself; 0: for ever.
    var recordingDays: Int? { access.record.recordingDays }
}

extension RecordingEnd {
    /// For people.
    fileprivate var explanation: String {
        switch self {
        case .stopped: "it was stopped"
        case .empty: "nobody is in voice any longer"
        case .durationLimit: "it is as long as a recording may be here"
        case .sizeLimit: "it is as large as a recording may be here"
        case .storageLimit: "the server has no more room for recordings"
        case .writeFailed: "the server could not write it"
        case .serverStopping: "the server stops"
        case .interrupted: "the server was interrupted"
        }
    }
}

extension RoomRefusal {
    static let recordingOff = RoomRefusal(
        .notPermitted, .unavailable, .recordingRefused, "This server does not record")
    static let recordedAlready = RoomRefusal(
        .invalidValue, .invalidValue, .recordingRefused, "The room is being recorded already")
    static let nobodyInVoice = RoomRefusal(
        .invalidValue, .invalidValue, .recordingRefused, "Nobody is in the room's voice")
    static let notRecorded = RoomRefusal(.notFound, .invalidValue, .recordingRefused, "The room is not being recorded")
    static let tooManyAnswers = RoomRefusal(
        .limitReached, .invalidValue, .recordingLimitHit,
        "This recording takes no further yes: too many answers were given")
    static func recordingStarts(_ wait: Duration) -> RoomRefusal {
        RoomRefusal(
            .rateLimited, .rateLimited, .recordingStartsLimited,
            "This room was recorded too often in a short time; try again later", retryAfter: wait)
    }
    static let recordingUnknown = RoomRefusal.notFound(.recordingRefused, "There is no such recording")

    init(_ refusal: RecordingRefusal) {
        switch refusal {
        case .off: self = .recordingOff
        case .tooMany: self = .limit(.recordingLimitHit, "As many rooms as may be are recorded already")
        case .storageFull, .tooManyKept:
            self = .limit(.recordingLimitHit, "There is no more room for recordings: delete some")
        case .busy, .stopping:
            self.init(
                .limitReached, .unavailable, .recordingLimitHit, "The recorder is busy; try again",
                retryAfter: .seconds(5))
        }
    }

    init(_ failure: RecordingArchive.Failure) {
        switch failure {
        case .notFound: self = .recordingUnknown
        case .isRunning: self = .invalid("The recording runs: stop it first")
        case .busy:
            self.init(
                .rateLimited, .rateLimited, .recordingLimitHit, "Too many ask for recordings; try again",
                retryAfter: .seconds(1))
        case .file(let error):
            self.init(.internalError, .unavailable, .recordingRefused, "The server cannot read it: \(error.reason)")
        }
    }
}
