import GRDB
public import Identifiers

extension ChatStore {
    /// What the two write each other, whichever is named first; nil if there is nothing yet and `creating` is false.
    ///
    /// Fails if one of them has no account.
    public func privateConversation(
        between one: UserID, and other: UserID, creating: Bool
    ) async throws(ChatStoreError) -> ConversationKey? {
        let arguments: StatementArguments = [min(one.stored, other.stored), max(one.stored, other.stored)]
        let found = try await read { try Self.privateConversation(arguments, $0) }
        guard found == nil, creating else { return found }
        return try await write { database in
            try database.execute(
                sql: """
                    INSERT INTO private_conversation (low_user_id, high_user_id) VALUES (?, ?)
                    ON CONFLICT DO NOTHING
                    """, arguments: arguments)
            return try Self.privateConversation(arguments, database)
        }
    }

    /// People the account has written with, by their number, at most `limit` after that one.
    public func correspondents(
        of user: UserID, after other: UserID, limit: Int
    ) async throws(ChatStoreError) -> [(key: ConversationKey, other: UserID, otherName: String)] {
        try await read { database in
            let query = try database.cachedStatement(sql: Self.correspondentsQuery)
            let rows = try Row.fetchAll(query, arguments: [user.stored, other.stored, max(limit, 0)])
            return rows.map { row in
                (key: ConversationKey(privateConversation: row[0]), other: UserID(stored: row[1]), otherName: row[2])
            }
        }
    }

    /// Who writes in a private conversation, the lower number first; nil for a room's key and unknown ones.
    public func conversationParties(_ key: ConversationKey) async throws(ChatStoreError) -> (UserID, UserID)? {
        guard key.isPrivate else { return nil }
        return try await read { database in
            try Row.fetchOne(
                database, sql: "SELECT low_user_id, high_user_id FROM private_conversation WHERE id = ?",
                arguments: [Int64(clamping: key.rawValue.magnitude)]
            ).map { (UserID(stored: $0[0]), UserID(stored: $0[1])) }
        }
    }

    /// The accounts with those name keys; keys that are nobody's are left out.
    public func accountIDs(nameKeys: [String]) async throws(ChatStoreError) -> [String: UserID] {
        guard !nameKeys.isEmpty else { return [:] }
        return try await read { try Self.accountIDs(nameKeys: nameKeys, $0) }
    }

    /// Two searches by index; OR between the columns would be decided by statistics that are not there.
    static func privateConversations(of user: UserID, _ database: Database) throws -> [ConversationKey] {
        let query = try database.cachedStatement(
            sql: """
                SELECT id FROM private_conversation WHERE low_user_id = ?1
                UNION SELECT id FROM private_conversation WHERE high_user_id = ?1
                """)
        return try Int64.fetchAll(query, arguments: [user.stored]).map(ConversationKey.init(privateConversation:))
    }

    /// Each half walks its index from the cursor on, however many come before. Notes to oneself are in both.
    static let correspondentsQuery = """
        SELECT pair.id, account.id, account.name FROM (
            SELECT * FROM (
                SELECT id, high_user_id AS other FROM private_conversation
                WHERE low_user_id = ?1 AND high_user_id > ?2 ORDER BY high_user_id LIMIT ?3)
            UNION
            SELECT * FROM (
                SELECT id, low_user_id FROM private_conversation
                WHERE high_user_id = ?1 AND low_user_id > ?2 ORDER BY low_user_id LIMIT ?3)
        ) AS pair CROSS JOIN account ON account.id = pair.other ORDER BY pair.other LIMIT ?3
        """

    static func accountIDs(nameKeys: [String], _ database: Database) throws -> [String: UserID] {
        let query = try database.cachedStatement(sql: "SELECT id FROM account WHERE name_key = ?")
        var found: [String: UserID] = [:]
        for key in Set(nameKeys) {
            found[key] = try Int64.fetchOne(query, arguments: [key]).map(UserID.init(stored:))
        }
        return found
    }

    private static func privateConversation(
        _ parties: StatementArguments, _ database: Database
    ) throws -> ConversationKey? {
        try Int64.fetchOne(
            database, sql: "SELECT id FROM private_conversation WHERE low_user_id = ? AND high_user_id = ?",
            arguments: parties
        ).map(ConversationKey.init(privateConversation:))
    }
}
