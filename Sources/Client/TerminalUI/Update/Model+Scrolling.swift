import ControlWire
import Identifiers
import RoomClient

/// Scrolling, and jumping to messages that may not be loaded.
extension Model {
    /// Messages around one that is looked at.
    private var scrollStep: Int { max(1, (size.rows - 8) / 2) }

    /// By as many lines as there are on the screen, but two; through the middle of messages that are longer.
    mutating func scroll(pages: Int) -> [Effect] {
        guard let state = selectedState, let last = state.log.last, let pane = View.conversation(of: self) else {
            return []
        }
        guard let target = pane.scrolled(pages: pages) else {
            change { $0.scroll = state.log.isDetached ? ScrollPosition(bottom: last.id) : nil }
            return state.log.isDetached ? askNewer() : []
        }
        change { $0.scroll = target }
        return state.log.lowerBound(of: target.bottom) <= pane.rows ? askOlder() : []
    }

    mutating func scrollToStart() -> [Effect] {
        guard let first = selectedState?.log.first else { return [] }
        change { $0.scroll = ScrollPosition(bottom: first.id) }
        return askOlder()
    }

    /// Back to the newest.
    mutating func scrollToEnd() -> [Effect] {
        guard let state = selectedState else { return [] }
        change { $0.scroll = nil }
        guard state.log.isDetached else { return [] }
        change { $0.log.replace(with: [], hasOlder: true, isDetached: false) }
        return askNewest(state.conversation)
    }

    func askOlderRequest(_ state: ConversationState) -> Request {
        .history(
            HistoryRequest(conversation: state.conversation, before: state.log.first?.id, limit: Self.pageMessages),
            .older)
    }

    mutating func askOlder() -> [Effect] {
        guard let state = selectedState, state.log.hasOlder, !state.isLoadingOlder, link == .up else { return [] }
        change { $0.isLoadingOlder = true }
        return [.request(askOlderRequest(state))]
    }

    private mutating func askNewer() -> [Effect] {
        guard let state = selectedState, let last = state.log.last, !state.isLoadingOlder, link == .up else {
            return []
        }
        change { $0.isLoadingOlder = true }
        let question = HistoryRequest(conversation: state.conversation, after: last.id, limit: Self.pageMessages)
        return [.request(.history(question, .newer))]
    }

    /// Shows a message with what was written around it, loaded or not.
    mutating func jump(to message: MessageID, in place: Conversation) -> [Effect] {
        guard index(of: place) != nil else {
            note("That conversation is not open: join the room first (F2).", isError: true)
            return []
        }
        var effects = select(place)
        guard let log = selectedState?.log, log.index(of: message) == nil else {
            look(at: message)
            return effects
        }
        let before = HistoryRequest(
            conversation: place, before: MessageID(rawValue: message.rawValue + 1), limit: Self.contextMessages)
        let after = HistoryRequest(conversation: place, after: message, limit: Self.contextMessages)
        effects += [
            .request(.history(before, .contextBefore(message))), .request(.history(after, .contextAfter(message))),
        ]
        return effects
    }

    mutating func showContext(
        _ page: HistoryPage, _ target: MessageID, in place: Conversation
    ) -> [Effect] {
        change(place) { state in
            // The page after it may have come first.
            let later = state.log.messages.filter { $0.id > target && state.log.isDetached }
            state.log.replace(with: page.messages + later, hasOlder: page.hasMore, isDetached: true)
        }
        if selected == place { look(at: target) }
        return []
    }

    private mutating func look(at message: MessageID) {
        guard let log = selectedState?.log, let index = log.index(of: message) else { return }
        focus = .messages(message)
        let bottom = min(index + scrollStep / 2, log.messages.count - 1)
        let isEnd = bottom == log.messages.count - 1 && !log.isDetached
        change { $0.scroll = isEnd ? nil : ScrollPosition(bottom: log.messages[bottom].id) }
    }

    mutating func jumpToFirstUnread() -> [Effect] {
        guard let state = selectedState, let first = state.firstUnreadID else {
            note("Nothing new here.")
            return []
        }
        return jump(to: first, in: state.conversation)
    }
}
