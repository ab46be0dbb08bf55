import ControlWire
import Identifiers
import RoomClient

/// Which conversation a person means.
public enum Place: Equatable, Sendable {
    /// Name or number.
    case room(String)
    case user(String)
}

/// Finds rooms and people by what a person wrote: digits alone are a number, anything else is a name in any case.
struct NameFinder: Sendable {
    let client: RoomClient
    /// Rows that are asked for at a time; 200 is the most that a server gives.
    var pageRowsMax = 200

    /// Most pages that are turned for a name; a name that is not on them is not found.
    static let pagesMax = 1_000

    func room(_ text: String) async throws(RoomClientError) -> RoomID {
        let selector = RoomSelector(parsing: text)
        if case .id(let id) = selector { return id }
        return try selector.find(
            in: try await rooms().map {
                RoomSummary(
                    id: $0.id, name: $0.name, description: "", isPasswordProtected: $0.isPasswordProtected)
            }
        ).id
    }

    func user(_ text: String) async throws(RoomClientError) -> UserID {
        if let number = UInt64(text), !text.hasPrefix("+") { return UserID(rawValue: number) }
        let wanted = text.lowercased()
        var next: UserID?
        for _ in 0..<Self.pagesMax {
            let page = try await client.users(UserQuery(namePrefix: text, after: next, limit: pageRowsMax))
            if let user = page.users.first(where: { $0.username.lowercased() == wanted }) { return user.id }
            guard let following = page.next else { break }
            next = following
        }
        throw RoomClientError(.userNotFound, "there is no user “\(text)” on this server.", serverCode: "UserNotFound")
    }

    func conversation(_ place: Place) async throws(RoomClientError) -> Conversation {
        switch place {
        case .room(let text): .room(try await room(text))
        case .user(let text): .direct(try await user(text))
        }
    }

    /// Every room that this account may see.
    func rooms() async throws(RoomClientError) -> [RoomDetails] {
        var rooms: [RoomDetails] = []
        var next: RoomID?
        for _ in 0..<Self.pagesMax {
            let page = try await client.rooms(after: next, limit: pageRowsMax)
            rooms += page.rooms
            guard let following = page.next else { break }
            next = following
        }
        return rooms
    }

    /// Every conversation of this account: what has something unread first, then what was written in last.
    func unread() async throws(RoomClientError) -> [UnreadSummary] {
        var conversations: [UnreadSummary] = []
        var next: Conversation?
        for _ in 0..<Self.pagesMax {
            let page = try await client.unread(after: next, limit: pageRowsMax)
            conversations += page.conversations
            guard let following = page.next else { break }
            next = following
        }
        let never = MessageID(rawValue: 0)
        return conversations.sorted { left, right in
            guard (left.unreadCount > 0) == (right.unreadCount > 0) else { return left.unreadCount > 0 }
            return left.lastMessageID ?? never > right.lastMessageID ?? never
        }
    }

    /// What people call these conversations; a number where there is no name to be had.
    func names(of conversations: Set<Conversation>) async throws(RoomClientError) -> [Conversation: String] {
        var names: [Conversation: String] = [:]
        let rooms = conversations.contains { if case .room = $0 { true } else { false } } ? try await rooms() : []
        for conversation in conversations {
            switch conversation {
            case .room(let id): names[conversation] = rooms.first { $0.id == id }?.name ?? "room \(id)"
            case .direct(let id):
                let query = UserQuery(after: UserID(rawValue: id.rawValue &- 1), limit: 1)
                let found = try await client.users(query).users.first { $0.id == id }?.username
                names[conversation] = "with \(found ?? "user \(id)")"
            }
        }
        return names
    }
}
