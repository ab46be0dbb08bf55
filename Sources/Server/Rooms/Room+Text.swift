import ChatStore
import ControlWire
import Identifiers
import Permissions

extension Room {
    nonisolated var conversation: ConversationKey { ConversationKey(id) }

    /// Writes a message for everybody in the room. Returns when it is durable and published, and the author answered.
    ///
    /// A member need not be present: who has one thing to say joins nothing, and nobody is told of it coming and going.
    /// Checks without suspending, so that what was allowed is what is written.
    func say(
        _ message: NewMessage, by author: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        guard mayRead(author) else { throw .notAMember }
        let permissions = access.permissions(of: author)
        guard permissions.contains(.write) else { throw .mayNotWrite }
        let seconds = access.record.slowModeSeconds
        if !permissions.contains(.manageMessages),
            let wait = slowMode.take(author.user, clientID: message.clientID, seconds: seconds, now: .now)
        {
            throw .slowMode(wait, seconds: seconds)
        }
        do {
            try await submit(
                .append(
                    conversation: conversation, author: author.user, authorName: author.name,
                    content: message.content, clientID: message.clientID, replyTo: message.replyTo,
                    mentions: message.mentions), for: author, answering: requestID)
        } catch {
            slowMode.giveBack(author.user)
            throw error
        }
    }

    /// Gives a message of the member's own a new text.
    func edit(
        _ message: MessageID, to content: String, mentions: [UserID], by member: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        try checkWriting(member)
        try await submit(
            .edit(message, in: conversation, by: member.user, content: content, mentions: mentions), for: member,
            answering: requestID)
    }

    /// Deletes a message: the member's own, or that of somebody who stands below.
    func delete(
        _ message: MessageID, of author: Person, reason: String, by member: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        let isOwn = author.user == member.user
        if isOwn {
            try checkWriting(member)
        } else {
            guard mayRead(member) else { throw .unknownMessage }
            guard access.mayAct(.manageMessages, actor: member.person, target: author) else { throw .mayNotDelete }
        }
        try await submit(
            .delete(
                message, in: conversation, by: member.user, requiredAuthor: isOwn ? member.user : nil, reason: reason),
            for: member, answering: requestID)
    }

    /// Whether what is written here is the member's business, present or not.
    func mayRead(_ member: Member) -> Bool {
        !isDeleted && access.isMember(member.user) && access.permissions(of: member).contains(.read)
    }

    /// Tells the others that somebody writes.
    func typing(_ connection: ConnectionID) throws(RoomRefusal) {
        guard !isDeleted, let author = members[connection] else { throw .notAMember }
        guard access.permissions(of: author).contains(.write) else { throw .mayNotWrite }
        let line = EncodedLine(
            .userTyping(conversation: .room(id), userID: author.user, username: author.name), from: author.user)
        for member in members.values where member.user != author.user { member.outbox.post(line) }
    }

    /// Takes up what became of changes, in the order in which they were written: only now members see them.
    func committed(_ changes: some Sequence<CommittedChange>) {
        for change in changes {
            let asker = pending.take(change.ticket)
            switch change.outcome {
            case .appended(let message): publish(message, answering: asker)
            case .duplicate(let message): repeatAnswer(message, to: asker)
            case .edited(let message):
                note(change: message)
                tell(.messageEdited(ChatMessage(message, in: .room(id))), from: message.author, asker)
            case .deleted(let message):
                note(change: message)
                tell(.messageDeleted(ChatMessage(message, in: .room(id))), from: .server, asker)
            case .notFound, .notTheAuthor, .replyNotFound, .failed:
                asker?.resume(RoomRefusal(change.outcome))
            }
        }
    }

    /// No outcome comes any more: who waits is told, and nothing more is written.
    func endText() { pending.end() }

    private func checkWriting(_ member: Member) throws(RoomRefusal) {
        guard mayRead(member) else { throw .unknownMessage }
        guard access.permissions(of: member).contains(.write) else { throw .mayNotWrite }
    }

    private func submit(
        _ change: MessageChange, for member: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        guard !pending.isEnded else { throw .textEnded }
        guard let ticket = store.submit(change) else { throw .queueFull }
        // The outcome cannot come before: this actor takes it, and does not let go until it waits.
        let refusal = await withCheckedContinuation { continuation in
            pending.add(PendingAnswers.Asker(member, requestID: requestID, continuation), ticket)
        }
        if let refusal { throw refusal }
    }

    private func publish(_ message: StoredMessage, answering asker: PendingAnswers.Asker?) {
        lastMessageID = message.id
        history.append(message)
        let line = EncodedLine(announcement(of: message, forAuthor: false), from: message.author)
        for (connection, member) in members where connection != asker?.member.connection { member.outbox.post(line) }
        guard let asker else { return }
        asker.member.outbox.post(
            message.clientID == nil ? line.answering(asker.requestID) : answer(message, asker.requestID))
        asker.resume()
    }

    private func note(change message: StoredMessage) {
        note(change: message.changeID)
        history.replace(message)
    }

    /// Who sent a message a second time gets what the first time should have brought; the others have it.
    private func repeatAnswer(_ message: StoredMessage, to asker: PendingAnswers.Asker?) {
        guard message.conversation == conversation else {
            asker?.resume(.clientIDReused)
            return
        }
        asker?.member.outbox.post(answer(message, asker?.requestID))
        asker?.resume()
    }

    private func answer(_ message: StoredMessage, _ requestID: UInt64?) -> EncodedLine {
        EncodedLine(announcement(of: message, forAuthor: true), from: message.author, answering: requestID)
    }

    private func announcement(of message: StoredMessage, forAuthor isAuthor: Bool) -> ControlMessage {
        .roomMessage(
            roomID: id, senderUsername: message.authorName, content: message.content,
            details: message.details(forAuthor: isAuthor))
    }

    private func tell(_ message: ControlMessage, from sender: UserID, _ asker: PendingAnswers.Asker?) {
        let line = EncodedLine(message, from: sender)
        for (connection, member) in members where connection != asker?.member.connection { member.outbox.post(line) }
        asker?.member.outbox.post(line.answering(asker?.requestID))
        asker?.resume()
    }
}
