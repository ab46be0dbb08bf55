public import Foundation
import GRDB
public import Identifiers
public import Permissions

extension ChatStore {
    /// Makes an account. `nameTaken` if the key is in use, `limitReached` if there are `accountsMax` already.
    public func createAccount(
        name: String, nameKey: String, passwordHash: String, role: Role = .member, at now: Date, accountsMax: Int
    ) async throws(ChatStoreError) -> Account {
        try await write { database in
            let count = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM account") ?? 0
            guard count < accountsMax else {
                throw ChatStoreError(.limitReached, "this server takes at most \(accountsMax) accounts")
            }
            let instant = now.storedMilliseconds
            do {
                try database.execute(
                    sql: """
                        INSERT INTO account (name, name_key, password_hash, role, created_at, last_seen_at)
                        VALUES (?, ?, ?, ?, ?, ?)
                        """, arguments: [name, nameKey, passwordHash, role.rawValue, instant, instant])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw ChatStoreError(.nameTaken, "the name “\(name)” is taken")
            }
            return Account(
                id: UserID(stored: database.lastInsertedRowID), name: name, passwordHash: passwordHash, role: role,
                createdAt: Date(storedMilliseconds: instant), lastSeenAt: Date(storedMilliseconds: instant))
        }
    }

    /// The account with that name key, if there is one.
    public func account(nameKey: String) async throws(ChatStoreError) -> Account? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM account WHERE name_key = ?", arguments: [nameKey])
                .map(Account.init)
        }
    }

    /// The account with that number, if there is one.
    public func account(id: UserID) async throws(ChatStoreError) -> Account? {
        try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM account WHERE id = ?", arguments: [id.stored])
                .map(Account.init)
        }
    }

    /// The names of those accounts that there are.
    public func accountNames(of ids: some Collection<UserID>) async throws(ChatStoreError) -> [UserID: String] {
        let list = "[" + ids.map { String($0.stored) }.joined(separator: ",") + "]"
        return try await read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT id, name FROM account WHERE id IN (SELECT value FROM json_each(?))",
                arguments: [list])
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.user("id"), $0["name"]) })
        }
    }

    /// Accounts, the most recently seen first, at most `rowsMax`.
    public func recentAccounts(rowsMax: Int) async throws(ChatStoreError) -> [Account] {
        try await read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM account ORDER BY last_seen_at DESC, id LIMIT ?", arguments: [rowsMax]
            ).map(Account.init)
        }
    }

    /// Remembers when accounts were last seen, all in one transaction.
    public func recordLastSeen(_ instants: [UserID: Date]) async throws(ChatStoreError) {
        try await write { database in
            let statement = try database.makeStatement(sql: "UPDATE account SET last_seen_at = ? WHERE id = ?")
            for (user, instant) in instants {
                try statement.execute(arguments: [instant.storedMilliseconds, user.stored])
            }
        }
    }
}

extension Account {
    init(_ row: Row) {
        self.init(
            id: row.user("id"), name: row["name"], passwordHash: row["password_hash"],
            role: Role(stored: row["role"]), createdAt: row.date("created_at"), lastSeenAt: row.date("last_seen_at"))
    }
}
