import ChatStore
import Identifiers

/// A query with its names looked up, and where it may look.
struct SearchScope: Sendable {
    let query: SearchQuery
    let authors: [UserID]
    let mentioned: [UserID]
    /// What the asker may read and asked for.
    let conversations: Set<ConversationKey>
    /// Bounds of message numbers from the dates, both included.
    let firstID: Int64
    let lastID: Int64

    /// What to read from the index; nil when nothing can be found.
    func plan(ranking: SearchRanking, before: MessageID?, limit: Int) -> SearchPlan? {
        var plan = SearchPlan(match: "", firstID: firstID, lastID: lastID, ranking: ranking, limit: limit)
        if ranking == .newest {
            plan.limit += 1  // Says whether there is more.
            if let before { plan.lastID = min(lastID, Int64(clamping: before.rawValue) - 1) }
        }
        guard !conversations.isEmpty, plan.firstID <= plan.lastID else { return nil }
        let sorted = conversations.sorted { $0.rawValue < $1.rawValue }
        let isNarrow = sorted.count <= MessageSearch.scopeTokensMax
        plan.match = MatchExpression.make(
            query, authors: authors, mentioned: mentioned, scope: isNarrow ? sorted : nil)
        if !isNarrow {
            plan.conversations = "[" + sorted.map { String($0.rawValue) }.joined(separator: ",") + "]"
        }
        return plan
    }
}

/// Looks up what a query names: people, rooms, days. Blocks on the store's file; on a search thread.
struct QueryResolver {
    let store: StoreReader
    let nameKey: @Sendable (String) -> String?

    func resolve(
        _ query: SearchQuery, by user: UserID, rooms: [ReadableRoom]
    ) throws(SearchError) -> SearchScope {
        let authors = try people(query.authors, asker: user)
        let mentioned = try people(query.mentioned, asker: user)
        let conversations: Set<ConversationKey>
        if query.rooms.isEmpty {
            let own = try reading { store throws(ChatStoreError) in try store.privateConversations(of: user) }
            conversations = Set(rooms.map { ConversationKey($0.id) } + own)
        } else {
            var named: Set<ConversationKey> = []
            for name in query.rooms { named.insert(ConversationKey(try room(name, among: rooms))) }
            conversations = named
        }
        return SearchScope(
            query: query, authors: authors, mentioned: mentioned, conversations: conversations,
            firstID: try number(sentAtOrAfter: query.sentAtOrAfter, otherwise: 1),
            lastID: try number(sentAtOrAfter: query.sentBefore, otherwise: .max) - 1)
    }

    /// The number of the first message of that day or later, which is where the days before end.
    private func number(sentAtOrAfter instant: Int64?, otherwise: Int64) throws(SearchError) -> Int64 {
        guard let instant else { return otherwise }
        let first = try reading { store throws(ChatStoreError) in
            try store.firstMessageID(sentAtOrAfter: instant)
        }
        return first.map { Int64(clamping: $0.rawValue) } ?? .max
    }

    /// By name, else by number. A room that the asker may not read is as if it were not there.
    private func room(_ name: String, among rooms: [ReadableRoom]) throws(SearchError) -> RoomID {
        if let key = nameKey(name), let room = rooms.first(where: { nameKey($0.name) == key }) { return room.id }
        if let number = UInt64(name), let room = rooms.first(where: { $0.id.rawValue == number }) { return room.id }
        throw SearchError(.notFound, "there is no room “\(name)” that you may search")
    }

    private func people(_ names: [String], asker: UserID) throws(SearchError) -> [UserID] {
        var keys: [String] = []
        for name in names where !Self.isAsker(name) {
            guard let key = nameKey(name) else { throw Self.nobody(name) }
            keys.append(key)
        }
        let known = try reading { store throws(ChatStoreError) in try store.accountIDs(nameKeys: keys) }
        var users: [UserID] = []
        for name in names {
            if Self.isAsker(name) {
                users.append(asker)
            } else if let key = nameKey(name), let user = known[key] {
                users.append(user)
            } else {
                throw Self.nobody(name)
            }
        }
        return users
    }

    private static func isAsker(_ name: String) -> Bool { name.lowercased() == "me" }

    private static func nobody(_ name: String) -> SearchError {
        SearchError(.notFound, "there is nobody called “\(name)”")
    }

    private func reading<Output>(
        _ body: (StoreReader) throws(ChatStoreError) -> Output
    ) throws(SearchError) -> Output {
        do { return try body(store) } catch {
            throw SearchError(.unavailable, "messages cannot be searched just now: \(error)")
        }
    }
}
