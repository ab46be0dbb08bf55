public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// Makes an account. `nameTaken` if the key is in use, `limitReached` if there are `accountsMax` already.
    public func createAccount(
        name: String, nameKey: String, passwordHash: String, at now: Date, accountsMax: Int
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
                        INSERT INTO account (name, name_key, password_hash, created_at, last_seen_at)
                        VALUES (?, ?, ?, ?, ?)
                        """, arguments: [name, nameKey, passwordHash, instant, instant])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw ChatStoreError(.nameTaken, "the name “\(name)” is taken")
            }
            return Account(
                id: UserID(rawValue: UInt64(database.lastInsertedRowID)), name: name, passwordHash: passwordHash,
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
        guard let stored = Int64(exactly: id.rawValue) else { return nil }
        return try await read { database in
            try Row.fetchOne(database, sql: "SELECT * FROM account WHERE id = ?", arguments: [stored]).map(Account.init)
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
                guard let stored = Int64(exactly: user.rawValue) else { continue }
                try statement.execute(arguments: [instant.storedMilliseconds, stored])
            }
        }
    }
}

extension Account {
    fileprivate init(_ row: Row) {
        self.init(
            id: UserID(rawValue: UInt64(row["id"] as Int64)), name: row["name"], passwordHash: row["password_hash"],
            createdAt: Date(storedMilliseconds: row["created_at"]),
            lastSeenAt: Date(storedMilliseconds: row["last_seen_at"]))
    }
}

extension Date {
    var storedMilliseconds: Int64 { Int64((timeIntervalSince1970 * 1_000).rounded()) }

    init(storedMilliseconds: Int64) {
        self.init(timeIntervalSince1970: Double(storedMilliseconds) / 1_000)
    }
}
