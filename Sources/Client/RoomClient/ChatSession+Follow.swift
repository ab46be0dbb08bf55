public import ControlWire
public import Identifiers

extension ChatSession {
    /// What ``follow(_:password:after:newest:_:)`` tells.
    public enum FollowEvent: Equatable, Sendable {
        case joined(JoinedRoom)
        case message(ChatMessage)
        /// A message that was told before, as it is after an edit or its deletion.
        case change(ChatMessage)
        /// The server's own words in the room, which are not kept.
        case notice(ControlEnvelope)
        /// The connection is gone; what is written meanwhile is told when it is back.
        case lost(RoomClientError)
        case resumed
    }

    public typealias FollowHandler = @Sendable (FollowEvent) async -> Bool

    /// Tells everything that is written in a room, each message exactly once and in order, and what becomes of it, over any
    /// number of connections, until the task is cancelled. Throws what no retry can mend: the session ended, the person was taken
    /// out of the room, the room is gone.
    ///
    /// It begins after the message `after`, or with the `newest` so many, else with what comes. One at a time on a
    /// session: it reads the connection's announcements. The handler is not hurried, and ends it by returning false.
    public func follow(
        _ room: RoomID, password: String? = nil, after: MessageID? = nil, newest: Int = 0,
        _ handler: FollowHandler
    ) async throws(RoomClientError) {
        var follower = ConversationFollower(after: after)
        var backoff = ReconnectBackoff()
        var isFirst = true
        var isLost = false
        while !Task.isCancelled {
            do throws(RoomClientError) {
                let client = try await connection()
                let joined = try await client.join(room, password: password)
                try await tell(isLost ? .resumed : .joined(joined), handler)
                if isFirst && after == nil && newest > 0 {
                    follower = try await recent(newest, client, room, handler)
                }
                (isFirst, isLost) = (false, false)
                try await listen(client, room, joined.details, &follower, handler) { backoff.reset() }
            } catch {
                if error.code == .cancelled { return }
                guard !isFirst, error.isTransient else { throw error }
                if !isLost, await !handler(.lost(error)) { return }
                isLost = true
                _ = follower.handle(.connectionLost)
                guard (try? await Task.sleep(for: backoff.next(retryAfter: error.retryAfter))) != nil else { return }
            }
        }
    }

    /// The newest messages, and a follower that goes on after them.
    private func recent(
        _ count: Int, _ client: RoomClient, _ room: RoomID, _ handler: FollowHandler
    ) async throws(RoomClientError) -> ConversationFollower {
        let page = try await client.history(HistoryRequest(conversation: .room(room), limit: count))
        for message in page.messages { try await tell(.message(message), handler) }
        return ConversationFollower(after: page.messages.last?.id, shown: page.messages)
    }

    /// Until the connection ends, which it says by throwing.
    private func listen(
        _ client: RoomClient, _ room: RoomID, _ details: RoomDetails?, _ follower: inout ConversationFollower,
        _ handler: FollowHandler, whenUpToDate: () -> Void
    ) async throws(RoomClientError) {
        let joined = follower.handle(.joined(last: details?.lastMessageID, lastChange: details?.lastChangeID))
        try await perform(joined, client, room, &follower, handler)
        whenUpToDate()
        for await envelope in client.announcements {
            if let removal = Self.removal(envelope.message, from: room) { throw removal }
            guard let input = Self.input(envelope, room) else {
                if Self.isNotice(envelope, room) { try await tell(.notice(envelope), handler) }
                continue
            }
            try await perform(follower.handle(input), client, room, &follower, handler)
        }
        throw await client.closeReason ?? RoomClientError(.closed, "the connection was closed.")
    }

    /// Fetches in turn: live messages wait in the connection meanwhile, and beyond its limit are fetched after the next
    /// join.
    private func perform(
        _ actions: [ConversationFollower.Action], _ client: RoomClient, _ room: RoomID,
        _ follower: inout ConversationFollower, _ handler: FollowHandler
    ) async throws(RoomClientError) {
        var left = actions[...]
        while let action = left.popFirst() {
            switch action {
            case .deliver(let message): try await tell(.message(message), handler)
            case .deliverChange(let message): try await tell(.change(message), handler)
            case .fetch(let after):
                let request = HistoryRequest(conversation: .room(room), after: after, limit: Self.pageMessagesMax)
                let page = try await client.history(request)
                left += follower.handle(.page(page.messages, hasMore: page.hasMore))
            case .fetchChanges(let after):
                let request = HistoryRequest(
                    conversation: .room(room), changedAfter: after, limit: Self.pageMessagesMax)
                let page = try await client.history(request)
                left += follower.handle(.changes(page.messages, hasMore: page.hasMore))
            }
        }
    }

    private func tell(_ event: FollowEvent, _ handler: FollowHandler) async throws(RoomClientError) {
        guard await handler(event) else { throw RoomClientError(.cancelled, "nobody listens any more.") }
    }

    private static func input(_ envelope: ControlEnvelope, _ room: RoomID) -> ConversationFollower.Input? {
        switch envelope.message {
        case .messageEdited(let message), .messageDeleted(let message):
            return message.conversation == .room(room) ? .changed(message) : nil
        default:
            guard let message = ChatMessage(live: envelope, reader: nil), message.conversation == .room(room) else {
                return nil
            }
            return .live(message)
        }
    }

    private static func isNotice(_ envelope: ControlEnvelope, _ room: RoomID) -> Bool {
        switch envelope.message {
        case .roomMessage(room, _, _, _): envelope.senderID == .server
        case .serverClosing: true
        default: false
        }
    }

    private static func removal(_ message: ControlMessage, from room: RoomID) -> RoomClientError? {
        switch message {
        case .removedFromRoom(let removal) where removal.roomID == room && removal.action != .moved:
            RoomClientError(.removed, removal.explanation)
        case .roomDeleted(room, let name, let by):
            RoomClientError(.roomNotFound, "\(by) has deleted the room “\(name)”.")
        default: nil
        }
    }

    private static let pageMessagesMax = 200
}

extension RoomRemoval {
    /// One line for whom it happened to.
    public var explanation: String {
        let what =
            switch action {
            case .kicked: "\(byUsername) has put you out of the room"
            case .banned: "\(byUsername) has banned you from the room"
            case .moved: "\(byUsername) has moved you to room \(toRoomID?.description ?? "?")"
            case .denied: "\(byUsername) has taken your right to read the room"
            }
        return what + (reason.map { ": \($0)" } ?? "") + "."
    }
}
