import ControlWire
import Identifiers
import RoomClient
import TerminalSupport
import Testing
import VoiceClient
import VoiceWire

@testable import TalkInterface

/// What moderators do to a person who talks.
struct ModeratedTalkTests {
    private func removal(
        _ action: RoomRemoval.Action, from room: RoomID = testRoom.id, to destination: RoomID? = nil
    ) -> TalkInput {
        announcement(
            .removedFromRoom(
                RoomRemoval(
                    roomID: room, action: action, byUsername: "mod", reason: "noise", toRoomID: destination)))
    }

    private func quit(_ effects: [TalkEffect]) -> CommandFailure? {
        for case .quit(let failure?) in effects { return failure }
        return nil
    }

    @Test(arguments: [RoomRemoval.Action.kicked, .banned, .denied])
    func `who is put out leaves, and says by whom and why`(action: RoomRemoval.Action) {
        var model = TalkModel.online()
        let effects = model.update(removal(action), now: .zero)
        #expect(effects.first == .disconnectVoice)
        let failure = quit(effects)
        #expect(failure?.status == .permission)
        #expect(failure?.description.contains("mod") == true && failure?.description.contains("noise") == true)
    }

    @Test func `who is put out of another room goes on talking`() {
        var model = TalkModel.online()
        let effects = model.update(removal(.kicked, from: RoomID(rawValue: 77)), now: .zero)
        #expect(quit(effects) == nil)
        #expect(!effects.contains(.disconnectVoice))
    }

    @Test func `who is moved goes on in the other room, whichever way the news comes first`() {
        let destination = RoomID(rawValue: 9)
        for isGoodbyeFirst in [true, false] {
            var model = TalkModel.online()
            let goodbye = TalkInput.engine(.ended(.removed))
            let word = removal(.moved, to: destination)
            let effects =
                isGoodbyeFirst
                ? model.update(goodbye, now: .zero) + model.update(word, now: .milliseconds(100))
                : model.update(word, now: .zero)
            #expect(effects.contains(.moveRoom(destination)))
            #expect(quit(effects) == nil)
            let later = model.update(.tick(VoiceStatistics()), now: .milliseconds(200))
            #expect(quit(later) == nil)
        }
    }

    @Test func `voice that was taken away without a word ends the command after a while`() {
        var model = TalkModel.online()
        #expect(model.update(.engine(.ended(.removed)), now: .zero) == [])
        #expect(quit(model.update(.tick(VoiceStatistics()), now: .milliseconds(1_999))) == nil)
        #expect(quit(model.update(.tick(VoiceStatistics()), now: .seconds(2)))?.status == .permission)
    }

    @Test func `a room that is deleted ends the command`() {
        var model = TalkModel.online()
        let deletion = ControlMessage.roomDeleted(roomID: testRoom.id, name: "General", byUsername: "owner")
        #expect(quit(model.update(announcement(deletion), now: .zero))?.status == .notFound)
    }

    @Test func `who is muted for all sees it, and is not shown as talking`() {
        var model = TalkModel.online(with: [person("bob", 2)])
        var update = VoiceUserUpdate(
            userID: UserID(rawValue: 1), isSpeaking: false, isMuted: false, isDeafened: false, voiceID: 1)
        update.isServerMuted = true
        #expect(model.update(announcement(.userVoiceUpdate(update)), now: .zero) == [.print("You are muted for all.")])
        _ = model.update(.command(.talk(true)), now: .zero)
        #expect(!model.isTalking)
        #expect(TalkView.statusLine(model, columns: 200, now: .zero).hasPrefix("MUTED FOR ALL"))
        // As a server writes it.
        update.isServerMuted = nil
        #expect(
            model.update(announcement(.userVoiceUpdate(update)), now: .zero) == [
                .print("You are no longer muted for all.")
            ])
    }

    @Test func `a priority speaker is named as one`() {
        var bob = person("bob", 2, isSpeaking: true)
        bob.isPrioritySpeaker = true
        var model = TalkModel.online(with: [bob])
        model.isDeafened = true
        #expect(TalkView.statusLine(model, columns: 200, now: .zero).contains("bob (priority) speaks"))
    }

    @Test func `the engine knows who has priority, and forgets it with them`() {
        var bob = person("bob", 2)
        bob.isPrioritySpeaker = true
        var model = TalkModel.online()
        let voice = VoiceID(rawValue: 2)
        func priorities(_ effects: [TalkEffect]) -> [TalkEffect] {
            effects.filter { if case .setPriority = $0 { true } else { false } }
        }
        let joined = model.update(announcement(.voiceUserJoined(roomID: testRoom.id, user: bob)), now: .zero)
        #expect(priorities(joined) == [.setPriority(true, voice)])
        var update = VoiceUserUpdate(
            userID: UserID(rawValue: 2), isSpeaking: false, isMuted: false, isDeafened: false, voiceID: 2)
        update.isPrioritySpeaker = false
        let taken = model.update(announcement(.userVoiceUpdate(update)), now: .zero)
        #expect(priorities(taken) == [.setPriority(false, voice)])
        update.isPrioritySpeaker = true
        _ = model.update(announcement(.userVoiceUpdate(update)), now: .zero)
        // The engine begins a new session with nobody known.
        let granted = model.update(
            .session(.voiceGranted(testGrant(), host: "192.0.2.7", tunnelPort: nil)), now: .zero)
        #expect(priorities(granted) == [.setPriority(true, voice)])
        let left = model.update(
            announcement(
                .voiceUserLeft(
                    roomID: testRoom.id, userID: UserID(rawValue: 2), voiceID: 2, reason: .left)), now: .zero)
        #expect(priorities(left) == [.setPriority(false, voice)])
    }
}
