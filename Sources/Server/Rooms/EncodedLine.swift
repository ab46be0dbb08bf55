public import ControlWire
public import Identifiers

/// A line as it goes out, newline included: encoded once, its bytes shared by everybody it goes to.
public struct EncodedLine: Sendable {
    public let bytes: [UInt8]

    /// - Parameter requestID: of the request this answers; nil for an announcement.
    public init(_ message: ControlMessage, from sender: UserID = .server, answering requestID: UInt64? = nil) {
        let envelope = ControlEnvelope(senderID: sender, message: message, requestID: requestID)
        // Nothing the server says can fail to encode, except a list that outgrew a line; those go
        // through `fitting`. Should a new message forget that, its reader gets an error, not silence.
        bytes = (try? ControlLine.encode(envelope)) ?? Self.unencodable(answering: requestID)
    }

    init(bytes: [UInt8]) { self.bytes = bytes }

    /// An announcement as the answer to a request: the same bytes and the request's number.
    func answering(_ requestID: UInt64?) -> EncodedLine {
        guard let requestID else { return self }
        return EncodedLine(
            bytes: (try? ControlLine.tag(bytes, requestID: requestID)) ?? Self.unencodable(answering: requestID))
    }

    /// A page of history whose messages are encoded already; cut where it outgrows a line.
    /// - Parameter end: the end that is kept.
    static func history(
        _ conversation: Conversation, _ page: HistoryCache.Page, keeping end: HistoryEnd, answering requestID: UInt64?
    ) -> EncodedLine {
        let bytes = try? ControlLine.encodeHistoryPage(
            conversation: conversation, messages: page.messages, hasMore: page.hasMore, keeping: end,
            requestID: requestID)
        return EncodedLine(bytes: bytes ?? unencodable(answering: requestID))
    }

    /// One line with as many of the rows, from the first, as fit ``ControlLine/bytesMax``, and how many those are.
    static func fitting<Row>(
        _ rows: [Row], answering requestID: UInt64? = nil, _ message: ([Row]) -> ControlMessage
    ) -> (line: EncodedLine, rowCount: Int) {
        var count = rows.count
        while true {
            let envelope = ControlEnvelope(message: message(Array(rows.prefix(count))), requestID: requestID)
            do {
                return (EncodedLine(bytes: try ControlLine.encode(envelope)), count)
            } catch .tooLong(let byteCount) where count > 0 {
                // Rows differ in size: come near at once, then step down.
                count = min(count - 1, count * ControlLine.bytesMax / byteCount)
            } catch {
                return (EncodedLine(bytes: unencodable(answering: requestID)), 0)
            }
        }
    }

    private static func unencodable(answering requestID: UInt64?) -> [UInt8] {
        let tag = requestID.map { ",\"request_id\":\($0)" } ?? ""
        return Array(
            """
            {"sender_id":0,"message_type":{"ServerResponse":{"success":false,\
            "content":"The answer could not be written","code":"InternalError"}}\(tag)}

            """.utf8)
    }
}
