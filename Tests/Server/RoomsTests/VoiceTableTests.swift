import Identifiers
import Permissions
import Testing
import VoiceRelay
import VoiceWire

@testable import Rooms

@Suite struct VoiceTableTests {
    private func entry(_ number: UInt16, _ settings: VoiceSettings = VoiceSettings()) -> VoiceTable.Entry {
        let member = Member(
            connection: ConnectionID(rawValue: UInt64(number)), user: UserID(rawValue: 1), name: "ann", role: .member,
            outbox: Outbox(counters: ControlCounters()))
        return VoiceTable.Entry(voice: VoiceID(rawValue: number), member: member, settings: settings)
    }

    @Test func routesFollowMuteAndDeafen() {
        var table = VoiceTable()
        table.insert(entry(3, VoiceSettings(isMuted: true)))
        table.insert(entry(1, VoiceSettings(isDeafened: true)))
        table.insert(entry(2))
        #expect(
            table.routes == [
                VoiceRoute(voice: VoiceID(rawValue: 1), maySpeak: true, mayHear: false),
                VoiceRoute(voice: VoiceID(rawValue: 2), maySpeak: true, mayHear: true),
                VoiceRoute(voice: VoiceID(rawValue: 3), maySpeak: false, mayHear: true),
            ])
    }

    @Test func routesNameThePrioritySpeakers() {
        var table = VoiceTable()
        var speaker = entry(1)
        speaker.standing.isPrioritySpeaker = true
        table.insert(speaker)
        table.insert(entry(2))
        #expect(table.routes.map(\.isPrioritySpeaker) == [true, false])
        _ = table.applyStandings { _ in VoiceStanding() }
        #expect(table.routes.map(\.isPrioritySpeaker) == [false, false])
    }

    @Test func removedEntriesAreGoneForBothKeys() {
        var table = VoiceTable()
        table.insert(entry(1))
        #expect(table.remove(VoiceID(rawValue: 1)) != nil)
        #expect(table.remove(VoiceID(rawValue: 1)) == nil)
        #expect(table[ConnectionID(rawValue: 1)] == nil)
        #expect(table.routes.isEmpty && table.count == 0)
    }

    @Test func mutingEndsSpeaking() {
        var table = VoiceTable()
        table.insert(entry(1))
        #expect(table.setSpeaking(true, VoiceID(rawValue: 1))?.isSpeaking == true)
        #expect(table.setSpeaking(true, VoiceID(rawValue: 1)) == nil)
        #expect(table.apply(VoiceSettings(isMuted: true), to: ConnectionID(rawValue: 1))?.after.isSpeaking == false)
        #expect(table.setSpeaking(true, VoiceID(rawValue: 1)) == nil)
    }
}
