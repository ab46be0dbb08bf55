import GRDB

/// The database's history. A migration that was released is never changed; the next change is the next migration.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 accounts and rooms", migrate: createAccountsAndRooms)
        return migrator
    }

    /// Instants are whole milliseconds since 1970 in UTC. Name keys are computed by the caller, because
    /// SQLite folds ASCII only.
    private static func createAccountsAndRooms(_ database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE account (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    name TEXT NOT NULL,
                    name_key TEXT NOT NULL UNIQUE,
                    password_hash TEXT NOT NULL,
                    created_at INTEGER NOT NULL,
                    last_seen_at INTEGER NOT NULL
                ) STRICT;
                CREATE INDEX account_by_last_seen ON account (last_seen_at);
                CREATE TABLE room (
                    id INTEGER PRIMARY KEY,
                    name TEXT NOT NULL,
                    name_key TEXT NOT NULL UNIQUE,
                    description TEXT NOT NULL,
                    password_hash TEXT,
                    creator_id INTEGER REFERENCES account (id) ON DELETE SET NULL,
                    created_at INTEGER NOT NULL
                ) STRICT;
                INSERT INTO room (id, name, name_key, description, created_at)
                VALUES (1, 'General', 'general', 'General chat room for everyone', unixepoch() * 1000);
                """)
    }
}
