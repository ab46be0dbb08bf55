import ControlWire
import Identifiers
import Permissions
import RoomClient
import TerminalSupport

/// What the server's answers change.
extension Model {
    mutating func take(_ answer: Answer, to request: Request) -> [Effect] {
        switch (request, answer) {
        case (.rooms, .rooms(let rooms)): return note(rooms)
        case (.users, .users(let users)):
            note(users)
            fillPeopleBrowser()
            return []
        case (.members(let room), .users(let users)):
            note(users)
            members[room] = users.map(\.id)
            return []
        case (.unread, .unread(let summaries)): return note(summaries)
        case (.join, .joined(let room)), (.joinByInvitation, .joined(let room)): return enter(room)
        case (.leave(let room), .done(let words)):
            note(words)
            return drop(room)
        case (.create, .created(let room)):
            book.wanted.insert(room)
            closeRoomBrowser()
            return [.request(.join(room, password: nil)), .request(.rooms)]
        case (.history(let question, let purpose), .history(let page)): return turn(page, question, purpose)
        case (.post(_, let conversation, let clientID, _), .posted(let message)):
            post(clientID, in: conversation, became: message)
            return []
        case (.edit, .message(let message)), (.delete, .message(let message)):
            change(message.conversation) { $0.log.update(message) }
            return []
        case (.search(_, let before), .search(let page)):
            show(page, continues: before != nil)
            return []
        case (.voice(let room), .voice(let grant, let host, let tunnelPort)):
            return open(grant, host, tunnelPort, in: room)
        case (_, .done(let words)):
            if !words.isEmpty { note(words) }
            return []
        default: return []
        }
    }

    mutating func fail(_ request: Request, _ error: RoomClientError) -> [Effect] {
        switch request {
        case .post(let content, let conversation, let clientID, _):
            return failToPost(content, in: conversation, clientID, error)
        case .voice(let room): return failToSeat(in: room, error)
        case .join(let room, _): return failToJoin(room, error)
        case .search:
            if case .search(var panel) = overlay {
                (panel.isBusy, panel.error) = (false, TerminalText.line(error.description))
                overlay = .search(panel)
            }
            return []
        case .history(let question, _):
            change(question.conversation) { $0.isLoadingOlder = false }
        case .create:
            if case .rooms(var browser) = overlay {
                browser.error = TerminalText.line(error.description)
                overlay = .rooms(browser)
                return []
            }
        case .markRead, .leaveVoice: return []
        default: break
        }
        // A lost connection is told once, by its own line.
        if !error.isOfConnection { complain(error) }
        return []
    }

    // MARK: Rooms

    private mutating func note(_ rooms: [RoomDetails]) -> [Effect] {
        book.rooms = rooms
        for room in rooms { note(room) }
        if case .rooms(var browser) = overlay {
            browser.rooms = rooms.map(Self.safe)
            browser.selection = min(browser.selection, max(0, browser.shown.count - 1))
            overlay = .rooms(browser)
        }
        var effects: [Effect] = []
        if let wish = book.wish {
            book.wish = nil
            effects += join(named: wish.room, password: wish.password, isNews: true)
        }
        guard book.joinsAll else { return effects }
        book.joinsAll = false
        effects += rooms.filter { $0.isMember && !book.present.contains($0.id) }
            .prefix(Self.roomsJoinedMax).map { Effect.request(.join($0.id, password: nil)) }
        if let wanted = wantedRoom {
            wantedRoom = nil
            effects += join(named: wanted, isNews: true)
        } else if effects.isEmpty, conversations.isEmpty, overlay == nil {
            var browser = RoomBrowser()
            browser.rooms = rooms.map(Self.safe)
            overlay = .rooms(browser)
        }
        return effects
    }

    private static func safe(_ room: RoomDetails) -> RoomDetails {
        var room = room
        room.name = TerminalText.name(room.name)
        room.description = TerminalText.line(room.description)
        room.topic = TerminalText.line(room.topic)
        return room
    }

    /// By name or number. Of a room that was made since the list came nothing is known: the list is asked for once more.
    mutating func join(named text: String, password: String? = nil, isNews: Bool = false) -> [Effect] {
        do throws(RoomClientError) {
            let found = try RoomSelector(parsing: text).find(
                in: book.rooms.map {
                    RoomSummary(
                        id: $0.id, name: $0.name, description: "", isPasswordProtected: $0.isPasswordProtected)
                })
            return join(found.id, password: password)
        } catch {
            guard isNews || link != .up else {
                book.wish = Bookkeeping.Wish(room: text, password: password)
                return [.request(.rooms)]
            }
            complain(error)
            return []
        }
    }

    /// Goes there; where it is joined already, only looks.
    mutating func join(_ room: RoomID, password: String? = nil) -> [Effect] {
        if book.present.contains(room) { return select(.room(room)) }
        if password == nil, let details = book.rooms.first(where: { $0.id == room }), details.isPasswordProtected,
            !details.isMember
        {
            var browser = RoomBrowser()
            browser.rooms = book.rooms.map(Self.safe)
            browser.mode = .password(
                room, FormField("Password of “\(TerminalText.name(details.name))”", isSecret: true))
            overlay = .rooms(browser)
            return []
        }
        book.wanted.insert(room)
        return [.request(.join(room, password: password))]
    }

    private mutating func enter(_ joined: JoinedRoom) -> [Effect] {
        let room = joined.summary.id
        let place = Conversation.room(room)
        book.present.insert(room)
        if index(of: place) == nil {
            conversations.append(
                ConversationState(
                    conversation: place, name: TerminalText.name(joined.summary.name),
                    permissions: joined.details?.permissions ?? PermissionTable.base(.member)))
            if let summary = book.unread.removeValue(forKey: place) { change(place) { $0.note(summary) } }
        }
        if let details = joined.details { note(details) }
        sortConversations()
        var effects = follow(
            place, author: nil,
            .joined(last: joined.details?.lastMessageID, lastChange: joined.details?.lastChangeID))
        effects += repost(in: place) + [.request(.members(room))]
        if book.wanted.remove(room) != nil {
            closeRoomBrowser()
            effects += select(place)
        } else if selected == nil || selected == place {
            effects += select(place)
        }
        if book.wantedVoice == room {
            book.wantedVoice = nil
            effects += joinVoice(in: room)
        } else if seat?.room == room, seat?.state == .asking {
            effects += askForVoice()
        }
        return effects
    }

    private mutating func failToJoin(_ room: RoomID, _ error: RoomClientError) -> [Effect] {
        let isWanted = book.wanted.remove(room) != nil
        if book.wantedVoice == room { book.wantedVoice = nil }
        if case .rooms(var browser) = overlay, isWanted {
            browser.error = TerminalText.line(error.description)
            overlay = .rooms(browser)
            return []
        }
        if !error.isOfConnection { complain(error) }
        return []
    }

    func isRoomBrowser() -> Bool { if case .rooms = overlay { true } else { false } }

    mutating func closeRoomBrowser() { if isRoomBrowser() { overlay = nil } }

    // MARK: People

    private mutating func note(_ users: [UserDetails]) {
        for user in users where people[user.id] != nil || people.count < Self.peopleMax {
            people[user.id] = Person(name: TerminalText.name(user.username), role: user.role, isOnline: user.isOnline)
        }
    }

    // MARK: Unread

    private mutating func note(_ summaries: [UnreadSummary]) -> [Effect] {
        var effects: [Effect] = []
        for summary in summaries {
            let place = summary.conversation
            if case .direct = place, index(of: place) == nil {
                conversations.append(
                    ConversationState(
                        conversation: place, name: TerminalText.name(summary.name), permissions: .all))
            }
            change(place) { $0.note(summary) }
            guard case .direct = place else { continue }
            effects += follow(
                place, author: nil, .joined(last: summary.lastMessageID, lastChange: summary.lastChangeID))
            effects += repost(in: place)
        }
        // Of rooms that are still to be joined.
        book.unread = Dictionary(
            summaries.map { ($0.conversation, $0) }, uniquingKeysWith: { first, _ in first })
        sortConversations()
        return effects
    }

    /// Rooms joined by themselves after a login; the server's own limit is lower in any case.
    package static let roomsJoinedMax = 256
}
