import ControlWire
import Foundation
import Identifiers
import VoiceMixer
import VoiceRelay
import VoiceWire

/// What a person set for their own voice.
struct VoiceSettings: Equatable, Sendable {
    var isMuted = false
    var isDeafened = false
    /// Playback volume, 0…2.
    var volume: Float = 1
    /// How they want to get voice; nil: as the room says.
    var delivery: VoiceDelivery?
    /// Bits a second that a mix may take; nil: as the server says.
    var mixBitsPerSecond: UInt32?

    static let volumeRange: ClosedRange<Float> = 0...2
}

/// What the room laid on a person's voice or gave it, whatever they set themselves.
struct VoiceStanding: Equatable, Sendable {
    /// By a moderator or for want of the right to speak.
    var isServerMuted = false
    /// By a moderator or for want of the right to listen.
    var isServerDeafened = false
    var isPrioritySpeaker = false
}

/// Who is in voice in one room, and what the relay may do with each: pure, owned by the room.
struct VoiceTable {
    struct Entry {
        let voice: VoiceID
        let member: Member
        var settings: VoiceSettings
        var standing = VoiceStanding()
        var isSpeaking = false
        /// Nil: gets everybody's frames as they are. Else the quality of the mix that they get.
        var mix: MixQuality?
        /// Of others in that mix, where it is not 1.
        var volumes: [VoiceID: Float] = [:]
        var joinedAt = Date()
        var figures = VoiceSessionFigures()

        var maySpeak: Bool { !settings.isMuted && !standing.isServerMuted }
        var mayHear: Bool { !settings.isDeafened && !standing.isServerDeafened }

        var state: VoiceUserState {
            var state = VoiceUserState(
                userID: member.user, username: member.name, isSpeaking: isSpeaking, isMuted: settings.isMuted,
                isDeafened: settings.isDeafened, volume: settings.volume, voiceID: voice.rawValue)
            state.isServerMuted = standing.isServerMuted.orAbsent
            state.isServerDeafened = standing.isServerDeafened.orAbsent
            state.isPrioritySpeaker = standing.isPrioritySpeaker.orAbsent
            state.isMixed = (mix != nil).orAbsent
            return state
        }

        func update(in room: RoomID) -> VoiceUserUpdate {
            var update = VoiceUserUpdate(
                userID: member.user, isSpeaking: isSpeaking, isMuted: settings.isMuted, isDeafened: settings.isDeafened,
                voiceID: voice.rawValue, roomID: room)
            update.isServerMuted = standing.isServerMuted.orAbsent
            update.isServerDeafened = standing.isServerDeafened.orAbsent
            update.isPrioritySpeaker = standing.isPrioritySpeaker.orAbsent
            update.isMixed = (mix != nil).orAbsent
            return update
        }
    }

    private var entries: [VoiceID: Entry] = [:]
    private var voices: [ConnectionID: VoiceID] = [:]

    var count: Int { entries.count }

    subscript(connection: ConnectionID) -> Entry? { voices[connection].flatMap { entries[$0] } }

    subscript(voice: VoiceID) -> Entry? { entries[voice] }

    /// In the order of their wire ids, so that the same people give the same table.
    var routes: [VoiceRoute] {
        sorted.map {
            var route = VoiceRoute(
                voice: $0.voice, maySpeak: $0.maySpeak, mayHear: $0.mayHear,
                isPrioritySpeaker: $0.standing.isPrioritySpeaker)
            route.isMixed = $0.mix != nil
            return route
        }
    }

    /// Who gets the room's mix, in the same order.
    var mixPlan: MixPlan {
        MixPlan(
            listeners: sorted.compactMap { entry in
                guard let quality = entry.mix, entry.mayHear else { return nil }
                return MixListener(voice: entry.voice, quality: quality, volumes: entry.volumes)
            })
    }

    /// In the same order.
    var all: [Entry] { sorted }

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
        // The id may be somebody else's soon.
        for other in entries.keys { entries[other]?.volumes[voice] = nil }
        return entry
    }

    /// Applies settings; nil if the connection is not in voice. Who is muted does not speak.
    mutating func apply(_ settings: VoiceSettings, to connection: ConnectionID) -> (before: Entry, after: Entry)? {
        guard let voice = voices[connection], let before = entries[voice] else { return nil }
        var after = before
        after.settings = settings
        if !after.maySpeak { after.isSpeaking = false }
        entries[voice] = after
        return (before, after)
    }

    /// Takes into force how each person gets voice now.
    /// - Returns: those for whom others see a difference, in the order of their wire ids; and whether there is any at all.
    mutating func applyMixes(_ mix: (VoiceSettings) -> MixQuality?) -> (visible: [Entry], isChanged: Bool) {
        var visible: [Entry] = []
        var isChanged = false
        for entry in sorted {
            let wanted = mix(entry.settings)
            guard wanted != entry.mix else { continue }
            entries[entry.voice]?.mix = wanted
            isChanged = true
            if (wanted == nil) != (entry.mix == nil), let changed = entries[entry.voice] { visible.append(changed) }
        }
        return (visible, isChanged)
    }

    /// How loud a connection wants to hear a voice in its mix; nil if either is not in voice, false if it has too many volumes.
    mutating func setVolume(_ volume: Float, of voice: VoiceID, for connection: ConnectionID) -> Bool? {
        guard let own = voices[connection], entries[voice] != nil else { return nil }
        guard volume != 1 else {
            entries[own]?.volumes[voice] = nil
            return true
        }
        guard entries[own]?.volumes[voice] != nil || (entries[own]?.volumes.count ?? 0) < MixListener.volumesMax else {
            return false
        }
        entries[own]?.volumes[voice] = volume
        return true
    }

    /// Takes into force what holds for each person now.
    /// - Returns: those for whom something changed, in the order of their wire ids.
    mutating func applyStandings(_ standing: (Member) -> VoiceStanding) -> [Entry] {
        var changed: [Entry] = []
        for var entry in sorted {
            let now = standing(entry.member)
            guard entry.standing != now else { continue }
            entry.standing = now
            if !entry.maySpeak { entry.isSpeaking = false }
            entries[entry.voice] = entry
            changed.append(entry)
        }
        return changed
    }

    mutating func note(_ report: QualityReport, from connection: ConnectionID) {
        if let voice = voices[connection] { entries[voice]?.figures.note(report) }
    }

    mutating func noteTunnel(of connection: ConnectionID) {
        if let voice = voices[connection] { entries[voice]?.figures.isTunnelled = true }
    }

    /// Bytes a second that the session sends, from a reading of the relay's total.
    mutating func readRate(of voice: VoiceID, total: UInt64, at now: ContinuousClock.Instant) -> Double {
        entries[voice]?.figures.rate.read(total, at: now) ?? 0
    }

    /// The entries of all of an account's connections.
    func entries(of user: UserID) -> [Entry] { sorted.filter { $0.member.user == user } }

    /// What the relay heard; nil when that changes nothing that is shown.
    mutating func setSpeaking(_ isSpeaking: Bool, _ voice: VoiceID) -> Entry? {
        guard var entry = entries[voice], entry.isSpeaking != isSpeaking else { return nil }
        // The relay drops a muted member's frames; a notice that was under way when muting is stale.
        guard entry.maySpeak || !isSpeaking else { return nil }
        entry.isSpeaking = isSpeaking
        entries[voice] = entry
        return entry
    }

    private var sorted: [Entry] { entries.values.sorted { $0.voice.rawValue < $1.voice.rawValue } }
}

extension Bool {
    /// Absent is no on the wire: RustyRoom's clients see what they always saw.
    fileprivate var orAbsent: Bool? { self ? true : nil }
}
