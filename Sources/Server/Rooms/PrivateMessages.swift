import ChatStore
import ControlWire
import Identifiers

/// The other one of a private conversation.
struct Correspondent: Sendable {
    let user: UserID
    let name: String
    let conversation: ConversationKey
}

/// What people write each other: stored like the text of rooms, and delivered to every connection of both.
actor PrivateMessages {
    private struct Pair: Hashable {
        let user: UserID
        let other: UserID
    }

    private let store: ChatStore
    private let knownMax: Int
    private var pending: PendingAnswers
    /// Names and conversations never change.
    private var known: [Pair: Correspondent] = [:]

    /// - Parameter knownMax: correspondents remembered; past it they are looked up again.
    init(store: ChatStore, counters: ControlCounters, knownMax: Int = TextLimits.lookupsMax) {
        self.store = store
        pending = PendingAnswers(latency: counters.messageLatency)
        self.knownMax = knownMax
    }

    var knownCount: Int { known.count }

    /// Who `other` is to `user`; nil if they have written each other nothing and it is not to be begun.
    func correspondent(
        of user: UserID, _ other: UserID, beginning: Bool
    ) async throws(RoomRefusal) -> Correspondent? {
        let pair = Pair(user: user, other: other)
        if let found = known[pair] { return found }
        let name: String?
        let key: ConversationKey?
        do {
            name = try await store.account(id: other)?.name
            key =
                name == nil ? nil : try await store.privateConversation(between: user, and: other, creating: beginning)
        } catch {
            throw .store(error)
        }
        guard let name else { throw .unknownUser(other) }
        guard let key else { return nil }
        let found = Correspondent(user: other, name: name, conversation: key)
        if known.count >= knownMax { known = [:] }
        known[pair] = found
        return found
    }

    /// The other one of a conversation of the user's; nil if it is not theirs.
    func correspondent(of user: UserID, in key: ConversationKey) async throws(RoomRefusal) -> Correspondent? {
        let parties: (UserID, UserID)?
        do { parties = try await store.conversationParties(key) } catch { throw .store(error) }
        guard let parties, parties.0 == user || parties.1 == user else { return nil }
        return try await correspondent(of: user, parties.0 == user ? parties.1 : parties.0, beginning: false)
    }

    /// Returns when the message is durable and on its way, and the author answered.
    func send(
        _ message: NewMessage, to correspondent: Correspondent, from author: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        try await submit(
            .append(
                conversation: correspondent.conversation, author: author.user, authorName: author.name,
                content: message.content, clientID: message.clientID, replyTo: message.replyTo,
                mentions: message.mentions), correspondent, author, requestID)
    }

    func edit(
        _ message: MessageID, to content: String, mentions: [UserID], with correspondent: Correspondent,
        by author: Member, answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        try await submit(
            .edit(message, in: correspondent.conversation, by: author.user, content: content, mentions: mentions),
            correspondent, author, requestID)
    }

    func delete(
        _ message: MessageID, reason: String, with correspondent: Correspondent, by author: Member,
        answering requestID: UInt64?
    ) async throws(RoomRefusal) {
        try await submit(
            .delete(
                message, in: correspondent.conversation, by: author.user, requiredAuthor: author.user, reason: reason),
            correspondent, author, requestID)
    }

    /// Delivers what became durable, in that order. One caller, which waits for one call before the next.
    func committed(_ changes: [CommittedChange], through directory: RoomDirectory) async {
        for change in changes {
            // Whoever asked waits until now, even if the connection is gone.
            guard let asker = pending.take(change.ticket), let correspondent = asker.correspondent else { continue }
            switch change.outcome {
            case .appended(let message):
                await deliver(message, to: correspondent, asker, through: directory)
                answer(message, asker, correspondent)
            case .duplicate(let message) where message.conversation == correspondent.conversation:
                answer(message, asker, correspondent)
            case .duplicate:
                asker.resume(.clientIDReused)
            case .edited(let message):
                await tell(message, correspondent, asker, through: directory) { .messageEdited($0) }
            case .deleted(let message):
                await tell(message, correspondent, asker, through: directory) { .messageDeleted($0) }
            case .notFound, .notTheAuthor, .replyNotFound, .failed:
                asker.resume(RoomRefusal(change.outcome))
            }
        }
    }

    /// No outcome comes any more.
    func endText() { pending.end() }

    private func submit(
        _ change: MessageChange, _ correspondent: Correspondent, _ author: Member, _ requestID: UInt64?
    ) async throws(RoomRefusal) {
        guard !pending.isEnded else { throw .textEnded }
        guard let ticket = store.submit(change) else { throw .queueFull }
        let refusal = await withCheckedContinuation { continuation in
            pending.add(
                PendingAnswers.Asker(author, requestID: requestID, with: correspondent, continuation), ticket)
        }
        if let refusal { throw refusal }
    }
}

extension PrivateMessages {
    private func deliver(
        _ message: StoredMessage, to correspondent: Correspondent, _ asker: PendingAnswers.Asker,
        through directory: RoomDirectory
    ) async {
        let line = EncodedLine(announcement(message, correspondent, forAuthor: false), from: message.author)
        let isToOneself = correspondent.user == message.author
        // The answer to a message with a client id is the message itself: not twice to one connection.
        let hasOwnAnswer = !isToOneself || message.clientID != nil
        _ = await directory.deliver(
            line, to: message.author, except: hasOwnAnswer ? asker.member.connection : nil)
        if !isToOneself { _ = await directory.deliver(line, to: correspondent.user) }
    }

    /// A client that made an id learns what became of the message under it; others, RustyRoom's among them, get the
    /// sentence that they know.
    private func answer(_ message: StoredMessage, _ asker: PendingAnswers.Asker, _ correspondent: Correspondent) {
        let answer =
            message.clientID == nil
            ? ControlMessage.serverResponse(success: true, content: "Sent to \(correspondent.name)")
            : announcement(message, correspondent, forAuthor: true)
        let sender = message.clientID == nil ? UserID.server : message.author
        asker.member.outbox.post(EncodedLine(answer, from: sender, answering: asker.requestID))
        asker.resume()
    }

    private func announcement(
        _ message: StoredMessage, _ correspondent: Correspondent, forAuthor isAuthor: Bool
    ) -> ControlMessage {
        .privateMessage(
            toUserID: correspondent.user, senderUsername: message.authorName, content: message.content,
            details: message.details(forAuthor: isAuthor))
    }

    /// A change to a message, which only its author makes: each of the two sees the conversation as that with the other.
    private func tell(
        _ message: StoredMessage, _ correspondent: Correspondent, _ asker: PendingAnswers.Asker,
        through directory: RoomDirectory, _ wrap: (ChatMessage) -> ControlMessage
    ) async {
        let own = EncodedLine(wrap(ChatMessage(message, in: .direct(correspondent.user))), from: message.author)
        _ = await directory.deliver(own, to: message.author, except: asker.member.connection)
        if correspondent.user != message.author {
            let theirs = EncodedLine(wrap(ChatMessage(message, in: .direct(message.author))), from: message.author)
            _ = await directory.deliver(theirs, to: correspondent.user)
        }
        asker.member.outbox.post(own.answering(asker.requestID))
        asker.resume()
    }
}
