public import ControlWire
import Glibc
public import Identifiers
import RoomClient
public import TerminalSupport

extension ChatRunner {
    /// Sends `text`, or, for nil, every line of standard input that is not empty; says of each when it is stored.
    ///
    /// A message whose connection was lost is sent once more under the same name: never lost, never twice.
    public func send(to place: Place, replyTo: MessageID?, text: String?) async throws(CommandFailure) {
        try await send(to: place, replyTo: replyTo, text: text, input: STDIN_FILENO)
    }

    func send(
        to place: Place, replyTo: MessageID?, text: String?, input: Int32
    ) async throws(CommandFailure) {
        try await inSession { (session) async throws(CommandFailure) in
            let conversation = try await ask(session) { (client) async throws(RoomClientError) in
                try await NameFinder(client: client).conversation(place)
            }
            if let text { return try await post(text, conversation, replyTo, session) }
            var lines = LineInput(descriptor: input)
            while let line = try await lines.next() {
                if !line.isEmpty { try await post(line, conversation, replyTo, session) }
            }
        }
    }

    private func post(
        _ text: String, _ conversation: Conversation, _ replyTo: MessageID?, _ session: ChatSession
    ) async throws(CommandFailure) {
        let name = ClientMessageID.make()
        let receipt = try await ask(session) { (client) async throws(RoomClientError) in
            do throws(RoomClientError) {
                return try await client.post(text, to: conversation, clientID: name, replyTo: replyTo)
            } catch {
                guard error.code == .serverRefused(.notAMember), case .room(let room) = conversation else {
                    throw error
                }
                _ = try await client.join(room)
                return try await client.post(text, to: conversation, clientID: name, replyTo: replyTo)
            }
        }
        try show(receipt.answer, [receipt.details?.messageID.map { "stored #\($0)" } ?? "stored"])
    }

    public func edit(_ id: MessageID, text: String) async throws(CommandFailure) {
        let edited = try await ask { (client) async throws(RoomClientError) in
            try await client.edit(id, content: text)
        }
        try show(.messageEdited(edited), message.lines(edited))
    }

    public func delete(_ id: MessageID, reason: String?) async throws(CommandFailure) {
        let deleted = try await ask { (client) async throws(RoomClientError) in
            try await client.delete(id, reason: reason)
        }
        try show(.messageDeleted(deleted), message.lines(deleted))
    }

    /// By ascending number: the newest, or those next to a message.
    public func history(
        of place: Place, before: MessageID?, after: MessageID?, limit: Int?
    ) async throws(CommandFailure) {
        let page = try await ask { (client) async throws(RoomClientError) in
            let conversation = try await NameFinder(client: client).conversation(place)
            return try await client.history(
                HistoryRequest(conversation: conversation, before: before, after: after, limit: limit))
        }
        for message in page.messages { try show(message) }
        if page.hasMore, !options.isJSON, let edge = after == nil ? page.messages.first : page.messages.last {
            note("there are more: --\(after == nil ? "before" : "after") \(edge.id)")
        }
    }

    /// A stored message, as in a page of the history.
    func show(_ message: ChatMessage) throws(CommandFailure) {
        let page = HistoryPage(conversation: message.conversation, messages: [message], hasMore: false)
        let lines =
            options.isJSON
            ? try ProtocolFields.lines(of: .historyPage(page), list: "messages") : self.message.lines(message)
        for line in lines { try console.print(line) }
    }

    /// Newest first, or the best ones first.
    public func search(
        _ query: String, order: SearchOrder?, before: MessageID?, limit: Int?
    ) async throws(CommandFailure) {
        let wantsNames = !options.isJSON
        let (page, names) = try await ask { (client) async throws(RoomClientError) in
            let page = try await client.search(
                SearchRequest(query: query, order: order, before: before, limit: limit))
            let places = wantsNames ? Set(page.results.map(\.message.conversation)) : []
            return (page, try await NameFinder(client: client).names(of: places))
        }
        for hit in page.results {
            let lines =
                options.isJSON
                ? try ProtocolFields.lines(
                    of: .searchResults(SearchPage(results: [hit], hasMore: false)), list: "results")
                : message.lines(hit, in: names[hit.message.conversation] ?? "")
            for line in lines { try console.print(line) }
        }
        guard !options.isJSON else { return }
        if page.results.isEmpty { note("nothing was found.") }
        if page.hasMore, order != .rank, let last = page.results.last {
            note("there are more: --before \(last.message.id)")
        }
    }

    public func unread() async throws(CommandFailure) {
        let conversations = try await ask { (client) async throws(RoomClientError) in
            try await NameFinder(client: client).unread()
        }
        // Programs get all: a marker says something, too.
        let shown = options.isJSON ? conversations : conversations.filter { $0.unreadCount > 0 }
        try show(
            shown, as: { .unreadList(conversations: [$0], next: nil) }, list: "conversations",
            header: ["UNREAD", "MENTIONS", "CONVERSATION", "READ", "LAST"], empty: "nothing is unread.",
            cells: { row in
                let isRoom = if case .room = row.conversation { true } else { false }
                let count = row.unreadCount >= Self.unreadCountMax ? "\(row.unreadCount)+" : "\(row.unreadCount)"
                return [
                    count, "\(row.mentionCount)", isRoom ? row.name : "with \(row.name)",
                    row.lastReadID.map { "#\($0)" } ?? "", row.lastMessageID.map { "#\($0)" } ?? "",
                ]
            })
    }

    /// Everything up to the message, or, for nil, everything, has been read.
    public func markRead(_ place: Place, through id: MessageID?) async throws(CommandFailure) {
        let marker = try await ask { (client) async throws(RoomClientError) -> (Conversation, MessageID)? in
            let conversation = try await NameFinder(client: client).conversation(place)
            var id = id
            if id == nil {
                id = try await client.history(HistoryRequest(conversation: conversation, limit: 1)).messages.last?.id
            }
            guard let id else { return nil }
            return (conversation, try await client.markRead(conversation, through: id))
        }
        guard let (conversation, id) = marker else { return try showDone("There is no message to mark.") }
        try show(.readMarker(conversation: conversation, messageID: id), ["read up to #\(id)"])
    }

    private static let unreadCountMax = 1_000
}
