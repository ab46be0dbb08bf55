import ControlWire
import Foundation
import Identifiers
import RoomClient
import TerminalSupport
import Testing

@testable import ChatCommands

struct ProtocolFieldsTests {
    private func object(_ line: String) throws -> [String: Any] {
        #expect(!line.contains("\n"))
        return try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }

    @Test func `a row of a list is an object of its own with the protocol's fields`() throws {
        let messages = (1...2 as ClosedRange<UInt64>).map {
            ChatMessage(
                id: MessageID(rawValue: $0), conversation: .room(RoomID(rawValue: 1)), authorID: UserID(rawValue: 2),
                author: "ada", content: "a \"quoted\"\n\u{1F600} line", sentAt: 1_795_381_509_250)
        }
        let page = HistoryPage(conversation: .room(RoomID(rawValue: 1)), messages: messages, hasMore: false)
        let lines = try ProtocolFields.lines(of: .historyPage(page), list: "messages")
        #expect(lines.count == 2)
        let first = try object(lines[0])
        #expect(first["message_id"] as? Int == 1)
        #expect(first["content"] as? String == "a \"quoted\"\n\u{1F600} line")
        #expect(first["sent_at"] as? Int == 1_795_381_509_250)
    }

    @Test func `an answer is its fields`() throws {
        let answer = ControlMessage.serverResponse(success: true, content: "Left room 3")
        let fields = try object(try ProtocolFields.line(of: answer))
        #expect(fields["success"] as? Bool == true)
        #expect(fields["content"] as? String == "Left room 3")
    }

    @Test func `a failure has its status, the server's code and the wait`() throws {
        let failure = CommandFailure(
            RoomClientError(
                .rateLimited, "Too many messages", retryAfter: .milliseconds(1_500), serverCode: "RateLimited"))
        let fields = try object(FailureFields.line(of: failure))
        #expect(fields["code"] as? String == "RateLimited")
        #expect(fields["retry_after_ms"] as? Int == 1_500)
        #expect(fields["exit_status"] as? Int == 75)
        #expect((fields["error"] as? String)?.contains("Too many messages") == true)
    }
}
