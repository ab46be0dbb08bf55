import ControlWire
import Identifiers
import TerminalSupport
import VoiceWire

/// Who is in a room's voice, as the server's announcements tell. Pure.
package struct VoiceRoster: Equatable, Sendable {
    /// One device of one person in the room's voice; all text in it is safe for a terminal.
    package struct Person: Equatable, Sendable {
        package var userID: UserID
        package var voice: VoiceID?
        package var name: String
        package var isSpeaking: Bool
        package var isMuted: Bool
        package var isDeafened: Bool
        /// For all, by a moderator or for want of the right.
        package var isServerMuted = false
        package var isServerDeafened = false
        package var isPrioritySpeaker = false
        /// Hears the room's mix instead of everybody by themselves.
        package var isMixed = false
    }

    /// What an announcement changed.
    package enum Change: Equatable, Sendable {
        /// Everybody is told anew; these were there before.
        case replaced([Person])
        case joined(Person)
        case left(Person, VoiceLeaveReason)
        case updated(from: Person, to: Person)
    }

    /// Most people that are remembered; a room that has more shows the first.
    package static let peopleMax = 1_024

    package private(set) var people: [Person] = []

    package init() {}

    /// Takes an announcement about this room's voice; nil when it is none, or changes nothing that is known.
    package mutating func hear(_ message: ControlMessage) -> Change? {
        switch message {
        case .roomVoiceState(_, let users):
            let before = people
            people = users.prefix(Self.peopleMax).map(Person.init)
            return .replaced(before)
        case .voiceUserJoined(_, let user):
            let person = Person(user)
            people.removeAll { $0.userID == person.userID && $0.voice == person.voice }
            guard people.count < Self.peopleMax else { return nil }
            people.append(person)
            return .joined(person)
        case .voiceUserLeft(_, let userID, let voiceID, let reason):
            guard let index = index(of: userID, VoiceID(rawValue: voiceID)) else { return nil }
            return .left(people.remove(at: index), reason)
        case .userVoiceUpdate(let update): return apply(update)
        default: return nil
        }
    }

    package mutating func removeAll() { people = [] }

    private mutating func apply(_ update: VoiceUserUpdate) -> Change? {
        guard let index = index(of: update.userID, update.voiceID.map(VoiceID.init(rawValue:))) else { return nil }
        let before = people[index]
        people[index].isSpeaking = update.isSpeaking
        people[index].isMuted = update.isMuted
        people[index].isDeafened = update.isDeafened ?? before.isDeafened
        // A server leaves out what is not so.
        people[index].isServerMuted = update.isServerMuted ?? false
        people[index].isServerDeafened = update.isServerDeafened ?? false
        people[index].isPrioritySpeaker = update.isPrioritySpeaker ?? false
        people[index].isMixed = update.isMixed ?? false
        return .updated(from: before, to: people[index])
    }

    /// By voice id where both sides have one: an account may be there with two devices.
    private func index(of userID: UserID, _ voice: VoiceID?) -> Int? {
        people.firstIndex { $0.userID == userID && ($0.voice == nil || voice == nil || $0.voice == voice) }
    }
}

extension VoiceRoster.Person {
    init(_ state: VoiceUserState) {
        self.init(
            userID: state.userID, voice: state.voiceID.map(VoiceID.init(rawValue:)),
            name: TerminalText.name(state.username),
            isSpeaking: state.isSpeaking, isMuted: state.isMuted, isDeafened: state.isDeafened,
            isServerMuted: state.isServerMuted ?? false, isServerDeafened: state.isServerDeafened ?? false,
            isPrioritySpeaker: state.isPrioritySpeaker ?? false, isMixed: state.isMixed ?? false)
    }
}
