import ChatStore
import ControlWire
import Identifiers
import Recordings
import VoiceWire

/// What everybody in a room sees of its recording.
extension Room {
    /// The recording as everybody sees it; nil while there is none.
    var recordingState: RecordingState? {
        guard let recording else { return nil }
        var state = RecordingState(roomID: id, isRecording: true)
        state.recordingID = recording.id.rawValue
        state.startedBy = recording.startedBy.name
        state.startedAt = recording.startedAt.storedMilliseconds
        state.hasMix = recording.hasMix ? true : nil
        state.speakers = recording.consent.speakers.map {
            .init(userID: $0.user, username: $0.name, voiceID: $0.voice.rawValue, answer: .init($0.answer))
        }
        return state
    }

    /// Shows everybody the state as it is now, or as it will be in a moment where it changes too often; whoever asked is
    /// answered at once.
    func showRecording(isChanged: Bool, answering requestID: UInt64? = nil, of requester: Member? = nil) {
        let decision = isChanged ? recordingNotices.changed(at: .now) : .covered
        guard decision != .show else { return tellRecording(answering: requestID, of: requester) }
        if isChanged { counters.count(.recordingStateDelayed) }
        if let recordingState, let requester {
            requester.outbox.post(EncodedLine(.recordingState(recordingState), answering: requestID))
        }
        guard case .wait(let wait) = decision else { return }
        Task { [weak self] in
            try? await Task.sleep(for: wait)
            await self?.showDelayedRecording()
        }
    }

    private func showDelayedRecording() {
        recordingNotices.waited(until: .now)
        tellRecording()
    }

    func tellRecording(answering requestID: UInt64? = nil, of requester: Member? = nil) {
        guard let recordingState else { return }
        broadcast(.recordingState(recordingState), answering: requestID, of: requester)
    }
}

extension RecordingState.Answer {
    fileprivate init(_ answer: RecordingConsent.Answer) {
        self =
            switch answer {
            case .asked: .asked
            case .yes: .yes
            case .no: .no
            }
    }
}
