import GRDB

/// The tables of the index file. It holds derived data only: a file of another version is made anew, not migrated.
enum IndexSchema {
    /// Raised whenever a table, the tokenizer or what goes into `facets` changes.
    static let version: Int32 = 1
    /// “RTsi” in the file's header: an index of ours, and nobody's else.
    static let applicationID: Int32 = 0x5254_7369

    /// `columnsize=0` leaves out what only FTS5's own ranking needs. The prefixes of two and three letters have
    /// lists of their own; longer ones are joined from those of the words.
    /// `place` says where a message stands, for searches in more conversations than can be written into a match.
    static func create(_ database: Database) throws {
        try database.execute(
            sql: """
                PRAGMA application_id = \(applicationID);
                PRAGMA user_version = \(version);
                CREATE VIRTUAL TABLE message_index USING fts5 (
                    text, facets, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3', columnsize = 0);
                CREATE TABLE place (id INTEGER PRIMARY KEY, conversation INTEGER NOT NULL) STRICT;
                CREATE TABLE progress (
                    sequence INTEGER NOT NULL,
                    built_through INTEGER
                ) STRICT;
                \(purgeTable);
                INSERT INTO purge VALUES (0);
                """)
    }

    /// Whether the file may still hold words of messages that were deleted or changed.
    ///
    /// A file that was made before there was this table may hold any, and is purged once; it need not be made anew.
    static func isPurgeDue(_ database: Database) throws -> Bool {
        try database.execute(sql: purgeTable)
        if let isDue = try Bool.fetchOne(database, sql: "SELECT is_due FROM purge") { return isDue }
        try database.execute(sql: "INSERT INTO purge VALUES (1)")
        return true
    }

    private static let purgeTable = "CREATE TABLE IF NOT EXISTS purge (is_due INTEGER NOT NULL) STRICT"

    static func isCurrent(_ database: Database) throws -> Bool {
        try Int32.fetchOne(database, sql: "PRAGMA application_id") == applicationID
            && Int32.fetchOne(database, sql: "PRAGMA user_version") == version
            && Bool.fetchOne(database, sql: "SELECT COUNT(*) = 1 FROM progress") == true
    }
}

/// How far the index came, kept in the transactions that bring it there.
struct IndexProgress: Equatable, Sendable {
    /// The last of the store's changes that is in the index.
    var sequence: Int64
    /// While the index is built from the messages themselves: the last one looked at. Nil when that is done.
    var builtThrough: Int64?
}
