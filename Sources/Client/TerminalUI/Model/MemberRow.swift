import Identifiers
import Permissions
import TalkInterface

/// One line of the list of members.
package struct MemberRow: Equatable, Sendable {
    package var userID: UserID
    package var name: String
    package var role: Role?
    package var isOnline: Bool
    /// In the room's voice; nil: not.
    package var voice: VoiceRoster.Person?
    /// Heard here now, or said to speak by the server.
    package var isSpeaking = false
    package var volume: Float = 1
}

extension Model {
    /// Who is in the selected conversation: in voice, then online, then the others, each by name.
    package var memberRows: [MemberRow] {
        switch selected {
        case .room(let room): return rows(of: room)
        case .direct(let userID):
            return [userID, account?.userID].compactMap { $0 }.map { row($0, voice: nil, isSpeaking: false) }
        case nil: return []
        }
    }

    private func rows(of room: RoomID) -> [MemberRow] {
        let talk = seat?.room == room ? seat?.talk : nil
        let speaking = Set(talk?.speakers.map(\.userID) ?? [])
        let inVoice = (rosters[room]?.people ?? []).map { person in
            // In rooms whose voice is not heard here, the server's word counts.
            guard let talk else { return row(person.userID, voice: person, isSpeaking: person.isSpeaking) }
            let isSpeaking = person.userID == account?.userID ? talk.isTalking : speaking.contains(person.userID)
            return row(person.userID, voice: person, isSpeaking: isSpeaking)
        }
        let ids = Set(inVoice.map(\.userID))
        let others = (members[room] ?? [account?.userID].compactMap { $0 }).filter { !ids.contains($0) }.map {
            row($0, voice: nil, isSpeaking: false)
        }
        return Self.sorted(inVoice) + Self.sorted(others.filter(\.isOnline))
            + Self.sorted(others.filter { !$0.isOnline })
    }

    private func row(_ userID: UserID, voice: VoiceRoster.Person?, isSpeaking: Bool) -> MemberRow {
        let person = people[userID]
        let isSelf = userID == account?.userID
        let name = voice?.name ?? person?.name ?? (isSelf ? account?.name : nil) ?? "user \(userID)"
        return MemberRow(
            userID: userID, name: name, role: person?.role ?? (isSelf ? account?.role : nil),
            isOnline: voice != nil || isSelf || person?.isOnline ?? false, voice: voice, isSpeaking: isSpeaking,
            volume: settings.userVolumes[name] ?? 1)
    }

    /// By name; drawn with every screen, so that each name is folded once.
    private static func sorted(_ rows: [MemberRow]) -> [MemberRow] {
        var keyed: [(key: String, row: MemberRow)] = rows.map { ($0.name.lowercased(), $0) }
        keyed.sort { left, right in
            left.key == right.key ? left.row.userID.rawValue < right.row.userID.rawValue : left.key < right.key
        }
        return keyed.map(\.row)
    }
}
