import ChatStore
import ControlWire
import Identifiers
import Logging
import Testing

@testable import Rooms

/// A message as a connection got it: a `RoomMessage` or `PrivateMessage` that is stored.
struct SeenMessage: Equatable {
    let id: MessageID
    let author: UserID
    let content: String
    let clientID: String?
    let requestID: UInt64?
    let mentions: [UserID]
    let replyTo: MessageID?

    init?(_ envelope: ControlEnvelope) {
        switch envelope.message {
        case .roomMessage(_, _, let content, let details?), .privateMessage(_, _, let content, let details?):
            guard let id = details.messageID else { return nil }
            self.id = id
            author = envelope.senderID
            self.content = content
            clientID = details.clientID
            requestID = envelope.requestID
            mentions = details.mentions
            replyTo = details.replyTo
        default:
            return nil
        }
    }
}

extension [ControlEnvelope] {
    var seen: [SeenMessage] { compactMap(SeenMessage.init) }

    /// The code, number and wait of the first refusal.
    var refusal: (code: ErrorCode?, requestID: UInt64?, retryAfter: UInt64?)? {
        for envelope in self {
            if case .serverResponse(false, _, let code, let wait) = envelope.message {
                return (code, envelope.requestID, wait)
            }
        }
        return nil
    }

    var pages: [HistoryPage] {
        messages.compactMap { if case .historyPage(let page) = $0 { page } else { nil } }
    }
}

extension TestClient {
    /// Writes into a room and returns the answer, which must be the stored message.
    @discardableResult
    func say(
        _ content: String, in number: UInt64 = 1, id: UInt64? = 1, clientID: String? = nil, replyTo: MessageID? = nil
    ) async throws -> SeenMessage {
        let answers = try await ask(said(content, in: number, clientID: clientID, replyTo: replyTo), id: id)
        return try #require(answers.seen.last { $0.requestID == id }, "\(answers)")
    }

    func page(
        of conversation: Conversation = .room(room(1)), before: MessageID? = nil, after: MessageID? = nil,
        limit: Int? = nil
    ) async throws -> HistoryPage {
        let request = HistoryRequest(conversation: conversation, before: before, after: after, limit: limit)
        let answers = try await ask(.history(request), id: 9)
        return try #require(answers.pages.first, "\(answers)")
    }

    func changes(after change: UInt64, limit: Int? = nil) async throws -> HistoryPage {
        let request = HistoryRequest(
            conversation: .room(room(1)), changedAfter: ChangeID(rawValue: change), limit: limit)
        let answers = try await ask(.history(request), id: 9)
        return try #require(answers.pages.first, "\(answers)")
    }

    func lastChange(of number: UInt64) async throws -> ChangeID? {
        guard case .roomPage(let rooms, _) = try await ask(.browseRooms(after: nil, limit: nil)).messages.last else {
            return nil
        }
        return rooms.first { $0.id == room(number) }?.lastChangeID
    }
}

func said(
    _ content: String, in number: UInt64 = 1, clientID: String? = nil, replyTo: MessageID? = nil
) -> ControlMessage {
    .roomMessage(
        roomID: room(number), senderUsername: "", content: content,
        details: clientID == nil && replyTo == nil ? nil : MessageDetails(clientID: clientID, replyTo: replyTo))
}

func user(_ number: UInt64) -> UserID { UserID(rawValue: number) }

extension TextLimits {
    /// For tests that are about something else.
    static var generous: TextLimits {
        var limits = TextLimits()
        let plenty = RateLimit(burst: 1_000_000, interval: .nanoseconds(1))
        limits.messagesPerUser = plenty
        limits.messagesPerAddress = plenty
        limits.searchesPerUser = plenty
        limits.typingPerUser = plenty
        return limits
    }
}
