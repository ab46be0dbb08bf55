import ControlWire
import Identifiers
import KeyInput
import RoomClient
import TalkInterface
import TerminalUI
import Testing
import VoiceClient
import VoiceWire

@Suite("voice seat")
struct VoiceSeatTests {
    private let place = RoomID(rawValue: 1)

    private func grant() -> VoiceGrant {
        var grant = VoiceGrant(udpPort: 8_081, sessionToken: "00")
        grant.voiceID = 7
        grant.roomID = place
        return grant
    }

    /// In General's voice, with push-to-talk.
    private func seated(releases: Bool = false) -> Desk {
        let desk = Desk.online()
        desk.send(.input(.reportsReleases(releases)))
        desk.press(.function(5))
        desk.answer(.voice(place), .voice(grant(), host: "127.0.0.1", tunnelPort: nil))
        desk.send(.engine(.connected))
        _ = desk.takeEffects()
        return desk
    }

    @Test("F5 asks for voice in the room, opens it with the grant, and leaves it again")
    func comeAndGo() {
        let desk = Desk.online()
        _ = desk.takeEffects()
        desk.press(.function(5))
        #expect(desk.takeEffects() == [.request(.voice(place))])
        desk.answer(.voice(place), .voice(grant(), host: "127.0.0.1", tunnelPort: nil))
        #expect(desk.takeEffects().first == .voice(.connectVoice(grant(), host: "127.0.0.1", tunnelPort: nil)))
        desk.press(.function(5))
        #expect(desk.takeEffects() == [.voice(.disconnectVoice), .closeVoice, .request(.leaveVoice(place))])
        #expect(desk.model.seat == nil)
    }

    @Test("who has left voice is not shown in it any more")
    func left() {
        let desk = seated()
        desk.hear(
            .roomVoiceState(
                roomID: place,
                users: [
                    VoiceUserState(userID: ada, username: "ada", voiceID: 7),
                    VoiceUserState(userID: bob, username: "bob", voiceID: 9),
                ]))
        desk.press(.function(5))
        #expect(desk.model.rosters[place]?.people.map(\.name) == ["bob"])
    }

    @Test("the talk key is held where the terminal tells of releases")
    func held() {
        let desk = seated(releases: true)
        #expect(desk.model.isTalkKeyHeld)
        desk.press(.function(8))
        desk.press(.function(8), [], .repetition)
        #expect(desk.takeEffects() == [.voice(.setTransmitting(true))])
        desk.press(.function(8), [], .release)
        desk.wait(.seconds(20))
        #expect(desk.takeEffects() == [.voice(.setTransmitting(false))])
        #expect(desk.model.deadline == nil)
    }

    @Test("it toggles where the terminal does not tell")
    func toggled() {
        let desk = seated()
        #expect(!desk.model.isTalkKeyHeld)
        desk.press(.function(8))
        desk.wait(.seconds(10))
        #expect(desk.takeEffects() == [.voice(.setTransmitting(true))])
        desk.press(.function(8))
        desk.wait(.seconds(1))
        #expect(desk.takeEffects() == [.voice(.setTransmitting(false))])
    }

    @Test("losing the keyboard lets go of the talk key")
    func focus() {
        let desk = seated(releases: true)
        desk.press(.function(8))
        desk.send(.input(.focus(false)))
        desk.wait(.seconds(1))
        #expect(desk.takeEffects().contains(.voice(.setTransmitting(false))))
    }

    @Test("muted stays muted through deafening, a reconnect and another room; only one's own word ends it")
    func muteStays() {
        let desk = seated()
        desk.press(.function(6))
        #expect(desk.takeEffects() == [.voice(.setMuted(true)), .send(.setMuted(isMuted: true))])
        desk.press(.function(7))
        desk.press(.function(7))
        #expect(desk.model.isMuted)
        #expect(!desk.model.isDeafened)
        desk.send(.lost(RoomClientError(.connectionLost, "gone")))
        _ = desk.takeEffects()
        desk.logIn()
        #expect(desk.takeEffects().contains(.request(.voice(place))))
        desk.answer(.voice(place), .voice(grant(), host: "127.0.0.1", tunnelPort: nil))
        #expect(desk.takeEffects().contains(.send(.setMuted(isMuted: true))))
        desk.press(.function(5))
        desk.press(.function(5))
        #expect(desk.model.seat?.talk.isMuted == true)
    }

    @Test("deafening mutes")
    func deafening() {
        let desk = seated()
        desk.press(.function(7))
        let effects = desk.takeEffects()
        #expect(effects.contains(.voice(.setDeafened(true))))
        #expect(effects.contains(.voice(.setMuted(true))))
    }

    @Test("refused for now, voice is asked for again, ever later; refused for good, not")
    func refusal() {
        let desk = Desk.online()
        desk.press(.function(5))
        _ = desk.takeEffects()
        let full = RoomClientError(.voiceRefused(.roomFull), "the room is full")
        var waits: [Duration] = []
        for _ in 0..<8 {
            desk.send(.answered(.voice(place), .failure(full)))
            guard case .waiting(let until) = desk.model.seat?.state else {
                Issue.record("it does not wait")
                return
            }
            waits.append(until - desk.now)
            desk.now = until
            let wanted = desk.send(.clock)
            #expect(wanted.contains(.request(.voice(place))))
        }
        #expect(waits == waits.sorted())
        #expect(waits.allSatisfy { $0 >= .milliseconds(250) && $0 <= ReconnectBackoff.delayMax })
        desk.send(.answered(.voice(place), .failure(RoomClientError(.voiceRefused(.notPermitted), "no"))))
        #expect(desk.model.seat == nil)
    }

    @Test("a moderator's move takes the person along, with voice")
    func moved() {
        let desk = seated()
        desk.hear(
            .removedFromRoom(
                RoomRemoval(
                    roomID: place, action: .moved, byUsername: "bob", reason: nil, toRoomID: RoomID(rawValue: 2))))
        #expect(desk.takeEffects().contains(.request(.join(RoomID(rawValue: 2), password: nil))))
        desk.join(room(2, "Lounge"))
        #expect(desk.model.selected == .room(RoomID(rawValue: 2)))
        #expect(desk.takeEffects().contains(.request(.voice(RoomID(rawValue: 2)))))
    }

    @Test("one person's volume is kept by name and said again to every new session")
    func volumes() {
        let desk = seated()
        desk.hear(.voiceUserJoined(roomID: place, user: VoiceUserState(userID: bob, username: "bob", voiceID: 9)))
        _ = desk.takeEffects()
        desk.type("/volume bob 50\n")
        let effects = desk.takeEffects()
        #expect(effects.contains(.voice(.setTalkerVolume(0.5, VoiceID(rawValue: 9)))))
        #expect(desk.model.settings.userVolumes == ["bob": 0.5])
        desk.answer(.voice(place), .voice(grant(), host: "127.0.0.1", tunnelPort: nil))
        #expect(desk.takeEffects().contains(.voice(.setTalkerVolume(0.5, VoiceID(rawValue: 9)))))
    }

    @Test("in a mix the server is told how loud somebody is to be, from its first moment on")
    func mixedVolumes() {
        let desk = seated()
        let bobVoice = VoiceUserState(userID: bob, username: "bob", voiceID: 9)
        let account = desk.model.account?.userID ?? .server
        let me = VoiceUserState(userID: account, username: "ada", voiceID: 7)
        desk.hear(.roomVoiceState(roomID: place, users: [me, bobVoice]))
        desk.type("/volume bob 50\n")
        let told = Effect.send(.setVoiceVolume(voiceID: 9, volume: 0.5))
        #expect(!desk.takeEffects().contains(told))
        desk.type("/delivery mixed\n")
        #expect(desk.takeEffects().contains(.send(.setDelivery(.mixed))))
        var update = VoiceUserUpdate(
            userID: account, isSpeaking: false, isMuted: false, voiceID: 7, roomID: place)
        update.isMixed = true
        desk.hear(.userVoiceUpdate(update))
        #expect(desk.takeEffects().contains(told))
        desk.type("/volume bob 100\n")
        #expect(desk.takeEffects().contains(.send(.setVoiceVolume(voiceID: 9, volume: 1))))
        desk.type("/delivery loud\n")
        #expect(desk.takeEffects().isEmpty)
        #expect(desk.model.delivery == .mixed)
    }

    @Test("lights of another room follow the server's word, of this one what is heard")
    func lights() {
        let desk = seated()
        desk.hear(
            .roomVoiceState(roomID: place, users: [VoiceUserState(userID: bob, username: "bob", voiceID: 9)]))
        #expect(desk.model.memberRows.first?.name == "bob")
        #expect(desk.model.memberRows.first?.isSpeaking == false)
        var statistics = VoiceStatistics()
        statistics.talkers = [
            VoiceStatistics.Talker(
                voice: VoiceID(rawValue: 9), isSpeaking: true, level: 20, playoutDelayMilliseconds: 30,
                jitterMilliseconds: 1)
        ]
        desk.send(.statistics(statistics))
        #expect(desk.model.memberRows.first?.isSpeaking == true)
    }

    @Test("a setting that only a new engine takes makes one, without leaving the room")
    func restart() {
        let desk = seated()
        desk.press(.function(4))
        desk.send(.devices(inputs: [SettingsForm.Device(name: "hw:1", description: "USB")], outputs: []))
        _ = desk.takeEffects()
        desk.press(.right)
        let effects = desk.takeEffects()
        #expect(desk.model.settings.inputDevice == "hw:1")
        #expect(effects.contains(.restartVoice))
        #expect(effects.contains(.request(.voice(place))))
        #expect(desk.model.seat?.room == place)
    }
}
