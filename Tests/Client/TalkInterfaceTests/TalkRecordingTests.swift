import ControlWire
import Identifiers
import Testing
import VoiceWire

@testable import TalkInterface

/// Being recorded, as `roomtone talk` tells it.
struct TalkRecordingTests {
    private func state(_ answer: RecordingState.Answer, isRecording: Bool = true) -> TalkInput {
        var state = RecordingState(roomID: testRoom.id, isRecording: isRecording)
        state.startedBy = "ada\u{1B}[2J"
        state.speakers = [.init(userID: UserID(rawValue: 1), username: "me", voiceID: 1, answer: answer)]
        return announcement(.recordingState(state))
    }

    private func printed(_ effects: [TalkEffect]) -> [String] {
        effects.compactMap { if case .print(let line) = $0 { line } else { nil } }
    }

    @Test func `it is said once, and stands in the status as long as it lasts`() {
        var model = TalkModel.online()
        let told = printed(model.update(state(.asked), now: .zero))
        #expect(told.count == 1 && told[0].hasPrefix("RECORDING: ada") && !told[0].contains("\u{1B}"))
        #expect(printed(model.update(state(.asked), now: .zero)).isEmpty)
        #expect(TalkView.statusLine(model, columns: 40, now: .zero).contains("REC (not you)"))
        #expect(TalkView.plainStatus(model)?.headline.contains("REC (not you)") == true)
        #expect(printed(model.update(state(.yes), now: .zero)).count == 1)
        #expect(TalkView.statusLine(model, columns: 40, now: .zero).contains("REC (you, too)"))
        _ = model.update(state(.yes, isRecording: false), now: .zero)
        #expect(!TalkView.statusLine(model, columns: 80, now: .zero).contains("REC"))
    }

    @Test func `a mix is told of before anybody answers`() {
        var model = TalkModel.online()
        var mixed = RecordingState(roomID: testRoom.id, isRecording: true)
        mixed.startedBy = "ada"
        mixed.hasMix = true
        mixed.speakers = [.init(userID: UserID(rawValue: 1), username: "me", voiceID: 1, answer: .asked)]
        let told = printed(model.update(announcement(.recordingState(mixed)), now: .zero))
        #expect(told.count == 1 && told[0].contains("records this room's voice with a mix"))
    }

    @Test func `nothing is answered but what the person says`() {
        var model = TalkModel.online()
        #expect(printed(model.update(.command(.consent(true)), now: .zero)) == ["The room is not being recorded."])
        let effects = model.update(state(.asked), now: .zero)
        #expect(!effects.contains { if case .send = $0 { true } else { false } })
        for isConsent in [true, false] {
            #expect(
                model.update(.command(.consent(isConsent)), now: .zero) == [
                    .send(.recordingConsent(roomID: testRoom.id, isConsent: isConsent))
                ])
        }
        #expect(model.update(.command(.record(true)), now: .zero) == [.send(.startRecording(roomID: testRoom.id))])
        #expect(
            model.update(.command(.record(true, hasMix: true)), now: .zero) == [
                .send(.startRecording(roomID: testRoom.id, hasMix: true))
            ])
        #expect(model.update(.command(.record(false)), now: .zero) == [.send(.stopRecording(roomID: testRoom.id))])
    }

    @Test func `keys and lines`() {
        var keys = KeyParser()
        #expect(keys.commands(in: Array("yn".utf8)) == [.consent(true), .consent(false)])
        var lines = CommandLineParser()
        let text = "consent yes\nconsent no\nrecord start\nrecord mix\nrecord stop\n"
        #expect(
            lines.commands(in: Array(text.utf8)) == [
                .known(.consent(true)), .known(.consent(false)), .known(.record(true)),
                .known(.record(true, hasMix: true)), .known(.record(false)),
            ])
    }
}
