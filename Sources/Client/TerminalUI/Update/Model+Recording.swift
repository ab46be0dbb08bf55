import ControlWire
import Identifiers
import TalkInterface
import TerminalSupport
import VoiceWire

/// Being recorded: marked as long as it lasts. It is agreed to by a command of its own, never by a key that could have been meant
/// for something else.
extension Model {
    mutating func hear(_ state: RecordingState) {
        let wasRecorded = recordings[state.roomID] != nil
        var safe = state
        safe.startedBy = TerminalText.name(state.startedBy ?? "somebody")
        for index in safe.speakers.indices {
            safe.speakers[index].username = TerminalText.name(safe.speakers[index].username)
        }
        recordings[state.roomID] = state.isRecording ? safe : nil
        if !state.isRecording {
            if wasRecorded, seat?.room == state.roomID || selected == .room(state.roomID) {
                note("The recording has ended: \(TerminalText.line(state.explanation ?? "it was stopped")).")
            }
        } else if !wasRecorded, seat?.room == state.roomID {
            let mix = safe.hasMix == true ? " with a mix" : ""
            note(
                "\(safe.startedBy ?? "") records this room's voice\(mix). "
                    + "You are not recorded unless you say /consent yes.")
        }
    }

    /// What this client has said in the room of its voice; nil where it is not asked.
    package var ownAnswer: RecordingState.Answer? {
        guard let seat, let state = recordings[seat.room] else { return nil }
        return state.speakers.first { $0.voiceID == seat.talk.ownVoice?.rawValue }?.answer
    }

    mutating func record(_ words: String) -> [Effect] {
        switch words {
        case "start", "stop": return inRoom { .request(.record($0, starts: words == "start")) }
        case "mix": return inRoom { .request(.record($0, starts: true, hasMix: true)) }
        default:
            note("/record wants start, mix or stop.", isError: true)
            return []
        }
    }

    mutating func consent(_ words: String) -> [Effect] {
        guard words == "yes" || words == "no" else {
            note("/consent wants yes or no.", isError: true)
            return []
        }
        guard let seat, recordings[seat.room] != nil else {
            note("You are in no voice that is recorded.", isError: true)
            return []
        }
        return [.request(.consent(seat.room, words == "yes"))]
    }
}
