import GRDB

/// Which of the changes of messages are still there.
public struct SearchChangeBounds: Equatable, Sendable {
    /// The first that is not forgotten; nil if all are, or if there never was one.
    public let oldest: Int64?
    /// The highest sequence ever given; 0 if there never was one.
    public let newest: Int64
}

extension ChatStore {
    /// From where to where ``StoreReader/searchChanges(after:limit:)`` has something to tell.
    public func searchChangeBounds() async throws(ChatStoreError) -> SearchChangeBounds {
        try await read { try Self.searchChangeBounds($0) }
    }

    static func searchChangeBounds(_ database: Database) throws -> SearchChangeBounds {
        SearchChangeBounds(
            oldest: try Int64.fetchOne(database, sql: "SELECT MIN(sequence) FROM message_change"),
            newest: try Int64.fetchOne(
                database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'message_change'") ?? 0)
    }
}
