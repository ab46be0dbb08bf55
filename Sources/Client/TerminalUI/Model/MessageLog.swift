import ControlWire
import Identifiers
import TerminalSupport

/// The part of a conversation that is loaded: messages in a row, by number, without gaps between them.
///
/// ``messagesMax`` at most: from beyond it, the end away from where the reader looks is forgotten and asked for again.
package struct MessageLog: Equatable, Sendable {
    /// Messages kept of one conversation.
    package static let messagesMax = 5_000

    /// Ascending by number; their texts are safe for a terminal, line breaks kept.
    package private(set) var messages: [ChatMessage] = []
    /// Whether the server may have older ones.
    package var hasOlder = true
    /// Newer ones exist that are not loaded: the part was opened around a message of old. Live ones are not added then.
    package var isDetached = false
    /// Live messages that came while detached.
    package var missedCount = 0

    package init() {}

    package var first: ChatMessage? { messages.first }
    package var last: ChatMessage? { messages.last }

    /// Index of the message, nil when it is not loaded. Binary search.
    package func index(of id: MessageID) -> Int? {
        let index = lowerBound(of: id)
        return index < messages.count && messages[index].id == id ? index : nil
    }

    package func message(_ id: MessageID) -> ChatMessage? { index(of: id).map { messages[$0] } }

    /// How many of the messages that are loaded come before this number.
    package func lowerBound(of id: MessageID) -> Int {
        // Most come at the end.
        guard let last = messages.last, id <= last.id else { return messages.count }
        var (low, high) = (0, messages.count)
        while low < high {
            let middle = (low + high) / 2
            if messages[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Puts a message in its place, or its newer state in place of the older. False when nothing changed.
    @discardableResult
    package mutating func put(_ message: ChatMessage) -> Bool {
        let index = lowerBound(of: message.id)
        guard index < messages.count, messages[index].id == message.id else {
            messages.insert(Self.safe(message), at: index)
            return true
        }
        let never = ChangeID(rawValue: 0)
        guard message.changeID ?? never > messages[index].changeID ?? never else { return false }
        messages[index] = Self.safe(message)
        return true
    }

    /// A change of a message that is not loaded is none of ours.
    package mutating func update(_ message: ChatMessage) {
        if index(of: message.id) != nil { put(message) }
    }

    /// A part somewhere else in the conversation takes the place of what was loaded.
    package mutating func replace(with messages: [ChatMessage], hasOlder: Bool, isDetached: Bool) {
        self.messages = messages.map(Self.safe)
        self.hasOlder = hasOlder
        self.isDetached = isDetached
        missedCount = 0
    }

    /// Forgets the oldest beyond the limit.
    package mutating func trimOldest() {
        guard messages.count > Self.messagesMax else { return }
        messages.removeFirst(messages.count - Self.messagesMax)
        hasOlder = true
    }

    /// Forgets the newest beyond the limit, while the reader looks at old ones.
    package mutating func trimNewest() {
        guard messages.count > Self.messagesMax else { return }
        messages.removeLast(messages.count - Self.messagesMax)
        isDetached = true
    }

    private static func safe(_ message: ChatMessage) -> ChatMessage {
        var message = message
        message.author = TerminalText.name(message.author)
        message.content = SafeText.lines(message.content)
        return message
    }
}

/// Text of others, made safe.
package enum SafeText {
    /// Line breaks are kept; every line is a safe line.
    package static func lines(_ text: String) -> String {
        guard text.contains(where: \.isNewline) else { return TerminalText.line(text, keepsJoiners: true) }
        return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .prefix(linesMax).map { TerminalText.line(String($0), keepsJoiners: true) }.joined(separator: "\n")
    }

    /// Lines of one message that are kept; more is more than anybody reads.
    package static let linesMax = 200
}
