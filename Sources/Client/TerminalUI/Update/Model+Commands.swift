import ControlWire
import Identifiers
import RoomClient
import TalkInterface
import TerminalSupport
import VoiceClient

extension Model {
    /// What stands after the slash. Unknown words are told, never sent.
    mutating func perform(command text: String) -> [Effect] {
        let name = String(text.prefix { !$0.isWhitespace }).lowercased()
        let rest = text.dropFirst(name.count).trimmingSpaces
        switch name {
        case "join": return rest.isEmpty ? openRooms() : join(words: rest)
        case "leave": return askToLeave()
        case "create": return create(rest)
        case "rooms": return openRooms()
        case "topic": return inRoom { .request(.setTopic($0, rest)) }
        case "invite": return rest.isEmpty ? inRoom { .request(.invite($0)) } : [.request(.joinByInvitation(rest))]
        case "msg": return write(rest)
        case "search": return search(rest)
        case "edit", "delete": return touchLast(deletes: name == "delete")
        case "unread": return jumpToFirstUnread()
        case "retry": return retryPosts()
        case "settings": return openSettings()
        case "help": overlay = .help(scroll: 0)
        case "who": note(memberRows.isEmpty ? "Nobody is here." : memberRows.map(\.name).joined(separator: ", "))
        case "quit": return quit()
        case "kick", "ban", "muteall": return moderate(name, rest)
        case "voice", "mute", "deafen", "mode", "talk", "volume", "bitrate", "delivery":
            return perform(voiceCommand: name, rest)
        case "record": return record(rest)
        case "consent": return consent(rest)
        default:
            note("There is no command /\(name): /help lists them; //text sends “/text”.", isError: true)
        }
        return []
    }

    private mutating func perform(voiceCommand name: String, _ rest: String) -> [Effect] {
        switch name {
        case "voice": return toggleVoice()
        case "mute": return mute(Self.wish(rest))
        case "deafen": return deafen(Self.wish(rest))
        case "mode": return setMode(rest)
        case "talk": return tellVoice(.command(.talk(Self.wish(rest))))
        case "volume": return setVolume(words: rest)
        case "delivery": return setDelivery(rest)
        default:
            guard let kilobits = Int(rest) else {
                note("/bitrate wants a number of kbit/s.", isError: true)
                return []
            }
            return setBitrate(kilobits)
        }
    }

    private mutating func setDelivery(_ word: String) -> [Effect] {
        let wish = VoiceDelivery(rawValue: word)
        guard wish != nil || word == "room" else {
            note("/delivery wants mixed, forwarded, or room for what each room says.", isError: true)
            return []
        }
        delivery = wish
        if seat == nil { note("From the next voice on: \(word == "room" ? "as each room says" : word).") }
        return tellVoice(.command(.delivery(wish)))
    }

    private static func wish(_ text: String) -> Bool? { text == "on" ? true : text == "off" ? false : nil }

    mutating func inRoom(_ effect: (RoomID) -> Effect) -> [Effect] {
        guard let room = selectedState?.roomID else {
            note("This is for rooms.", isError: true)
            return []
        }
        return [effect(room)]
    }

    /// A name may hold spaces: what is no room as a whole is a name and a password.
    private mutating func join(words: String) -> [Effect] {
        let isWhole = book.rooms.contains { $0.name.lowercased() == words.lowercased() }
        guard !isWhole, let space = words.lastIndex(of: " ") else { return join(named: words) }
        return join(named: words[..<space].trimmingSpaces, password: String(words[words.index(after: space)...]))
    }

    private mutating func askToLeave() -> [Effect] {
        guard let state = selectedState, let room = state.roomID else { return inRoom { .request(.leave($0)) } }
        overlay = .prompt(Prompt(.leave(room), title: "Leave the room “\(state.name)” for good?"))
        return []
    }

    private mutating func create(_ name: String) -> [Effect] {
        guard name.isEmpty else { return [.request(.create(name: name, description: "", password: nil))] }
        let effects = openRooms()
        beginCreating()
        return effects
    }

    private mutating func write(_ words: String) -> [Effect] {
        guard !words.isEmpty else { return openPeople() }
        guard let (userID, rest) = person(in: words) else { return unknown(words) }
        var effects = select(.direct(userID))
        if !rest.isEmpty { effects += post(rest) }
        return effects
    }

    private mutating func search(_ query: String) -> [Effect] {
        guard !query.isEmpty else {
            note("/search wants words; also from:NAME, in:ROOM, before:2026-11-22, has:mention.", isError: true)
            return []
        }
        overlay = .search(SearchPanel(query: query))
        return [.request(.search(query: query, before: nil))]
    }

    private mutating func touchLast(deletes: Bool) -> [Effect] {
        guard let last = lastOwnMessage else {
            note("There is no message of yours here.", isError: true)
            return []
        }
        if deletes { askToDelete(last.id) } else { edit(last.id) }
        return []
    }

    private mutating func moderate(_ name: String, _ words: String) -> [Effect] {
        guard let room = selectedState?.roomID else { return inRoom { .request(.leave($0)) } }
        guard let (userID, rest) = person(in: words) else { return unknown(words) }
        let reason = rest.isEmpty ? nil : rest
        switch name {
        case "kick": return [.request(.kick(room, userID, reason: reason))]
        case "ban": return [.request(.ban(BanRequest(roomID: room, userID: userID, reason: reason)))]
        default:
            let isMuted = rosters[room]?.people.first { $0.userID == userID }?.isServerMuted ?? false
            return [
                .request(
                    .restrain(VoiceRestraint(roomID: room, userID: userID, isMuted: !isMuted, isDeafened: nil)))
            ]
        }
    }

    private mutating func setVolume(words: String) -> [Effect] {
        let number = words.split(separator: " ").last.flatMap { Int($0.replacing("%", with: "")) }
        guard let number, (0...200).contains(number) else {
            note("/volume wants 0 to 200 %.", isError: true)
            return []
        }
        guard words.contains(" ") else { return setMasterVolume(Float(number) / 100) }
        guard let (userID, _) = person(in: words) else { return unknown(words) }
        return setVolume(Float(number) / 100, of: name(of: userID))
    }

    private mutating func unknown(_ words: String) -> [Effect] {
        note("There is nobody called “\(TerminalText.name(words))” here.", isError: true)
        return []
    }

    /// The person whom words begin with, with or without `@`, and what follows: of several names that fit the longest.
    private func person(in words: String) -> (UserID, String)? {
        let words = words.hasPrefix("@") ? String(words.dropFirst()) : words
        let lower = words.lowercased()
        let fitting = people.filter { _, person in
            let name = person.name.lowercased()
            return lower == name || lower.hasPrefix(name + " ")
        }
        guard
            let best = fitting.max(by: {
                ($0.value.name.count, $1.key.rawValue) < ($1.value.name.count, $0.key.rawValue)
            })
        else { return nil }
        return (best.key, words.dropFirst(best.value.name.count).trimmingSpaces)
    }
}

extension StringProtocol {
    var trimmingSpaces: String {
        var text = Substring(self)
        while text.first?.isWhitespace == true { text.removeFirst() }
        while text.last?.isWhitespace == true { text.removeLast() }
        return String(text)
    }
}
