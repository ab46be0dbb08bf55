import ControlWire
import Identifiers
import KeyInput
import Permissions
import RoomClient
import TerminalUI

/// A model under test with a clock of its own, and what it has wanted done.
final class Desk {
    var model: Model
    var now: Duration = .zero
    private(set) var effects: [Effect] = []

    init(settings: Settings = Settings(), columns: Int = 100, rows: Int = 30) {
        model = Model(
            size: Model.Size(columns: columns, rows: rows), settings: settings, server: "chat.test:8080",
            clientIDPrefix: "p")
    }

    /// Logged in as ada (1), with the rooms joined that are given.
    static func online(rooms: [RoomDetails] = [room(1, "General")]) -> Desk {
        let desk = Desk()
        desk.logIn(rooms: rooms)
        return desk
    }

    func logIn(rooms: [RoomDetails] = [room(1, "General")], unread: [UnreadSummary] = []) {
        let grant = AccountGrant(username: "ada", role: .member)
        send(.loggedIn(LoggedInAccount(userID: ada, grant: grant, greeting: "hello")))
        answer(.users, .users([user(1, "ada"), user(2, "bob"), user(3, "Cy Young")]))
        answer(.unread, .unread(unread))
        answer(.rooms, .rooms(rooms))
        for room in rooms where room.isMember { join(room) }
    }

    func join(_ room: RoomDetails) {
        let summary = RoomSummary(
            id: room.id, name: room.name, description: room.description, isPasswordProtected: false)
        answer(.join(room.id, password: nil), .joined(JoinedRoom(summary: summary, details: room)))
        answer(.members(room.id), .users([user(1, "ada"), user(2, "bob")]))
    }

    @discardableResult
    func send(_ event: Event) -> [Effect] {
        let wanted = model.update(event, now: now)
        effects += wanted
        return wanted
    }

    /// Lets time pass to the model's own deadlines, one after the other, and on to the end.
    func wait(_ duration: Duration) {
        let end = now + duration
        while let deadline = model.deadline, deadline <= end {
            now = max(now, deadline)
            let before = model.deadline
            send(.clock)
            // A deadline that stays in the past would spin the shell.
            if model.deadline == before { break }
        }
        now = end
    }

    @discardableResult
    func answer(_ request: Request, _ answer: Answer) -> [Effect] {
        send(.answered(request, .success(answer)))
    }

    @discardableResult
    func press(_ key: Key, _ modifiers: KeyModifiers = [], _ action: KeyAction = .press) -> [Effect] {
        send(.input(.key(KeyStroke(key, modifiers), action)))
    }

    @discardableResult
    func type(_ text: String) -> [Effect] {
        text.flatMap { press($0 == "\n" ? .enter : .character($0)) }
    }

    @discardableResult
    func hear(_ message: ControlMessage, from sender: UserID = .server) -> [Effect] {
        send(.announcement(ControlEnvelope(senderID: sender, message: message)))
    }

    /// Somebody writes in a room.
    @discardableResult
    func say(_ text: String, id: UInt64, by author: UserID = bob, in room: UInt64 = 1, mentions: [UserID] = [])
        -> [Effect]
    {
        hear(
            .roomMessage(
                roomID: RoomID(rawValue: room), senderUsername: author == ada ? "ada" : "bob", content: text,
                details: MessageDetails(
                    messageID: MessageID(rawValue: id), sentAt: Int64(id) * 60_000, mentions: mentions)),
            from: author)
    }

    /// Takes what was wanted since the last time.
    func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }

    var texts: [String] { model.selectedState?.log.messages.map(\.content) ?? [] }
    var noticeText: String { model.notices.map(\.text).joined(separator: "|") }
}

let ada = UserID(rawValue: 1)
let bob = UserID(rawValue: 2)

func room(
    _ id: UInt64, _ name: String, isMember: Bool = true, permissions: PermissionSet = PermissionTable.base(.member)
) -> RoomDetails {
    var room = RoomDetails(
        id: RoomID(rawValue: id), name: name, description: "", kind: .open, permissions: permissions)
    room.isMember = isMember
    return room
}

func user(_ id: UInt64, _ name: String, isOnline: Bool = true) -> UserDetails {
    UserDetails(id: UserID(rawValue: id), username: name, role: .member, isOnline: isOnline, lastSeenAt: 0)
}

func message(_ id: UInt64, _ text: String, by author: UInt64 = 2, in room: UInt64 = 1, changeID: UInt64? = nil)
    -> ChatMessage
{
    ChatMessage(
        id: MessageID(rawValue: id), conversation: .room(RoomID(rawValue: room)), authorID: UserID(rawValue: author),
        author: author == 1 ? "ada" : "bob", content: text, sentAt: Int64(id) * 60_000,
        editedAt: changeID.map { Int64($0) }, changeID: changeID.map { ChangeID(rawValue: $0) })
}

let general = Conversation.room(RoomID(rawValue: 1))
