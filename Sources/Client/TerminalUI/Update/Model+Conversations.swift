import ControlWire
import Identifiers
import Permissions
import RoomClient
import TerminalSupport

/// What is written, and how far it was read.
extension Model {
    static let pageMessages = 50
    static let missedPageMessages = 200
    static let contextMessages = 30
    /// The server is told how far was read at most this often.
    static let readMarkInterval: Duration = .seconds(1)

    // MARK: Choosing

    /// Looks at a conversation; a private one that is new begins.
    mutating func select(_ conversation: Conversation) -> [Effect] {
        if index(of: conversation) == nil, case .direct(let userID) = conversation {
            conversations.append(
                ConversationState(conversation: conversation, name: name(of: userID), permissions: .all))
            sortConversations()
        }
        guard let position = index(of: conversation) else { return [] }
        if selected != conversation {
            change { state in
                state.firstUnreadID = nil
                // What was scrolled away from grows again without a limit only while somebody looks.
                if state.scroll == nil, !state.log.isDetached { state.log.trimOldest() }
            }
            selected = conversation
            focus = .input
        }
        markFirstUnread()
        guard !conversations[position].isOpened else { return [] }
        conversations[position].isOpened = true
        return askNewest(conversation)
    }

    mutating func askNewest(_ conversation: Conversation) -> [Effect] {
        change(conversation) { $0.isLoadingOlder = true }
        return [
            .request(.history(HistoryRequest(conversation: conversation, limit: Self.pageMessages), .newest))
        ]
    }

    /// The next one in the list, round and round.
    mutating func selectNeighbour(_ step: Int) -> [Effect] {
        guard !conversations.isEmpty else { return [] }
        let here = index(of: selected) ?? 0
        let next = (here + step + conversations.count) % conversations.count
        return select(conversations[next].conversation)
    }

    /// First those that mention the person, then those with anything new, from here on down.
    mutating func selectUnread() -> [Effect] {
        let here = (index(of: selected) ?? -1) + 1
        let order = conversations[here...] + conversations[..<here]
        let mentioned = order.first { $0.mentionCount > 0 && $0.conversation != selected }
        guard let next = mentioned ?? order.first(where: { $0.unreadCount > 0 && $0.conversation != selected }) else {
            note("Nothing new anywhere.")
            return []
        }
        return select(next.conversation)
    }

    /// Rooms by name, then private conversations, the latest first.
    mutating func sortConversations() {
        conversations.sort { left, right in
            switch (left.conversation, right.conversation) {
            case (.room(let first), .room(let second)):
                let (one, other) = (left.name.lowercased(), right.name.lowercased())
                return one == other ? first.rawValue < second.rawValue : one < other
            case (.room, .direct): return true
            case (.direct, .room): return false
            case (.direct(let first), .direct(let second)):
                let never = MessageID(rawValue: 0)
                let (one, other) = (left.log.last?.id ?? never, right.log.last?.id ?? never)
                return one == other ? first.rawValue < second.rawValue : one > other
            }
        }
    }

    func name(of userID: UserID) -> String { people[userID]?.name ?? "user \(userID)" }

    // MARK: Following

    /// Hands something to the conversation's follower and does what it says. A private message from somebody new begins a
    /// conversation.
    mutating func follow(
        _ conversation: Conversation, author message: ChatMessage?, _ input: ConversationFollower.Input
    ) -> [Effect] {
        if index(of: conversation) == nil, let message, case .direct(let userID) = conversation {
            let isOwn = message.authorID == account?.userID
            let title = isOwn ? name(of: userID) : TerminalText.name(message.author)
            var state = ConversationState(conversation: conversation, name: title, permissions: .all)
            _ = state.follower.handle(.joined(last: nil, lastChange: nil))
            conversations.append(state)
            sortConversations()
        }
        guard let index = index(of: conversation) else { return [] }
        let actions = conversations[index].follower.handle(input)
        return actions.flatMap { perform($0, in: conversation) }
    }

    private mutating func perform(_ action: ConversationFollower.Action, in place: Conversation) -> [Effect] {
        switch action {
        case .deliver(let message): return receive(message)
        case .deliverChange(let message):
            change(place) { $0.log.update(message) }
            return []
        case .fetch(let after):
            let question = HistoryRequest(conversation: place, after: after, limit: Self.missedPageMessages)
            return [.request(.history(question, .missed))]
        case .fetchChanges(let after):
            let question = HistoryRequest(conversation: place, changedAfter: after, limit: Self.missedPageMessages)
            return [.request(.history(question, .changes))]
        }
    }

    private mutating func receive(_ message: ChatMessage) -> [Effect] {
        guard let index = index(of: message.conversation) else { return [] }
        let isOwn = message.authorID == account?.userID
        let isSelected = selected == message.conversation
        conversations[index].typists.removeAll { $0.userID == message.authorID }
        if conversations[index].log.isDetached {
            conversations[index].log.missedCount += 1
        } else {
            conversations[index].log.put(message)
            if conversations[index].scroll == nil { conversations[index].log.trimOldest() }
        }
        if case .direct = message.conversation, !isSelected { sortConversations() }
        guard !isOwn, let index = self.index(of: message.conversation) else { return [] }
        let isDirect = conversations[index].otherID != nil
        let isMention = isDirect || account.map { message.mentions.contains($0.userID) } ?? false
        if conversations[index].countedThrough.map({ $0 < message.id }) ?? true {
            conversations[index].unreadCount += 1
            if isMention { conversations[index].mentionCount += 1 }
        }
        if isSelected, !sees(conversations[index]), conversations[index].firstUnreadID == nil {
            conversations[index].firstUnreadID = message.id
        }
        guard isMention, !(isSelected && hasFocus) else { return [] }
        return [.alert(isDirect ? .privateMessage : .mention)]
    }

    // MARK: Pages

    mutating func turn(_ page: HistoryPage, _ question: HistoryRequest, _ purpose: HistoryPurpose) -> [Effect] {
        let place = question.conversation
        switch purpose {
        case .newest:
            change(place) { state in
                state.isLoadingOlder = false
                for message in page.messages { state.log.put(message) }
                state.log.hasOlder = page.hasMore
            }
            markFirstUnread()
        case .older:
            change(place) { state in
                state.isLoadingOlder = false
                for message in page.messages { state.log.put(message) }
                state.log.hasOlder = page.hasMore
                if state.scroll != nil { state.log.trimNewest() }
            }
        case .newer, .contextAfter:
            change(place) { state in
                state.isLoadingOlder = false
                for message in page.messages { state.log.put(message) }
                if !page.hasMore { (state.log.isDetached, state.log.missedCount) = (false, 0) }
            }
        case .contextBefore(let target): return showContext(page, target, in: place)
        case .missed: return follow(place, author: nil, .page(page.messages, hasMore: page.hasMore))
        case .changes: return follow(place, author: nil, .changes(page.messages, hasMore: page.hasMore))
        }
        return []
    }

    // MARK: What was read

    /// Whether the newest message of a conversation is before the person's eyes.
    func sees(_ state: ConversationState) -> Bool {
        hasFocus && overlay == nil && selected == state.conversation && state.scroll == nil && !state.log.isDetached
    }

    var owesReadMark: Bool {
        guard link == .up, let state = selectedState, sees(state), let last = state.log.last else { return false }
        return state.lastReadID.map { $0 < last.id } ?? true
    }

    mutating func markReadIfSeen() -> [Effect] {
        guard owesReadMark, let state = selectedState, let last = state.log.last else { return [] }
        if let markedAt = book.markedReadAt, now < markedAt + Self.readMarkInterval { return [] }
        book.markedReadAt = now
        change { state in
            state.lastReadID = last.id
            (state.unreadCount, state.mentionCount) = (0, 0)
        }
        return [.request(.markRead(state.conversation, last.id))]
    }

    /// Another device of this account has read on.
    mutating func noteRead(_ conversation: Conversation, _ marker: MessageID) {
        let me = account?.userID
        change(conversation) { state in
            state.lastReadID = max(marker, state.lastReadID ?? marker)
            let left = state.log.messages[state.log.lowerBound(of: MessageID(rawValue: marker.rawValue + 1))...]
                .filter { $0.authorID != me }
            state.unreadCount = min(state.unreadCount, left.count)
            state.mentionCount = min(state.mentionCount, left.count)
        }
    }

    private mutating func markFirstUnread() {
        let me = account?.userID
        change { state in
            guard state.firstUnreadID == nil, state.unreadCount > 0 else { return }
            let read = state.lastReadID ?? MessageID(rawValue: 0)
            let start = state.log.lowerBound(of: MessageID(rawValue: read.rawValue + 1))
            state.firstUnreadID = state.log.messages[start...].first { $0.authorID != me }?.id
        }
    }
}
