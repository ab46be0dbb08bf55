import ControlWire
import Identifiers
import TerminalSupport
import VoiceWire

/// Being recorded: shown as long as it lasts; nothing counts as a yes but a yes.
extension TalkModel {
    /// What this client has said; nil while it is not asked.
    package var ownAnswer: RecordingState.Answer? {
        recording?.speakers.first { $0.voiceID == ownVoice?.rawValue }?.answer
    }

    mutating func hear(_ state: RecordingState) -> [TalkEffect] {
        guard state.roomID == roomID else { return [] }
        let before = ownAnswer
        let wasRecorded = recording != nil
        recording = state.isRecording ? state : nil
        guard state.isRecording else { return [] }  // The server's own words say why it has ended.
        guard !wasRecorded || ownAnswer != before else { return [] }
        let who = TerminalText.name(state.startedBy ?? "Somebody")
        switch ownAnswer {
        case .yes: return [.print("You agreed to be recorded. \(hasKeys ? "n" : "“consent no”") ends it at once.")]
        case .no: return [.print("You are not recorded.")]
        case .asked, nil:
            return [
                .print(
                    "RECORDING: \(who) records this room's voice\(state.hasMix == true ? " with a mix" : ""). You are not recorded unless you agree: "
                        + (hasKeys ? "y agrees, n does not." : "“consent yes” agrees, “consent no” does not."))
            ]
        }
    }

    mutating func answer(_ isConsent: Bool) -> [TalkEffect] {
        guard let roomID, recording != nil else { return [.print("The room is not being recorded.")] }
        return [.send(.recordingConsent(roomID: roomID, isConsent: isConsent))]
    }

    func record(_ starts: Bool, hasMix: Bool) -> [TalkEffect] {
        guard let roomID else { return [] }
        return [.send(starts ? .startRecording(roomID: roomID, hasMix: hasMix) : .stopRecording(roomID: roomID))]
    }
}
