import ChatStore
import Identifiers

/// What a search thread does for one search: looks up names, reads the index, and reads what it found.
struct SearchThreadRequest: Sendable {
    let query: SearchQuery
    let user: UserID
    let rooms: [ReadableRoom]
    let ranking: SearchRanking
    let before: MessageID?
    let limit: Int
    let nameKey: @Sendable (String) -> String?
    let timeLimitMilliseconds: Int

    /// Blocks. Throws a `SearchError`, or what the index's file says.
    /// - Returns: what may be shown, and how many the index found; one more than `limit` says that there are more.
    func run(_ readers: SearchReaders, generation: Int) throws -> (hits: [FoundMessage], foundCount: Int) {
        let store = readers.store
        let scope = try QueryResolver(store: store, nameKey: nameKey).resolve(query, by: user, rooms: rooms)
        guard let plan = scope.plan(ranking: ranking, before: before, limit: limit) else { return ([], 0) }
        let index = try readers.indexReader(generation: generation)
        let found = try index.run(plan, timeLimitMilliseconds: timeLimitMilliseconds)
        return (try Self.show(found.prefix(limit), in: scope, from: store), found.count)
    }

    /// The messages as they are now, in the order found. What was deleted since, or is not the asker's to read, is left
    /// out, whatever the index says.
    private static func show(
        _ found: ArraySlice<IndexHit>, in scope: SearchScope, from store: StoreReader
    ) throws(SearchError) -> [FoundMessage] {
        guard !found.isEmpty else { return [] }
        let messages: [StoredMessage]
        do {
            messages = try store.messages(ids: found.map { MessageID(rawValue: UInt64($0.id)) })
        } catch {
            throw SearchError(.unavailable, "messages cannot be read just now: \(error)")
        }
        let readable = messages.filter { $0.deletedAt == nil && scope.conversations.contains($0.conversation) }
        let byID = Dictionary(readable.map { ($0.id, $0) }) { first, _ in first }
        return found.compactMap { hit in
            guard let message = byID[MessageID(rawValue: UInt64(hit.id))] else { return nil }
            // Edited since: shown as it is now, and marked when the index knows it.
            let snippet = HighlightedText(hit.highlighted, text: message.content).snippet()
            return FoundMessage(message: message, snippet: snippet.text, marks: snippet.marks)
        }
    }
}

/// A search thread's connections: to the store, and to the file that is the index now.
final class SearchReaders {
    let store: StoreReader
    private let path: String
    private var openIndex: (reader: IndexReader, generation: Int)?

    init(path: String, store: ChatStore) {
        self.path = path
        self.store = store.makeReader()
    }

    func indexReader(generation: Int) throws -> IndexReader {
        if let openIndex, openIndex.generation == generation { return openIndex.reader }
        openIndex = nil
        let reader = try IndexReader(path: path)
        openIndex = (reader, generation)
        return reader
    }
}
