import ControlWire
import Identifiers
import VoiceRelay
import VoiceWire

/// What a person set for their own voice.
struct VoiceSettings: Equatable, Sendable {
    var isMuted = false
    var isDeafened = false
    /// Playback volume, 0…2.
    var volume: Float = 1

    static let volumeRange: ClosedRange<Float> = 0...2
}

/// Who is in voice in one room, and what the relay may do with each: pure, owned by the room.
struct VoiceTable {
    struct Entry {
        let voice: VoiceID
        let member: Member
        var settings: VoiceSettings
        var isSpeaking = false

        var state: VoiceUserState {
            VoiceUserState(
                userID: member.user, username: member.name, isSpeaking: isSpeaking, isMuted: settings.isMuted,
                isDeafened: settings.isDeafened, volume: settings.volume, voiceID: voice.rawValue)
        }

        func update(in room: RoomID) -> VoiceUserUpdate {
            VoiceUserUpdate(
                userID: member.user, isSpeaking: isSpeaking, isMuted: settings.isMuted, isDeafened: settings.isDeafened,
                voiceID: voice.rawValue, roomID: room)
        }
    }

    private var entries: [VoiceID: Entry] = [:]
    private var voices: [ConnectionID: VoiceID] = [:]

    var count: Int { entries.count }

    subscript(connection: ConnectionID) -> Entry? { voices[connection].flatMap { entries[$0] } }

    /// In the order of their wire ids, so that the same people give the same table.
    var routes: [VoiceRoute] {
        sorted.map {
            VoiceRoute(voice: $0.voice, maySpeak: !$0.settings.isMuted, mayHear: !$0.settings.isDeafened)
        }
    }

    var states: [VoiceUserState] { sorted.map(\.state) }

    /// A connection has at most one entry; the caller has checked.
    mutating func insert(_ entry: Entry) {
        precondition(voices[entry.member.connection] == nil, "one voice session per connection")
        entries[entry.voice] = entry
        voices[entry.member.connection] = entry.voice
    }

    mutating func remove(_ voice: VoiceID) -> Entry? {
        guard let entry = entries.removeValue(forKey: voice) else { return nil }
        voices[entry.member.connection] = nil
        return entry
    }

    /// Applies settings; nil if the connection is not in voice. Who is muted does not speak.
    mutating func apply(_ settings: VoiceSettings, to connection: ConnectionID) -> (before: Entry, after: Entry)? {
        guard let voice = voices[connection], let before = entries[voice] else { return nil }
        var after = before
        after.settings = settings
        if settings.isMuted { after.isSpeaking = false }
        entries[voice] = after
        return (before, after)
    }

    /// What the relay heard; nil when that changes nothing that is shown.
    mutating func setSpeaking(_ isSpeaking: Bool, _ voice: VoiceID) -> Entry? {
        guard var entry = entries[voice], entry.isSpeaking != isSpeaking else { return nil }
        // The relay drops a muted member's frames; a notice that was under way when muting is stale.
        guard !(isSpeaking && entry.settings.isMuted) else { return nil }
        entry.isSpeaking = isSpeaking
        entries[voice] = entry
        return entry
    }

    private var sorted: [Entry] { entries.values.sorted { $0.voice.rawValue < $1.voice.rawValue } }
}
