import ChatStore
import ControlWire
import Credentials
import Identifiers

extension MemberSession {
    /// Everything about text: answered here when refused, and by whoever publishes it when done.
    func serveText(_ message: ControlMessage, _ member: Member, _ requestID: UInt64?) async {
        do throws(RoomRefusal) {
            switch message {
            case .roomMessage(let roomID, _, let content, let details):
                try await say(content, details, in: roomID, member, requestID)
            case .privateMessage(let target, _, let content, let details):
                try await sendPrivate(content, details, to: target, member, requestID)
            case .editMessage(let id, let content):
                try await edit(id, to: content, member, requestID)
            case .deleteMessage(let id, let reason):
                try await delete(id, reason: reason ?? "", member, requestID)
            case .history(let request):
                try await showHistory(request, member, requestID)
            case .search(let request):
                try await search(request, member, requestID)
            case .markRead(let conversation, let id):
                try await markRead(conversation, id, member, requestID)
            case .listUnread(let after, let limit):
                try await listUnread(after: after, limit: limit, member, requestID)
            case .typing(let conversation):
                try await showTyping(in: conversation, member)
            default:
                _ = refuseUnexpected("Not a request about text", requestID)
            }
        } catch {
            refuse(error, in: message.readRoom, requestID)
        }
    }

    private func say(
        _ content: String, _ details: MessageDetails?, in id: RoomID, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let room: Room
        if let joined = rooms[id] {
            room = joined
        } else {
            // A room that is not there is one that nobody belongs to. Who has to join first is not charged for asking.
            guard let other = await services.directory.room(id), await other.mayRead(member) else { throw .notAMember }
            room = other
        }
        let message = try await newMessage(content, details, member)
        try await room.say(message, by: member, answering: requestID)
    }

    private func sendPrivate(
        _ content: String, _ details: MessageDetails?, to target: UserID, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let message = try await newMessage(content, details, member)
        let privateMessages = services.text.privateMessages
        guard let correspondent = try await privateMessages.correspondent(of: member.user, target, beginning: true)
        else { throw .unknownUser(target) }
        try await privateMessages.send(message, to: correspondent, from: member, answering: requestID)
    }

    private func edit(
        _ id: MessageID, to content: String, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        let message = try await newMessage(content, nil, member)
        let stored = try await stored(id)
        if let room = await room(of: stored) {
            return try await room.edit(
                id, to: message.content, mentions: message.mentions, by: member, answering: requestID)
        }
        let correspondent = try await correspondent(in: stored.conversation, member)
        try await services.text.privateMessages.edit(
            id, to: message.content, mentions: message.mentions, with: correspondent, by: member, answering: requestID)
    }

    private func delete(
        _ id: MessageID, reason: String, _ member: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        do { try FreeText.checkReason(reason) } catch { throw RoomRefusal(error) }
        try services.text.takeMessage(of: member.user, from: peer.address)
        let stored = try await stored(id)
        if let room = await room(of: stored) {
            return try await room.delete(
                id, of: try await author(of: stored, member), reason: reason, by: member, answering: requestID)
        }
        let correspondent = try await correspondent(in: stored.conversation, member)
        try await services.text.privateMessages.delete(
            id, reason: reason, with: correspondent, by: member, answering: requestID)
    }

    /// Checks a text and counts it. What costs least comes first.
    private func newMessage(
        _ content: String, _ details: MessageDetails?, _ member: Member
    ) async throws(RoomRefusal) -> NewMessage {
        let content = try NewMessage.checked(content)
        try NewMessage.checkClientID(details?.clientID)
        try services.text.takeMessage(of: member.user, from: peer.address)
        return NewMessage(
            content: content, clientID: details?.clientID, replyTo: details?.replyTo,
            mentions: try await services.text.mentions(in: content))
    }

    private func stored(_ id: MessageID) async throws(RoomRefusal) -> StoredMessage {
        let message: StoredMessage?
        do { message = try await services.text.store.message(id) } catch { throw .store(error) }
        guard let message else { throw .unknownMessage }
        return message
    }

    private func room(of message: StoredMessage) async -> Room? {
        guard let id = message.conversation.room else { return nil }
        return await services.directory.room(id)
    }

    private func correspondent(
        in conversation: ConversationKey, _ member: Member
    ) async throws(RoomRefusal) -> Correspondent {
        guard
            let correspondent = try await services.text.privateMessages.correspondent(
                of: member.user, in: conversation)
        else { throw .unknownMessage }
        return correspondent
    }

    private func author(of message: StoredMessage, _ member: Member) async throws(RoomRefusal) -> Person {
        guard message.author != member.user else { return member.person }
        let author: Person?
        do { author = try await services.directory.person(message.author) } catch { throw .store(error) }
        guard let author else { throw .unknownMessage }
        return author
    }

    /// Not answered: nobody waits for it.
    private func showTyping(in conversation: Conversation, _ member: Member) async throws(RoomRefusal) {
        try services.text.takeTyping(of: member.user)
        switch conversation {
        case .room(let id):
            guard let room = rooms[id] else { throw .notAMember }
            try await room.typing(member.connection)
        case .direct(let target):
            guard target != member.user else { return }
            let line = EncodedLine(
                .userTyping(conversation: .direct(member.user), userID: member.user, username: member.name),
                from: member.user)
            _ = await services.directory.deliver(line, to: target)
        }
    }
}

extension ControlMessage {
    /// The room that somebody wants to read, who may not know of it.
    fileprivate var readRoom: RoomID? {
        switch self {
        case .history(let request): request.conversation.room
        case .markRead(let conversation, _): conversation.room
        default: nil
        }
    }
}

extension Conversation {
    fileprivate var room: RoomID? { if case .room(let id) = self { id } else { nil } }
}
