import ChatStore
import ControlWire
import Identifiers

extension MemberSession {
    /// `HistoryPage`: from the room's memory where it reaches, else from the store without holding anybody up.
    func showHistory(
        _ request: HistoryRequest, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let limit = request.limit ?? TextLimits.pageDefault
        guard (1...TextLimits.pageMax).contains(limit) else {
            throw RoomRefusal(.invalidValue, .valueRefused, "limit must be 1…\(TextLimits.pageMax)")
        }
        let page: HistoryCache.Page
        switch request.conversation {
        case .room(let id):
            guard let room = await services.directory.room(id) else { throw .roomUnknown }
            let cached = try await room.page(before: request.before, after: request.after, limit: limit, for: member)
            if let cached { page = cached } else { page = try await readPage(request, room.conversation, limit) }
        case .direct(let other):
            let correspondent = try await services.text.privateMessages.correspondent(
                of: member.user, other, beginning: false)
            if let correspondent {
                page = try await readPage(request, correspondent.conversation, limit)
            } else {
                page = HistoryCache.Page(messages: [], hasMore: false)
            }
        }
        let isForward = request.before == nil && request.after != nil
        outbox.post(
            .history(request.conversation, page, keeping: isForward ? .oldest : .newest, answering: requestID))
    }

    private func readPage(
        _ request: HistoryRequest, _ key: ConversationKey, _ limit: Int
    ) async throws(RoomRefusal) -> HistoryCache.Page {
        let conversation = request.conversation
        do {
            return try await services.text.store.page(
                in: key, before: request.before, after: request.after, limit: limit
            ) { messages, hasMore in
                HistoryCache.Page(
                    messages: messages.map { EncodedChatMessage(ChatMessage($0, in: conversation)) }, hasMore: hasMore)
            }
        } catch {
            throw .store(error)
        }
    }

    /// Notes how far the account has read, and tells its other connections.
    func markRead(
        _ conversation: Conversation, _ id: MessageID, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let key: ConversationKey
        var mark = id
        switch conversation {
        case .room(let roomID):
            guard let room = await services.directory.room(roomID) else { throw .roomUnknown }
            key = room.conversation
            mark = try await room.readMark(id, of: member)
        case .direct(let other):
            let correspondent = try await services.text.privateMessages.correspondent(
                of: member.user, other, beginning: false)
            let stored: StoredMessage?
            do { stored = try await services.text.store.message(id) } catch { throw .store(error) }
            guard let correspondent, stored?.conversation == correspondent.conversation else { throw .unknownMessage }
            key = correspondent.conversation
        }
        await services.text.markers.note(ReadMarker(user: member.user, conversation: key, message: mark))
        let line = EncodedLine(.readMarker(conversation: conversation, messageID: mark))
        outbox.post(line.answering(requestID))
        _ = await services.directory.deliver(line, to: member.user, except: member.connection)
    }

    /// `UnreadList`: the rooms that the account belongs to and may read, and those it has written with; what is unread
    /// first, then the newest.
    func listUnread(_ member: Member, _ requestID: UInt64?) async throws(RoomRefusal) {
        await services.text.markers.flush(of: member.user)
        var summaries: [UnreadSummary]
        do throws(ChatStoreError) {
            let places = try await conversations(of: member)
            let rows = try await services.text.store.unread(of: member.user, conversations: places.map(\.key))
            summaries = zip(places, rows).map { place, row in
                UnreadSummary(
                    conversation: place.conversation, name: place.name, unreadCount: row.unread,
                    mentionCount: row.key.isPrivate ? row.unread : row.mentions, lastReadID: row.lastReadID,
                    lastMessageID: row.lastMessageID)
            }
        } catch {
            throw .store(error)
        }
        summaries.sort { left, right in
            let never = MessageID(rawValue: 0)
            guard (left.unreadCount > 0) == (right.unreadCount > 0) else { return left.unreadCount > 0 }
            return left.lastMessageID ?? never > right.lastMessageID ?? never
        }
        let shown = Array(summaries.prefix(TextLimits.unreadMax))
        let (line, count) = EncodedLine.fitting(shown, answering: requestID) { .unreadList(conversations: $0) }
        if count < summaries.count { services.counters.count(.listCut) }
        outbox.post(line)
    }

    /// Where the account reads, with what it calls it: rooms, and the people it wrote with last.
    private func conversations(
        of member: Member
    ) async throws(ChatStoreError) -> [(key: ConversationKey, conversation: Conversation, name: String)] {
        let rooms = try await services.directory.readableRooms(of: member)
        let people = try await services.text.store.privateConversations(of: member.user)
        if people.count > TextLimits.unreadScanMax { services.counters.count(.listCut) }
        return rooms.map { (ConversationKey($0.key), .room($0.key), $0.value) }
            + people.suffix(TextLimits.unreadScanMax).map { ($0.key, .direct($0.other), $0.otherName) }
    }
}
