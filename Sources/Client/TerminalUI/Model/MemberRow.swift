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
            return [userID, account?.userID].compactMap { $0 }.map { row($0, voice: nil, speaking: []) }
        case nil: return []
        }
    }

    private func rows(of room: RoomID) -> [MemberRow] {
        let speaking = Set((seat?.room == room ? seat?.talk.speakers : nil)?.map(\.userID) ?? [])
        let inVoice = (rosters[room]?.people ?? []).map { row($0.userID, voice: $0, speaking: speaking) }
        let ids = Set(inVoice.map(\.userID))
        let others = (members[room] ?? []).filter { !ids.contains($0) }.map { row($0, voice: nil, speaking: []) }
        return inVoice.sorted(by: Self.isBefore) + others.filter(\.isOnline).sorted(by: Self.isBefore)
            + others.filter { !$0.isOnline }.sorted(by: Self.isBefore)
    }

    private func row(_ userID: UserID, voice: VoiceRoster.Person?, speaking: Set<UserID>) -> MemberRow {
        let person = people[userID]
        let name = voice?.name ?? person?.name ?? (userID == account?.userID ? account?.name : nil) ?? "user \(userID)"
        let isSelf = userID == account?.userID
        let speaks = isSelf && seat != nil ? seat?.talk.isTalking ?? false : speaking.contains(userID)
        // In rooms whose voice is not heard here, the server's word counts.
        let isHeard = seat.map { rosters[$0.room]?.people.contains { $0.userID == userID } ?? false } ?? false
        return MemberRow(
            userID: userID, name: name, role: person?.role ?? (isSelf ? account?.role : nil),
            isOnline: voice != nil || isSelf || person?.isOnline ?? false, voice: voice,
            isSpeaking: voice != nil && (isHeard ? speaks : voice?.isSpeaking ?? false),
            volume: settings.userVolumes[name] ?? 1)
    }

    private static func isBefore(_ left: MemberRow, _ right: MemberRow) -> Bool {
        let (one, other) = (left.name.lowercased(), right.name.lowercased())
        return one == other ? left.userID.rawValue < right.userID.rawValue : one < other
    }
}
