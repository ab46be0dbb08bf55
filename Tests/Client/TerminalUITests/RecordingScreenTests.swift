import ControlWire
import Identifiers
import KeyInput
import TerminalUI
import Testing

/// What a recorded room looks like.
struct RecordingScreenTests {
    private func state(_ answer: RecordingState.Answer, isRecording: Bool = true) -> RecordingState {
        var state = RecordingState(roomID: RoomID(rawValue: 1), isRecording: isRecording)
        state.startedBy = "bob"
        state.speakers = [
            .init(userID: ada, username: "ada", voiceID: 7, answer: answer),
            .init(userID: bob, username: "bob", voiceID: 9, answer: .yes),
        ]
        state.explanation = isRecording ? nil : "it was stopped"
        return state
    }

    private func inVoice(columns: Int, rows: Int) -> Desk {
        let desk = Stage.voice(columns: columns, rows: rows)
        _ = desk.takeEffects()
        return desk
    }

    @Test(arguments: [(40, 10), (80, 24), (120, 40)])
    func `the mark stands as long as it lasts, and asks`(columns: Int, rows: Int) {
        let desk = inVoice(columns: columns, rows: rows)
        desk.hear(.recordingState(state(.asked)))
        desk.wait(.seconds(60))
        Golden.expect(desk.model, "recording-asked-\(columns)x\(rows)")
    }

    @Test func `who agreed sees it, and the end is told`() {
        let desk = inVoice(columns: 80, rows: 24)
        desk.hear(.recordingState(state(.asked)))
        desk.type("/consent yes")
        desk.press(.enter)
        #expect(desk.takeEffects().contains(.request(.consent(RoomID(rawValue: 1), true))))
        desk.hear(.recordingState(state(.yes)))
        #expect(desk.model.ownAnswer == .yes)
        desk.wait(.seconds(60))
        Golden.expect(desk.model, "recording-agreed-80x24")
        desk.hear(.recordingState(state(.yes, isRecording: false)))
        #expect(desk.model.recordings.isEmpty)
        #expect(desk.model.notices.last?.text == "The recording has ended: it was stopped.")
    }

    @Test func `nothing but its own words is a yes`() {
        let desk = inVoice(columns: 80, rows: 24)
        desk.hear(.recordingState(state(.asked)))
        desk.press(.character("y"))
        desk.press(.enter)
        desk.type("/consent perhaps")
        desk.press(.enter)
        let answers = desk.takeEffects().filter { if case .request(.consent) = $0 { true } else { false } }
        #expect(answers.isEmpty)
    }

    @Test func `a room is recorded and stopped by a command`() {
        let desk = inVoice(columns: 80, rows: 24)
        for word in ["start", "stop"] {
            desk.type("/record \(word)")
            desk.press(.enter)
            #expect(desk.takeEffects().contains(.request(.record(RoomID(rawValue: 1), starts: word == "start"))))
        }
        desk.type("/record mix")
        desk.press(.enter)
        #expect(
            desk.takeEffects().contains(.request(.record(RoomID(rawValue: 1), starts: true, hasMix: true))))
    }

    @Test func `a mix is told of before anybody answers`() {
        let desk = inVoice(columns: 80, rows: 24)
        var mixed = state(.asked)
        mixed.hasMix = true
        desk.hear(.recordingState(mixed))
        #expect(desk.model.notices.last?.text.hasPrefix("bob records this room's voice with a mix.") == true)
    }
}
