import GRDB

/// The database's history. A migration that was released is never changed; the next change is the next migration.
enum Schema {
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("0001 accounts and rooms", migrate: createAccountsAndRooms)
        migrator.registerMigration("0002 text chat", migrate: createTextChat)
        migrator.registerMigration("0003 loudest talkers", migrate: addLoudestTalkers)
        migrator.registerMigration("0004 changes by number", migrate: numberChanges)
        migrator.registerMigration("0005 recordings and voice log", migrate: addVoiceLog)
        migrator.registerMigration("0006 delivery of voice", migrate: addDelivery)
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

    /// Messages of rooms and of private conversations share one table and one sequence of ids. `conversation` is a
    /// room's number, or minus the number of a private conversation: one index serves both.
    private static func createTextChat(_ database: Database) throws {
        try database.execute(sql: messages + rooms + people + moderation)
    }

    /// Null is the server's number, 0 is all.
    private static func addLoudestTalkers(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE room ADD COLUMN loudest_talkers INTEGER")
    }

    /// How a room's voice is delivered to those who have no wish of their own.
    private static func addDelivery(_ database: Database) throws {
        try database.execute(sql: "ALTER TABLE room ADD COLUMN delivery TEXT NOT NULL DEFAULT 'forwarded'")
    }

    /// The sequence in `message_change` of a message's last edit, or its deletion, stays with the message when the search
    /// index has let go of it. What was changed before this migration has none: nobody asks for it.
    private static func numberChanges(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE message ADD COLUMN change_id INTEGER;
                CREATE INDEX message_by_change ON message (conversation, change_id) WHERE change_id IS NOT NULL;
                DROP INDEX private_conversation_by_high;
                CREATE INDEX private_conversation_by_high ON private_conversation (high_user_id, low_user_id);
                """)
    }

    /// Of `recording_days` null is the server's number, 0 is for ever. The log refers to nothing: it outlives rooms, and what is
    /// deleted of an account is deleted here by itself.
    private static func addVoiceLog(_ database: Database) throws {
        try database.execute(
            sql: """
                ALTER TABLE room ADD COLUMN recording_days INTEGER;
                CREATE TABLE voice_log (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    room_id INTEGER NOT NULL,
                    user_id INTEGER NOT NULL,
                    joined_at INTEGER NOT NULL,
                    left_at INTEGER NOT NULL,
                    reason TEXT NOT NULL,
                    frames INTEGER NOT NULL,
                    lost INTEGER NOT NULL,
                    late INTEGER NOT NULL,
                    jitter REAL,
                    playout_delay REAL,
                    rating REAL
                ) STRICT;
                CREATE INDEX voice_log_by_user ON voice_log (user_id, id);
                CREATE INDEX voice_log_by_room ON voice_log (room_id, id);
                CREATE INDEX voice_log_by_end ON voice_log (left_at);
                """)
    }

    private static let messages = """
        CREATE TABLE message (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation INTEGER NOT NULL,
            author_id INTEGER NOT NULL REFERENCES account (id),
            client_id TEXT,
            sent_at INTEGER NOT NULL,
            edited_at INTEGER,
            deleted_at INTEGER,
            deleted_by INTEGER,
            reply_to INTEGER,
            content TEXT NOT NULL
        ) STRICT;
        CREATE INDEX message_by_conversation ON message (conversation, id);
        CREATE UNIQUE INDEX message_by_client_id ON message (author_id, client_id) WHERE client_id IS NOT NULL;
        CREATE TABLE mention (
            message_id INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL,
            conversation INTEGER NOT NULL,
            PRIMARY KEY (message_id, user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX mention_by_user ON mention (user_id, conversation, message_id);
        CREATE TABLE private_conversation (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            low_user_id INTEGER NOT NULL REFERENCES account (id),
            high_user_id INTEGER NOT NULL REFERENCES account (id),
            UNIQUE (low_user_id, high_user_id)
        ) STRICT;
        CREATE INDEX private_conversation_by_high ON private_conversation (high_user_id);
        CREATE TABLE read_marker (
            user_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            conversation INTEGER NOT NULL,
            message_id INTEGER NOT NULL,
            PRIMARY KEY (user_id, conversation)
        ) STRICT, WITHOUT ROWID;
        -- What the search index has yet to take up, in order; its own file remembers how far it came.
        CREATE TABLE message_change (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            message_id INTEGER NOT NULL
        ) STRICT;

        """

    private static let rooms = """
        ALTER TABLE room ADD COLUMN kind TEXT NOT NULL DEFAULT 'open';
        ALTER TABLE room ADD COLUMN topic TEXT NOT NULL DEFAULT '';
        ALTER TABLE room ADD COLUMN members_max INTEGER;
        ALTER TABLE room ADD COLUMN slow_mode_seconds INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE room ADD COLUMN retention_days INTEGER;
        ALTER TABLE room ADD COLUMN retention_count INTEGER;
        UPDATE room SET kind = 'private' WHERE password_hash IS NOT NULL;
        CREATE TABLE room_member (
            room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            joined_at INTEGER NOT NULL,
            PRIMARY KEY (room_id, user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX room_member_by_user ON room_member (user_id);
        CREATE TABLE room_override (
            room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
            subject TEXT NOT NULL,
            allowed INTEGER NOT NULL,
            denied INTEGER NOT NULL,
            PRIMARY KEY (room_id, subject)
        ) STRICT, WITHOUT ROWID;
        -- What makers of rooms are granted from now on (bits 4 to 11) those before them get as well.
        INSERT INTO room_override (room_id, subject, allowed, denied)
        SELECT id, 'user:' || creator_id, 0xFF0, 0 FROM room WHERE creator_id IS NOT NULL;
        CREATE TABLE voice_restraint (
            room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
            user_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            is_muted INTEGER NOT NULL,
            is_deafened INTEGER NOT NULL,
            expires_at INTEGER,
            PRIMARY KEY (room_id, user_id)
        ) STRICT, WITHOUT ROWID;
        CREATE TABLE invitation (
            code TEXT PRIMARY KEY,
            room_id INTEGER NOT NULL REFERENCES room (id) ON DELETE CASCADE,
            creator_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            created_at INTEGER NOT NULL,
            expires_at INTEGER,
            uses_left INTEGER
        ) STRICT;
        CREATE INDEX invitation_by_room ON invitation (room_id);

        """

    private static let people = """
        ALTER TABLE account ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
        -- Whether there is an owner is asked at every start and every claim, also of a million members.
        CREATE INDEX account_owner ON account (role) WHERE role = 'owner';
        CREATE TABLE session (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            user_id INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
            token_hash BLOB NOT NULL UNIQUE,
            device TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX session_by_user ON session (user_id);
        CREATE TABLE server_value (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;

        """

    /// Addresses are the 16 bytes of IPv6 (IPv4 mapped): a range is everything between two of them.
    private static let moderation = """
        CREATE TABLE ban (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            room_id INTEGER REFERENCES room (id) ON DELETE CASCADE,
            user_id INTEGER REFERENCES account (id) ON DELETE CASCADE,
            first_address BLOB,
            last_address BLOB,
            reason TEXT NOT NULL,
            actor_id INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            expires_at INTEGER
        ) STRICT;
        CREATE INDEX ban_by_room ON ban (room_id);
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            at INTEGER NOT NULL,
            actor_id INTEGER NOT NULL,
            action TEXT NOT NULL,
            target_id INTEGER,
            room_id INTEGER,
            message_id INTEGER,
            detail TEXT NOT NULL
        ) STRICT;

        """
}
