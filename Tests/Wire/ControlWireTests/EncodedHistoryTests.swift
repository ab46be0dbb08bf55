import ControlWire
import Identifiers
import Testing

/// Pages and answers that are put together from encoded pieces are the lines that encoding as a whole would give.
@Suite struct EncodedHistoryTests {
    private static let room = Conversation.room(RoomID(rawValue: 3))

    private func message(_ id: UInt64, contentBytes: Int = 5) -> ChatMessage {
        ChatMessage(
            id: MessageID(rawValue: id), conversation: Self.room, authorID: UserID(rawValue: 7), author: "ann",
            content: String(repeating: "\u{1}", count: contentBytes), sentAt: 1_000)
    }

    private func page(
        _ messages: [ChatMessage], hasMore: Bool = false, keeping end: HistoryEnd
    ) throws -> (page: HistoryPage, line: [UInt8]) {
        let line = try ControlLine.encodeHistoryPage(
            conversation: Self.room, messages: messages.map(EncodedChatMessage.init), hasMore: hasMore, keeping: end,
            requestID: 5)
        let envelope = try ControlLine.decode(line.dropLast())
        #expect(envelope.requestID == 5)
        guard case .historyPage(let page) = envelope.message else { throw WrongVariant() }
        return (page, line)
    }

    private struct WrongVariant: Error {}

    @Test(arguments: [HistoryEnd.oldest, .newest], [true, false])
    func pageOfPiecesIsThePageAsAWhole(_ end: HistoryEnd, _ hasMore: Bool) throws {
        let messages = (1...20).map { message($0) }
        let whole = try ControlLine.encode(
            ControlEnvelope(
                message: .historyPage(HistoryPage(conversation: Self.room, messages: messages, hasMore: hasMore)),
                requestID: 5))
        #expect(try page(messages, hasMore: hasMore, keeping: end).line == whole)
        #expect(try page([], keeping: end).page.messages.isEmpty)
    }

    @Test func whatOutgrowsALineIsLeftOutFromTheOtherEnd() throws {
        // Each of these bytes takes six on the wire: 4,096 of them fill more than a third of a line.
        let messages = (1...5).map { message($0, contentBytes: 4_096) }
        let newest = try page(messages, keeping: .newest)
        #expect(newest.page.messages.map(\.id.rawValue) == [4, 5])
        #expect(newest.page.hasMore)
        let oldest = try page(messages, keeping: .oldest)
        #expect(oldest.page.messages.map(\.id.rawValue) == [1, 2])
        #expect(oldest.page.hasMore)
    }

    @Test func lineIsFilledToTheLimitAndNotOnePast() throws {
        // 1 stays the same; 2 grows byte by byte until it does not fit beside it any more.
        let frame = try page([message(1), message(2, contentBytes: 0)], keeping: .newest).line.count - 1
        let room = ControlLine.bytesMax - frame
        func pair(_ contentBytes: Int) -> [ChatMessage] {
            var second = message(2)
            second.content = String(repeating: "x", count: contentBytes)
            return [message(1), second]
        }
        let full = try page(pair(room), keeping: .oldest)
        #expect(full.line.count - 1 == ControlLine.bytesMax)
        #expect(full.page.messages.count == 2)
        #expect(!full.page.hasMore)
        let past = try page(pair(room + 1), keeping: .oldest)
        #expect(past.page.messages.map(\.id.rawValue) == [1])
        #expect(past.page.hasMore)
    }

    @Test func messageThatFitsNoLineIsRefused() {
        #expect(throws: ControlLine.Failure.self) { try page([message(1, contentBytes: 20_000)], keeping: .newest) }
    }

    @Test(arguments: [UInt64(0), 7, .max])
    func taggedLineIsTheAnswer(_ requestID: UInt64) throws {
        let announcement = ControlEnvelope(senderID: UserID(rawValue: 7), message: .messageEdited(message(1)))
        var answer = announcement
        answer.requestID = requestID
        #expect(
            try ControlLine.tag(ControlLine.encode(announcement), requestID: requestID) == ControlLine.encode(answer))
    }

    @Test func numberIsAddedUpToTheLimitAndNotOnePast() throws {
        func line(_ byteCount: Int) throws -> [UInt8] {
            let empty = try ControlLine.encode(ControlEnvelope(message: .serverResponse(success: true, content: "")))
            let content = String(repeating: "x", count: byteCount - (empty.count - 1))
            return try ControlLine.encode(ControlEnvelope(message: .serverResponse(success: true, content: content)))
        }
        let tagBytes = #","request_id":7"#.utf8.count
        let tagged = try ControlLine.tag(line(ControlLine.bytesMax - tagBytes), requestID: 7)
        #expect(tagged.count - 1 == ControlLine.bytesMax)
        #expect(throws: ControlLine.Failure.tooLong(byteCount: ControlLine.bytesMax + 1)) {
            try ControlLine.tag(line(ControlLine.bytesMax - tagBytes + 1), requestID: 7)
        }
    }
}
