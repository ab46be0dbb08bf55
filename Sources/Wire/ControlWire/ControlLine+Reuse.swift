public import Identifiers
import JSONText

/// A stored message's JSON object as it stands in a ``HistoryPage``, encoded once and used in many lines.
public struct EncodedChatMessage: Equatable, Sendable {
    public let id: MessageID
    public let bytes: [UInt8]

    public init(_ message: ChatMessage) {
        var writer = JSONWriter()
        writer.append(message)
        id = message.id
        bytes = writer.bytes
    }
}

/// Which messages of a page matter most.
public enum HistoryEnd: Sendable { case oldest, newest }

extension ControlLine {
    /// A `HistoryPage` line, newline included, of messages that were encoded before. Any thread.
    ///
    /// What outgrows ``bytesMax`` is left out and makes `has_more` true.
    /// - Parameters:
    ///   - messages: by ascending id.
    ///   - end: who is kept: `newest` for a page before a message or the latest page, `oldest` for one after a message.
    /// - Throws: `tooLong` where not even one message fits.
    public static func encodeHistoryPage(
        conversation: Conversation, messages: [EncodedChatMessage], hasMore: Bool,
        keeping end: HistoryEnd, requestID: UInt64?
    ) throws(Failure) -> [UInt8] {
        // Room for the frame is measured, not guessed: an empty page and the longer of the two words.
        let frame = try historyPage(conversation, [], hasMore: false, requestID)
        var byteCount = frame.count - 1
        var keptCount = 0
        while keptCount < messages.count {
            let next = end == .oldest ? keptCount : messages.count - 1 - keptCount
            byteCount += messages[next].bytes.count + (keptCount > 0 ? 1 : 0)
            guard byteCount <= bytesMax else { break }
            keptCount += 1
        }
        guard keptCount > 0 || messages.isEmpty else { throw .tooLong(byteCount: byteCount) }
        let kept = end == .oldest ? messages.prefix(keptCount) : messages.suffix(keptCount)
        return try historyPage(conversation, kept, hasMore: hasMore || keptCount < messages.count, requestID)
    }

    private static func historyPage(
        _ conversation: Conversation, _ messages: ArraySlice<EncodedChatMessage>, hasMore: Bool, _ requestID: UInt64?
    ) throws(Failure) -> [UInt8] {
        var writer = JSONWriter(capacity: messages.reduce(256) { $0 + $1.bytes.count + 1 })
        writer.beginObject()
        writer.field("sender_id", UserID.server)
        writer.name("message_type")
        writer.variant("HistoryPage") { writer in
            conversation.writeFields(to: &writer)
            writer.name("messages")
            writer.beginArray()
            for message in messages { writer.raw(message.bytes) }
            writer.endArray()
            writer.field("has_more", hasMore)
        }
        writer.field("request_id", requestID)
        writer.endObject()
        return try line(writer)
    }

    /// The same line as the answer to a request: an announcement goes out encoded once, to its author with his number.
    ///
    /// - Parameter announcement: a line of ``encode(_:)``, without a `request_id`.
    /// - Throws: `tooLong` where the number does not fit any more.
    public static func tag(_ announcement: [UInt8], requestID: UInt64) throws(Failure) -> [UInt8] {
        let tail = Array(",\"request_id\":\(requestID)}\n".utf8)
        precondition(announcement.suffix(2).elementsEqual(tail.suffix(2)), "not a whole line")
        let byteCount = announcement.count - 2 + tail.count
        guard byteCount - 1 <= bytesMax else { throw .tooLong(byteCount: byteCount - 1) }
        var line: [UInt8] = []
        line.reserveCapacity(byteCount)
        line.append(contentsOf: announcement.dropLast(2))
        line.append(contentsOf: tail)
        return line
    }
}
