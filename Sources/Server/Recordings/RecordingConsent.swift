public import Identifiers
public import VoiceWire

/// Who was asked whether they may be recorded, and what they said: pure, owned by the room.
///
/// Keyed by voice session. Nobody is recorded before their own yes in that session; a yes ends with a no of the account on any
/// device, with leaving voice and with losing the connection. Time is passed in and only kept.
public struct RecordingConsent: Sendable {
    /// Questions and answers of one recording that are kept; beyond them nobody else is asked, and no further yes is taken.
    public static let eventsMax = 10_000
    /// Of these, of one account: whoever comes and goes, or changes their mind, without end, uses up no one else's.
    public static let eventsPerUserMax = 1_000

    public enum Answer: Equatable, Sendable { case asked, yes, no }

    public struct Speaker: Equatable, Sendable {
        public let voice: VoiceID
        public let user: UserID
        public let name: String
        public internal(set) var answer = Answer.asked
    }

    /// What the room has to do.
    public enum Action: Equatable, Sendable {
        /// Tell the person that the room is recorded, and ask.
        case ask(VoiceID)
        /// From now on the recorder takes the session's frames.
        case admit(Speaker)
        /// From now on it takes none.
        case withdraw(VoiceID)
        /// To be kept with the recording.
        case note(ConsentEvent)
    }

    private var speakersByVoice: [VoiceID: Speaker] = [:]
    private var eventCounts: [UserID: Int] = [:]
    public private(set) var eventCount = 0

    public init() {}

    /// By voice id, so that the same people give the same list.
    public var speakers: [Speaker] { speakersByVoice.values.sorted { $0.voice.rawValue < $1.voice.rawValue } }

    public subscript(voice: VoiceID) -> Speaker? { speakersByVoice[voice] }

    /// Whether the session's frames may be written.
    public func isInForce(_ voice: VoiceID) -> Bool { speakersByVoice[voice]?.answer == .yes }

    /// Somebody is in voice, now or when the recording starts: they are asked.
    /// - Returns: nil where the question is one too many: they are not asked, and not recorded.
    public mutating func join(_ voice: VoiceID, user: UserID, name: String, at milliseconds: Int64) -> [Action]? {
        guard speakersByVoice[voice] == nil else { return [] }
        guard mayNote(user) else { return nil }
        let speaker = Speaker(voice: voice, user: user, name: name)
        speakersByVoice[voice] = speaker
        return [note(.asked, speaker, milliseconds), .ask(voice)]
    }

    /// A session's answer. A no holds for every session of the account, a yes for the one alone.
    /// - Returns: nil where a yes is one too many.
    public mutating func answer(_ isYes: Bool, by voice: VoiceID, at milliseconds: Int64) -> [Action]? {
        guard let speaker = speakersByVoice[voice] else { return [] }
        guard isYes else {
            return speakers.filter { $0.user == speaker.user && $0.answer != .no }
                .flatMap { refuse($0, milliseconds) }
        }
        guard speaker.answer != .yes else { return [] }
        guard mayNote(speaker.user) else { return nil }
        speakersByVoice[voice]?.answer = .yes
        return [note(.yes, speaker, milliseconds), .admit(speaker)]
    }

    /// Somebody is no longer in voice.
    public mutating func leave(_ voice: VoiceID, isLost: Bool, at milliseconds: Int64) -> [Action] {
        guard let speaker = speakersByVoice.removeValue(forKey: voice) else { return [] }
        let event = note(isLost ? .lost : .left, speaker, milliseconds)
        return speaker.answer == .yes ? [.withdraw(voice), event] : [event]
    }

    private mutating func refuse(_ speaker: Speaker, _ milliseconds: Int64) -> [Action] {
        speakersByVoice[speaker.voice]?.answer = .no
        let event = note(.no, speaker, milliseconds)
        return speaker.answer == .yes ? [.withdraw(speaker.voice), event] : [event]
    }

    /// Whether there is room for one more question or yes. A no and an end are always kept.
    private func mayNote(_ user: UserID) -> Bool {
        eventCount < Self.eventsMax && eventCounts[user, default: 0] < Self.eventsPerUserMax
    }

    private mutating func note(_ kind: ConsentEvent.Kind, _ speaker: Speaker, _ milliseconds: Int64) -> Action {
        eventCount += 1
        eventCounts[speaker.user, default: 0] += 1
        return .note(
            ConsentEvent(kind: kind, voice: speaker.voice, user: speaker.user, name: speaker.name, at: milliseconds))
    }
}

/// A question or an answer, kept with the recording.
public struct ConsentEvent: Equatable, Sendable {
    /// Names as in the manifest.
    public enum Kind: String, Sendable, CaseIterable {
        case asked, yes, no, left
        /// The connection was lost.
        case lost
    }

    public var kind: Kind
    public var voice: VoiceID
    public var user: UserID
    public var name: String
    /// Milliseconds since 1970.
    public var at: Int64

    public init(kind: Kind, voice: VoiceID, user: UserID, name: String, at: Int64) {
        self.kind = kind
        self.voice = voice
        self.user = user
        self.name = name
        self.at = at
    }
}
