import ChatStore
import ControlWire
import Identifiers

/// The newest messages of a room, ready to be sent: pure, owned by the room.
///
/// Holds every message above a bound that the store holds, and none else. The bound starts at the newest message of
/// the last run, so live messages make a valid cache from the first one on; what is below comes when it is first
/// asked for (``wantsFill``), and may come while live messages do.
struct HistoryCache: Sendable {
    /// A page, ascending.
    struct Page {
        let messages: [EncodedChatMessage]
        let hasMore: Bool
    }

    /// Whether the store holds messages at or below the bound.
    private enum Older { case none, some, unknown }

    fileprivate struct Entry {
        let id: MessageID
        let sentAt: Int64
        let byteCount: Int
        var form: Form
    }

    /// Most messages leave the cache without having been asked for: they are encoded at the first request.
    fileprivate enum Form {
        case stored(StoredMessage)
        case encoded(EncodedChatMessage)
    }

    private let conversation: Conversation
    let countMax: Int
    private let bytesMax: Int
    private var entries: [Entry] = []
    private(set) var byteCount = 0
    /// Everything above it is in `entries`.
    private var bound: MessageID
    private var older: Older
    /// Whether reading the newest messages from the store would add something.
    private(set) var wantsFill: Bool
    /// Edits and deletions since the fill under way began: what it read may be older than they are.
    private var changes: [MessageID: StoredMessage] = [:]
    private var fillUnderWay: UInt64?
    private(set) var fillsBegun: UInt64 = 0

    /// - Parameters:
    ///   - newest: the newest message that is stored now; nil if there is none.
    ///   - countMax: messages kept; 0 keeps none.
    ///   - bytesMax: their text and names, and a fixed part for each.
    init(of conversation: Conversation, newest: MessageID?, countMax: Int, bytesMax: Int) {
        self.conversation = conversation
        self.countMax = countMax
        self.bytesMax = bytesMax
        bound = newest ?? MessageID(rawValue: 0)
        older = newest == nil ? .none : .some
        wantsFill = newest != nil && countMax > 0
    }

    var count: Int { entries.count }

    /// Takes up a message that is newer than all others.
    mutating func append(_ message: StoredMessage) {
        entries.append(Entry(message))
        byteCount += Entry.size(of: message)
        evict()
    }

    /// Takes up an edit or a deletion.
    mutating func replace(_ message: StoredMessage) {
        if fillUnderWay != nil { noteChange(message) }
        let index = firstIndex(above: message.id) - 1
        guard index >= 0, entries[index].id == message.id else { return }
        let entry = Entry(message)
        byteCount += entry.byteCount - entries[index].byteCount
        entries[index] = entry
        evict()
    }

    /// Before the newest ``countMax`` messages are read from the store.
    /// - Returns: what ``finishFill(_:_:hasMore:)`` wants back.
    mutating func beginFill() -> UInt64 {
        fillsBegun += 1
        fillUnderWay = fillsBegun
        changes = [:]
        return fillsBegun
    }

    /// Takes up what was read: the part that the cache does not hold.
    ///
    /// Changes nothing if messages were removed from the store since the fill began; it is wanted again then.
    mutating func finishFill(_ fill: UInt64, _ newest: [StoredMessage], hasMore: Bool) {
        guard fill == fillUnderWay else { return }
        let missing = newest.prefix { $0.id <= bound }.map { Entry(changes[$0.id] ?? $0) }
        entries.insert(contentsOf: missing, at: 0)
        byteCount += missing.reduce(0) { $0 + $1.byteCount }
        if hasMore {
            if let first = newest.first, first.id <= bound { bound = MessageID(rawValue: first.id.rawValue - 1) }
            older = .some
        } else {
            bound = MessageID(rawValue: 0)
            older = .none
        }
        wantsFill = false
        endFill()
        evict()
    }

    /// The fill under way comes to nothing.
    mutating func endFill() {
        fillUnderWay = nil
        changes = [:]
    }

    /// Drops what the store no longer holds: messages sent before an instant, and those beyond the newest so many.
    mutating func expire(before instant: Int64?, keepingNewest: Int?) {
        let tooOld = instant.map { instant in entries.prefix { $0.sentAt < instant }.count } ?? 0
        let tooMany = keepingNewest.map { max(0, entries.count - $0) } ?? 0
        drop(max(tooOld, tooMany))
        guard older != .none else { return }
        older = .unknown
        wantsFill = countMax > 0
        endFill()
    }

    /// The page that `messages(in:before:after:limit:)` of the store would give; nil if only the store knows it.
    mutating func page(before: MessageID?, after: MessageID?, limit: Int) -> Page? {
        if let after {
            guard before == nil, after >= bound else { return nil }
            let start = firstIndex(above: after)
            let end = min(start + limit, entries.count)
            return Page(messages: encoded(start..<end), hasMore: end < entries.count)
        }
        let end = before.map { firstIndex(above: MessageID(rawValue: $0.rawValue - min(1, $0.rawValue))) }
        let available = end ?? entries.count
        let start = max(0, available - limit)
        if start > 0 { return Page(messages: encoded(start..<available), hasMore: true) }
        switch older {
        case .none: return Page(messages: encoded(0..<available), hasMore: false)
        case .some where available == limit: return Page(messages: encoded(0..<available), hasMore: true)
        case .some, .unknown: return nil
        }
    }

    private mutating func encoded(_ range: Range<Int>) -> [EncodedChatMessage] {
        range.map { index in
            switch entries[index].form {
            case .encoded(let message): return message
            case .stored(let message):
                let encoded = EncodedChatMessage(ChatMessage(message, in: conversation))
                entries[index].form = .encoded(encoded)
                return encoded
            }
        }
    }

    /// A room whose messages change faster than the store reads them is filled another time.
    private mutating func noteChange(_ message: StoredMessage) {
        guard changes.count < max(countMax, 1) else { return endFill() }
        changes[message.id] = message
    }

    private mutating func evict() {
        var count = max(0, entries.count - countMax)
        var bytesLeft = byteCount - entries.prefix(count).reduce(0) { $0 + $1.byteCount }
        while bytesLeft > bytesMax, count < entries.count {
            bytesLeft -= entries[count].byteCount
            count += 1
        }
        guard count > 0 else { return }
        drop(count)
        // What a fill could add would not fit either; one under way may not know of what was dropped just now.
        wantsFill = false
        endFill()
    }

    private mutating func drop(_ count: Int) {
        guard count > 0 else { return }
        bound = entries[count - 1].id
        older = .some
        byteCount -= entries.prefix(count).reduce(0) { $0 + $1.byteCount }
        entries.removeFirst(count)
    }

    private func firstIndex(above id: MessageID) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id <= id { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension HistoryCache.Entry {
    fileprivate init(_ message: StoredMessage) {
        id = message.id
        sentAt = message.sentAt
        byteCount = Self.size(of: message)
        form = .stored(message)
    }

    /// Names of fields, numbers and instants come to about that many bytes, as values and as JSON.
    private static let fixedBytes = 256

    fileprivate static func size(of message: StoredMessage) -> Int {
        message.content.utf8.count + message.authorName.utf8.count + fixedBytes + 8 * message.mentions.count
    }
}
