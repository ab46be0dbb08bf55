import ControlWire
import Identifiers
import Permissions
import RoomClient
import TalkInterface
import TerminalSupport

extension Model {
    /// Members of rooms are asked for again at most this often.
    static let membersInterval: Duration = .seconds(2)
    /// `Typing` holds for some five seconds (`Documentation/Protocol.md`).
    static let typingLifetime: Duration = .seconds(6)

    mutating func handle(session event: Event) -> [Effect] {
        switch event {
        case .connected:
            if link == .none { link = .connecting }
            return []
        case .fingerprint(let fingerprint):
            let form: SetupForm? = if case .setup(let form) = overlay { form } else { nil }
            overlay = .fingerprint(FingerprintQuestion(server: server, fingerprint: fingerprint, form: form))
            return []
        case .loggedIn(let account): return begin(account)
        case .announcement(let envelope): return hear(envelope)
        case .lost(let error): return lose(error)
        case .retrying(let delay, let error):
            link = .down(retryAt: now + delay, reason: TerminalText.line(error.description))
            return []
        case .ended(let error): return end(error)
        default: return []
        }
    }

    private mutating func begin(_ account: LoggedInAccount) -> [Effect] {
        let name = TerminalText.name(account.grant?.username ?? settingsUser)
        self.account = Account(userID: account.userID, name: name, role: account.grant?.role ?? .member)
        if case .down = link { note("The server is back.") }
        link = .up
        switch overlay {
        case .setup, .fingerprint: overlay = nil
        default: break
        }
        book.present = []
        book.joinsAll = true
        return [.request(.users), .request(.rooms), .request(.unread)]
    }

    /// What the form says, or the login had, until the server says how the name is written.
    private var settingsUser: String {
        switch overlay {
        case .setup(let form): form.user
        case .fingerprint(let question): question.form?.user ?? user
        // The name on the screen may be cut.
        default: user.isEmpty ? account?.name ?? "" : user
        }
    }

    private mutating func lose(_ error: RoomClientError) -> [Effect] {
        link = .down(retryAt: nil, reason: TerminalText.line(error.description))
        book.present = []
        rosters = [:]
        recordings = [:]
        for index in conversations.indices {
            _ = conversations[index].follower.handle(.connectionLost)
            conversations[index].isLoadingOlder = false
            conversations[index].typists = []
        }
        var effects: [Effect] = [.alert(.connectionLost)]
        if seat != nil {
            seat?.state = .asking
            effects += tellVoice(.session(.lost(error)))
        }
        return effects
    }

    /// The person has to say something new.
    private mutating func end(_ error: RoomClientError) -> [Effect] {
        link = .none
        var form = SetupForm(server: server, user: settingsUser)
        if case .setup(let open) = overlay { form = open }
        if case .fingerprint(let question) = overlay, let open = question.form { form = open }
        form.isBusy = false
        form.error = TerminalText.line(error.description)
        overlay = .setup(form)
        let wasInVoice = seat != nil
        giveUpSeat()
        return wasInVoice ? [.closeVoice] : []
    }

    // MARK: Announcements

    private mutating func hear(_ envelope: ControlEnvelope) -> [Effect] {
        switch envelope.message {
        case .roomMessage(let room, _, let content, _) where envelope.senderID == .server:
            book.staleMembers.insert(room)
            if selected == .room(room) { note(content) }
            return []
        case .roomMessage, .privateMessage:
            guard let message = ChatMessage(live: envelope, reader: account?.userID) else { return [] }
            return follow(message.conversation, author: message, .live(message))
        case .messageEdited(let message), .messageDeleted(let message):
            return follow(message.conversation, author: nil, .changed(message))
        case .readMarker(let conversation, let marker):
            noteRead(conversation, marker)
            return []
        case .userTyping(let conversation, let userID, let name):
            noteTyping(conversation, userID, name)
            return []
        case .userStatusUpdate(let userID, let name, let isOnline, _):
            noteStatus(userID, name, isOnline)
            return []
        case .userListUpdate(let users):
            for user in users { noteStatus(user.userID, user.username, user.isOnline) }
            return []
        case .roleChanged(let userID, let name, let role):
            people[userID, default: Person(name: TerminalText.name(name))].role = role
            if userID == account?.userID { account?.role = role }
            return []
        case .roomUpdated, .permissionsChanged, .roomDeleted, .removedFromRoom: return hear(room: envelope.message)
        case .roomVoiceState, .voiceUserJoined, .voiceUserLeft, .userVoiceUpdate, .voiceReception:
            return hear(voice: envelope)
        case .recordingState(let state):
            hear(state)
            return []
        case .serverClosing(let milliseconds):
            note(ServerClosing.text(milliseconds: milliseconds), isError: true)
            return []
        case .serverResponse(false, let content, _, _), .voiceError(_, let content):
            note(content, isError: true)
            return []
        default: return []
        }
    }

    private mutating func hear(room message: ControlMessage) -> [Effect] {
        switch message {
        case .roomUpdated(let details):
            note(details)
            return []
        case .permissionsChanged(let room, let permissions):
            change(.room(room)) { $0.permissions = permissions }
            return []
        case .roomDeleted(let room, let name, let by):
            note(
                "\(TerminalText.name(by)) has deleted the room “\(TerminalText.name(name))”.", isError: true,
                isRemoval: true)
            return drop(room)
        case .removedFromRoom(let removal):
            note(removal.explanation, isError: true, isRemoval: true)
            if removal.action == .moved {
                // In voice the voice half goes along; out of it there is nothing to move.
                return seat?.room == removal.roomID
                    ? tellVoice(.session(.announcement(ControlEnvelope(message: message)))) : []
            }
            return drop(removal.roomID)
        default: return []
        }
    }

    /// A room that is left or gone.
    mutating func drop(_ room: RoomID) -> [Effect] {
        var effects: [Effect] = []
        if seat?.room == room {
            giveUpSeat()
            effects.append(.closeVoice)
        }
        book.present.remove(room)
        rosters[room] = nil
        recordings[room] = nil
        members[room] = nil
        guard let index = index(of: .room(room)) else { return effects }
        conversations.remove(at: index)
        if selected == .room(room) {
            selected = nil
            focus = .input
            if let next = conversations.first { effects += select(next.conversation) }
        }
        return effects
    }

    mutating func note(_ details: RoomDetails) {
        change(.room(details.id)) { state in
            state.name = TerminalText.name(details.name)
            state.topic = TerminalText.line(details.topic)
            state.description = TerminalText.line(details.description)
            state.permissions = details.permissions
            state.slowModeSeconds = details.slowModeSeconds
        }
        if let index = book.rooms.firstIndex(where: { $0.id == details.id }) { book.rooms[index] = details }
        sortConversations()
    }

    private mutating func noteTyping(_ conversation: Conversation, _ userID: UserID, _ name: String) {
        guard userID != account?.userID else { return }
        let place: Conversation = if case .direct = conversation { .direct(userID) } else { conversation }
        let typist = ConversationState.Typist(
            userID: userID, name: TerminalText.name(name), until: now + Self.typingLifetime)
        change(place) { state in
            state.typists.removeAll { $0.userID == userID }
            if state.typists.count < Self.typistsMax { state.typists.append(typist) }
        }
    }

    private mutating func noteStatus(_ userID: UserID, _ name: String, _ isOnline: Bool) {
        guard people[userID] != nil || people.count < Self.peopleMax else { return }
        people[userID, default: Person(name: "")].name = TerminalText.name(name)
        people[userID]?.isOnline = isOnline
    }

    mutating func askStaleMembers() -> [Effect] {
        guard !book.staleMembers.isEmpty, link == .up else { return [] }
        if let askedAt = book.membersAskedAt, now < askedAt + Self.membersInterval { return [] }
        book.membersAskedAt = now
        defer { book.staleMembers = [] }
        return book.staleMembers.sorted { $0.rawValue < $1.rawValue }.map { .request(.members($0)) }
    }

    /// People whose names are known; a server with more shows those it told of first.
    package static let peopleMax = 20_000
    package static let typistsMax = 8
}
