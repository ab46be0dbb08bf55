import ControlWire
import Identifiers
import RoomClient
import TerminalSupport
import Testing
import VoiceClient
import VoiceWire

@testable import TalkInterface

struct TalkModelTests {
    private let gone = RoomClientError(.connectionLost, "gone")

    private func printed(_ effects: [TalkEffect]) -> [String] {
        effects.compactMap { if case .print(let line) = $0 { line } else { nil } }
    }

    @Test func `people who come, go, mute and deafen are told, oneself is not`() {
        var model = TalkModel.online()
        func tell(_ message: ControlMessage) -> [String] { printed(model.update(announcement(message), now: .zero)) }
        #expect(tell(.voiceUserJoined(roomID: testRoom.id, user: person("ada", 2))) == ["ada joined voice."])
        #expect(tell(.voiceUserJoined(roomID: testRoom.id, user: person("me", 1))) == [])
        let (ada, voice) = (UserID(rawValue: 2), UInt16(2))
        let muted = VoiceUserUpdate(userID: ada, isSpeaking: false, isMuted: true, isDeafened: false, voiceID: voice)
        #expect(tell(.userVoiceUpdate(muted)) == ["ada is muted."])
        #expect(tell(.userVoiceUpdate(muted)) == [])
        let deafened = VoiceUserUpdate(userID: ada, isSpeaking: true, isMuted: false, isDeafened: true, voiceID: voice)
        #expect(tell(.userVoiceUpdate(deafened)) == ["ada is no longer muted.", "ada is deafened."])
        #expect(model.speakers.map(\.name) == ["ada"])
        let left = ControlMessage.voiceUserLeft(roomID: testRoom.id, userID: ada, voiceID: voice, reason: .timedOut)
        #expect(tell(left) == ["ada left voice: nothing more came from there."])
        #expect(tell(left) == [])
        #expect(model.others.isEmpty)
    }

    @Test func `a server that is about to close is told, with the time`() {
        var model = TalkModel.online()
        let effects = model.update(announcement(.serverClosing(milliseconds: 29_500)), now: .zero)
        #expect(printed(effects) == ["The server closes in 30 s, or as soon as nobody is in voice."])
    }

    @Test func `text names its author, the server's own words do not pretend to have one`() {
        var model = TalkModel.online()
        let message = ControlMessage.roomMessage(roomID: testRoom.id, senderUsername: "System", content: "hello")
        for (sender, line) in [(UserID.server, "hello"), (UserID(rawValue: 7), "<System> hello")] {
            let envelope = ControlEnvelope(senderID: sender, message: message)
            #expect(printed(model.update(.session(.announcement(envelope)), now: .zero)) == [line])
        }
    }

    @Test func `one account with two devices is two people in voice`() {
        var model = TalkModel.online()
        for voice in [5, 6] as [UInt16] {
            let state = VoiceUserState(userID: UserID(rawValue: 2), username: "ada", voiceID: voice)
            _ = model.update(announcement(.voiceUserJoined(roomID: testRoom.id, user: state)), now: .zero)
        }
        let left = ControlMessage.voiceUserLeft(
            roomID: testRoom.id, userID: UserID(rawValue: 2), voiceID: 5, reason: .left)
        _ = model.update(announcement(left), now: .zero)
        #expect(model.others.map(\.voice) == [VoiceID(rawValue: 6)])
    }

    @Test func `the last of too many people fits and one more is not kept`() {
        let users = (0..<VoiceRoster.peopleMax - 2).map { person("p", UInt16($0 + 10)) }
        var model = TalkModel.online(with: users)
        #expect(model.people.count == VoiceRoster.peopleMax - 1)
        for number in [5, 6] as [UInt16] {
            _ = model.update(
                announcement(.voiceUserJoined(roomID: testRoom.id, user: person("q", number))), now: .zero)
        }
        #expect(model.people.count == VoiceRoster.peopleMax)
    }

    @Test func `space turns talking on and off, and says so to the engine`() {
        var model = TalkModel.online()
        #expect(model.update(.command(.talk(nil)), now: .zero) == [.setTransmitting(true)])
        #expect(model.isTalking)
        #expect(model.update(.command(.talk(nil)), now: .zero) == [.setTransmitting(false)])
        #expect(!model.isTalking)
    }

    @Test func `space explains itself where there is no push-to-talk`() {
        var model = TalkModel.online(mode: .continuous)
        let lines = printed(model.update(.command(.talk(nil)), now: .zero))
        #expect(lines == ["Push-to-talk is off: your voice is sent always."])
    }

    @Test func `mute and deafen go to the engine and the server`() {
        var model = TalkModel.online()
        #expect(
            model.update(.command(.mute(nil)), now: .zero) == [.setMuted(true), .send(.setMuted(isMuted: true))])
        #expect(
            model.update(.command(.deafen(true)), now: .zero) == [
                .setDeafened(true), .send(.setDeafened(isDeafened: true)),
            ])
    }

    @Test func `help shows keys to who has keys, and commands to who has lines`() {
        var keys = TalkModel.online()
        #expect(printed(keys.update(.command(.help), now: .zero)) == TalkModel.helpLines)
        var lines = TalkModel(server: testServer, mode: .pushToTalk, hasKeys: false)
        #expect(printed(lines.update(.command(.help), now: .zero)) == [TalkModel.commandsText])
    }

    @Test func `how voice is to come is said at once and to every new session`() {
        var model = TalkModel.online()
        model.mixBitsPerSecond = 16_000
        let wish = TalkEffect.send(.setDelivery(.mixed, bitrate: 16_000))
        #expect(model.update(.command(.delivery(.mixed)), now: .zero) == [wish])
        let again = model.update(.session(.voiceGranted(testGrant(), host: "192.0.2.7", tunnelPort: nil)), now: .zero)
        #expect(again.last == wish)
        #expect(
            model.update(.command(.delivery(nil)), now: .zero) == [.send(.setDelivery(nil, bitrate: 16_000))])
    }

    @Test func `who hears a mix is told so, and who speaks is then what the server says`() {
        var model = TalkModel.online(with: [person("ada", 2, isSpeaking: true)])
        var statistics = VoiceStatistics()
        statistics.talkers = [talker(2, isSpeaking: false)]
        _ = model.update(.tick(statistics), now: .zero)
        #expect(model.speakers.isEmpty)
        var update = VoiceUserUpdate(userID: UserID(rawValue: 1), isSpeaking: false, isMuted: false, voiceID: 1)
        update.isMixed = true
        #expect(
            printed(model.update(announcement(.userVoiceUpdate(update)), now: .zero)) == ["You hear the room's mix."])
        #expect(model.speakers.map(\.name) == ["ada"])
        update.isMixed = nil
        #expect(
            printed(model.update(announcement(.userVoiceUpdate(update)), now: .zero))
                == ["You hear everybody by themselves."])
        #expect(model.speakers.isEmpty)
    }

    @Test func `the volume stays in its range`() {
        var model = TalkModel.online()
        for _ in 0..<15 { _ = model.update(.command(.volume(steps: 1)), now: .zero) }
        #expect(model.volume == 2)
        for _ in 0..<25 { _ = model.update(.command(.volume(steps: -1)), now: .zero) }
        #expect(model.volume == 0)
    }

    @Test func `after a loss the server is told again what this side has set`() {
        var model = TalkModel.online(with: [person("ada", 2)])
        _ = model.update(.command(.mute(true)), now: .zero)
        let effects = model.update(.session(.lost(gone)), now: .seconds(1))
        #expect(effects.first == .disconnectVoice)
        #expect(printed(effects) == ["Reconnecting: gone"])
        #expect(model.people.isEmpty)
        #expect(printed(model.update(.session(.retrying(after: .seconds(1), gone)), now: .seconds(1))) == [])
        #expect(
            printed(model.update(.session(.retrying(after: .seconds(2), gone)), now: .seconds(2)))
                == ["Still trying: gone"])
        #expect(
            printed(model.update(.session(.joined(testRoom)), now: .seconds(4)))
                == ["Back in “General” on chat.example.org:8080."])
        let grant = testGrant()
        #expect(
            model.update(.session(.voiceGranted(grant, host: "192.0.2.7", tunnelPort: 9)), now: .seconds(4)) == [
                .connectVoice(grant, host: "192.0.2.7", tunnelPort: 9), .send(.setMuted(isMuted: true)),
            ])
        #expect(printed(model.update(.engine(.connected), now: .seconds(5))) == ["Voice is back."])
    }

    @Test func `voice that never stood is an error, voice that stood is asked for again`() {
        var fresh = TalkModel(server: testServer, mode: .pushToTalk)
        guard case .quit(let failure?)? = fresh.update(.engine(.lost(.handshakeTimedOut)), now: .zero).last else {
            Issue.record("a voice port that does not answer must end the command")
            return
        }
        #expect(failure.status == .unavailable)
        var model = TalkModel.online()
        let effects = model.update(.engine(.lost(.silent)), now: .zero)
        guard case .renewVoice(let error)? = effects.last else {
            Issue.record("lost voice must be asked for again")
            return
        }
        #expect(error.isTransient)
    }

    @Test func `who was replaced by another session does not come back by itself`() {
        var model = TalkModel.online()
        guard case .quit(let failure?)? = model.update(.engine(.ended(.replaced)), now: .zero).last else {
            Issue.record("the command must end")
            return
        }
        #expect(failure.status == .permission)
    }

    @Test func `a device that fails ends the command with what to do`() {
        var model = TalkModel.online()
        let effects = model.update(.engine(.deviceFailed("audio device \"default\": it was unplugged")), now: .zero)
        #expect(effects == [.quit(CommandFailure(.device, "audio device \"default\": it was unplugged"))])
        #expect(model.update(.command(.help), now: .zero) == [])
    }

    @Test func `the end of the file ends the command only when asked to, and lets the last words out`() {
        var stays = TalkModel.online(mode: .continuous)
        #expect(printed(stays.update(.engine(.sourceEnded), now: .zero)).count == 1)
        #expect(stays.update(.tick(VoiceStatistics()), now: .seconds(100)) == [])
        var leaves = TalkModel.online(mode: .continuous, exitsAtEnd: true)
        #expect(leaves.update(.engine(.sourceEnded), now: .seconds(10)) == [])
        #expect(leaves.update(.tick(VoiceStatistics()), now: .milliseconds(10_999)) == [])
        #expect(leaves.update(.tick(VoiceStatistics()), now: .seconds(11)) == [.disconnectVoice, .quit(nil)])
    }

    @Test func `the duration counts from the moment voice stands`() {
        var model = TalkModel(server: testServer, mode: .pushToTalk, duration: .seconds(5))
        #expect(model.update(.tick(VoiceStatistics()), now: .seconds(50)) == [])
        _ = model.update(.engine(.connected), now: .seconds(60))
        #expect(model.update(.tick(VoiceStatistics()), now: .milliseconds(64_999)) == [])
        #expect(model.update(.tick(VoiceStatistics()), now: .seconds(65)) == [.disconnectVoice, .quit(nil)])
    }

    @Test func `an interruption is an error only before voice stood`() {
        var early = TalkModel(server: testServer, mode: .pushToTalk)
        #expect(
            early.update(.interrupted, now: .zero)
                == [.disconnectVoice, .quit(CommandFailure(.interrupted, "interrupted."))])
        var late = TalkModel.online()
        #expect(late.update(.interrupted, now: .zero) == [.disconnectVoice, .quit(nil)])
    }

    @Test func `who is deafened sees who speaks from the server, for here nobody is heard`() {
        var model = TalkModel.online(with: [person("ada", 2, isSpeaking: true), person("bob", 3)])
        var statistics = VoiceStatistics()
        statistics.talkers = [talker(2, isSpeaking: false), talker(3, isSpeaking: true)]
        _ = model.update(.tick(statistics), now: .zero)
        #expect(model.speakers.map(\.name) == ["bob"])
        _ = model.update(.command(.deafen(true)), now: .zero)
        #expect(model.speakers.map(\.name) == ["ada"])
    }

    @Test func `the delay is that of who speaks now, and of nobody when nobody does`() {
        var model = TalkModel.online(with: [person("ada", 2), person("bob", 3)])
        var statistics = VoiceStatistics()
        statistics.roundTripMilliseconds = 10
        statistics.talkers = [talker(2, isSpeaking: true, delay: 40), talker(3, isSpeaking: false, delay: 60)]
        _ = model.update(.tick(statistics), now: .zero)
        #expect(model.delayMilliseconds == 45)
        statistics.talkers = [talker(3, isSpeaking: false, delay: 60)]
        _ = model.update(.tick(statistics), now: .zero)
        #expect(model.delayMilliseconds == nil)
    }

    @Test func `the quality is reported now and then`() {
        var model = TalkModel.online()
        var statistics = VoiceStatistics()
        statistics.roundTripMilliseconds = 12.4
        statistics.talkers = [talker(2, isSpeaking: true)]
        #expect(
            model.update(.tick(statistics), now: .seconds(1))
                == [.send(.audioQualityReport(packetLoss: 0, latency: 12, jitter: 2))])
        #expect(model.update(.tick(statistics), now: .seconds(5)) == [])
        #expect(model.update(.tick(statistics), now: .seconds(6)).count == 1)
    }

    @Test func `What the server says of how the room hears this client goes to the engine and is shown`() {
        var model = TalkModel.online()
        var reception = VoiceReception(
            roomID: testRoom.id, listeners: 3, packetLoss: 0.25, burstRatio: 1.5, jitter: 4, playoutDelay: 60)
        reception.rating = 80
        let effects = model.update(announcement(.voiceReception(reception)), now: .seconds(1))
        #expect(effects == [.noteReception(HeardByOthers(lossShare: 0.25, burstRatio: 1.5))])
        let shown = TalkView.statusLine(model, columns: 200, now: .seconds(1))
        #expect(shown.contains("sent loss 25%") && shown.contains("yours 4.0"))
        // Of another room it says nothing, and after a while nothing any more.
        reception.roomID = RoomID(rawValue: 99)
        #expect(model.update(announcement(.voiceReception(reception)), now: .seconds(1)).isEmpty)
        _ = model.update(.tick(VoiceStatistics()), now: .seconds(1) + TalkModel.receptionLifetime)
        #expect(model.reception != nil)
        _ = model.update(
            .tick(VoiceStatistics()), now: .seconds(1) + TalkModel.receptionLifetime + .nanoseconds(1))
        #expect(model.reception == nil)
    }

    @Test(arguments: [(Float.infinity, "100%"), (1e30, "100%"), (-1, nil), (.nan, nil)] as [(Float, String?)])
    func `A server's nonsense of how this client is heard is held to what is possible`(loss: Float, shown: String?) {
        var model = TalkModel.online()
        var reception = VoiceReception(
            roomID: testRoom.id, listeners: 3, packetLoss: loss, burstRatio: .infinity, jitter: .max,
            playoutDelay: .max)
        reception.rating = .max
        _ = model.update(announcement(.voiceReception(reception)), now: .seconds(1))
        let line = TalkView.statusLine(model, columns: 200, now: .seconds(1))
        #expect(line.contains("sent loss") == (shown != nil))
        if let shown { #expect(line.contains("sent loss \(shown)")) }
        #expect(line.contains("yours 4.5"))
    }

    @Test(arguments: [(15, false), (16, true), (128, true), (129, false), (Int.max, false), (-40, false)])
    func `The bitrate may be changed within its range`(kilobits: Int, isTaken: Bool) {
        var model = TalkModel.online()
        let effects = model.update(.command(.bitrate(kilobits)), now: .zero)
        let taken: [TalkEffect] = [
            .setBitrate(kilobits &* 1_000),
            .send(.requestBitrateChange(targetBitrate: UInt32(clamping: kilobits &* 1_000))),
        ]
        #expect(isTaken ? effects == taken : effects == [.print("bitrate \(kilobits): give 16 to 128 kbit/s.")])
    }
}
