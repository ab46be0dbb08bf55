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
        guard request.changedAfter == nil || (request.before == nil && request.after == nil) else {
            throw RoomRefusal(.invalidValue, .valueRefused, "changed_after goes without before and after")
        }
        let page: HistoryCache.Page
        switch request.conversation {
        case .room(let id):
            guard let room = await services.directory.room(id) else { throw .roomUnknown }
            let cached = try await room.page(request, limit: limit, for: member)
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
        let isForward = request.changedAfter != nil || (request.before == nil && request.after != nil)
        outbox.post(
            .history(request.conversation, page, keeping: isForward ? .oldest : .newest, answering: requestID))
    }

    private func readPage(
        _ request: HistoryRequest, _ key: ConversationKey, _ limit: Int
    ) async throws(RoomRefusal) -> HistoryCache.Page {
        let conversation = request.conversation
        let make = { @Sendable (messages: [StoredMessage], hasMore: Bool) in
            HistoryCache.Page(
                messages: messages.map { EncodedChatMessage(ChatMessage($0, in: conversation)) }, hasMore: hasMore)
        }
        do {
            if let change = request.changedAfter {
                return try await services.text.store.changes(in: key, after: change, limit: limit, make)
            }
            return try await services.text.store.page(
                in: key, before: request.before, after: request.after, limit: limit, make)
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
}
