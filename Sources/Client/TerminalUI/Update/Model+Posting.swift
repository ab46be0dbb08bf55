import ControlWire
import Identifiers
import Permissions
import RoomClient
import TerminalSupport

/// Messages of the person's own.
extension Model {
    /// A message that waits to be stored is shown at once, and asked for again after a reconnect under the same name.
    mutating func post(_ content: String, replyTo: MessageID? = nil) -> [Effect] {
        guard let place = selected else {
            note("No room is open: F2 shows them.", isError: true)
            return []
        }
        clientIDCount += 1
        let pending = ConversationState.Pending(
            clientID: "\(clientIDPrefix)\(clientIDCount)", content: content, replyTo: replyTo)
        change { state in
            state.pending.append(pending)
            state.scroll = nil
        }
        var effects: [Effect] = selectedState?.log.isDetached == true ? scrollToEnd() : []
        if link == .up { effects.append(request(pending, in: place)) }
        return effects
    }

    private func request(_ pending: ConversationState.Pending, in place: Conversation) -> Effect {
        .request(.post(pending.content, to: place, clientID: pending.clientID, replyTo: pending.replyTo))
    }

    /// After a reconnect: whether the first attempt arrived, nobody knows; the name makes it safe.
    mutating func repost(in place: Conversation) -> [Effect] {
        (state(of: place)?.pending ?? []).filter { $0.failure == nil }.map { request($0, in: place) }
    }

    mutating func post(_ clientID: String, in place: Conversation, became message: ChatMessage?) {
        change(place) { state in
            state.pending.removeAll { $0.clientID == clientID }
            guard let message else { return }
            if !state.log.isDetached { state.log.put(message) }
        }
    }

    /// Nothing that was written is lost: it goes back into the line, or stays to be sent once more.
    mutating func failToPost(
        _ content: String, in place: Conversation, _ clientID: String, _ error: RoomClientError
    ) -> [Effect] {
        guard !error.isOfConnection, error.code != .cancelled else { return [] }
        let words = TerminalText.line(error.description)
        change(place) { state in
            guard let index = state.pending.firstIndex(where: { $0.clientID == clientID }) else { return }
            if state.line.isEmpty, state.purpose == .message {
                state.line.set(content)
                if let replyTo = state.pending[index].replyTo { state.purpose = .reply(replyTo) }
                state.pending.remove(at: index)
            } else {
                state.pending[index].failure = words
            }
        }
        note("Not sent: \(words)", isError: true)
        return []
    }

    /// Sends what failed once more.
    mutating func retryPosts() -> [Effect] {
        guard let place = selected else { return [] }
        change { state in
            for index in state.pending.indices { state.pending[index].failure = nil }
        }
        return link == .up ? repost(in: place) : []
    }

    /// Tells others that something is being written; not at every key.
    mutating func tellTyping() -> [Effect] {
        guard link == .up, let state = selectedState, !state.line.isEmpty, !state.line.text.hasPrefix("/"),
            state.purpose != .message || !state.line.text.isEmpty
        else { return [] }
        if let toldAt = book.typingToldAt, now < toldAt + Self.typingInterval { return [] }
        book.typingToldAt = now
        return [.send(.typing(conversation: state.conversation))]
    }

    private static let typingInterval: Duration = .seconds(4)

    // MARK: Choosing a message

    mutating func selectMessage(_ step: Int) {
        guard let state = selectedState, !state.log.messages.isEmpty else { return }
        let count = state.log.messages.count
        let bottom = state.scroll.map { min(state.log.lowerBound(of: $0.bottom), count - 1) } ?? count - 1
        var index = bottom
        if case .messages(let id) = focus { index = state.log.lowerBound(of: id) + step }
        guard index < count else {
            focus = .input
            return
        }
        let chosen = state.log.messages[max(0, index)].id
        focus = .messages(chosen)
        // It stays on the screen: the page moves with it.
        if index > bottom || index < bottom - max(2, (size.rows - 8) / 3) {
            let lowest = min(count - 1, max(0, index) + max(1, (size.rows - 8) / 4))
            change {
                $0.scroll = lowest == count - 1 ? nil : ScrollPosition(bottom: state.log.messages[lowest].id)
            }
        }
    }

    mutating func reply(to id: MessageID) {
        change { $0.purpose = .reply(id) }
        focus = .input
    }

    mutating func edit(_ id: MessageID) {
        guard let message = selectedState?.log.message(id), message.deletedAt == nil else { return }
        guard message.authorID == account?.userID else {
            note("Only your own messages can be edited.", isError: true)
            return
        }
        change { state in
            state.purpose = .edit(id)
            state.line.set(message.content)
        }
        focus = .input
    }

    mutating func askToDelete(_ id: MessageID) {
        guard let state = selectedState, let message = state.log.message(id), message.deletedAt == nil else { return }
        let isOwn = message.authorID == account?.userID
        guard isOwn || state.permissions.contains(.manageMessages) else {
            note("You may delete your own messages only.", isError: true)
            return
        }
        let start = TerminalText.truncated(message.content.replacing("\n", with: " "), columns: 40)
        overlay = .prompt(Prompt(.delete(state.conversation, id), title: "Delete “\(start)” by \(message.author)?"))
    }

    /// The newest of the person's own messages that is loaded.
    var lastOwnMessage: ChatMessage? {
        selectedState?.log.messages.last { $0.authorID == account?.userID && $0.deletedAt == nil }
    }
}
