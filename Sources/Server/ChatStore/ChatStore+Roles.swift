public import Foundation
import GRDB
public import Identifiers
public import Permissions

extension ChatStore {
    /// Gives an account a role, if the actor's role as it is in this moment allows that: of two changes at once the
    /// second sees what the first did.
    public func setRole(
        of user: UserID, to role: Role, by actor: UserID, at now: Date
    ) async throws(ChatStoreError) -> RoleChange {
        try await write { database in
            guard let old = try Self.role(of: user, database) else { return .noSuchAccount }
            guard let actorRole = try Self.role(of: actor, database),
                PermissionTable.maySetRole(from: old, to: role, by: actorRole)
            else { return .notAllowed }
            guard old != role else { return .unchanged }
            try Self.store(role, of: user, database)
            try AuditEntry(.roleSet, by: actor, target: user, detail: "\(old.rawValue) → \(role.rawValue)")
                .insert(into: database, at: now.storedMilliseconds)
            return .changed(from: old)
        }
    }

    /// Remembers the SHA-256 hash of a one-time token that makes its holder the owner, instead of any before it.
    /// - Returns: false, and nothing is remembered, if there is an owner: then no token is worth anything.
    public func setOwnerTokenHash(_ hash: [UInt8]) async throws(ChatStoreError) -> Bool {
        try await write { database in
            guard try !Self.hasOwner(database) else { return false }
            try database.execute(
                sql: "INSERT OR REPLACE INTO server_value (name, value) VALUES (?, ?)",
                arguments: [Self.ownerTokenName, hash.hexadecimal])
            return true
        }
    }

    /// Makes the account the owner if the token is the right one and nobody was faster; the token is used up then.
    public func claimOwnership(
        tokenHash: [UInt8], user: UserID, at now: Date
    ) async throws(ChatStoreError) -> Bool {
        try await write { database in
            let stored = try String.fetchOne(
                database, sql: "SELECT value FROM server_value WHERE name = ?", arguments: [Self.ownerTokenName])
            guard let stored, stored == tokenHash.hexadecimal, try !Self.hasOwner(database),
                let old = try Self.role(of: user, database)
            else { return false }
            try Self.store(.owner, of: user, database)
            try database.execute(sql: "DELETE FROM server_value WHERE name = ?", arguments: [Self.ownerTokenName])
            try AuditEntry(.ownershipClaim, by: user, target: user, detail: "\(old.rawValue) → owner")
                .insert(into: database, at: now.storedMilliseconds)
            return true
        }
    }

    private static let ownerTokenName = "owner_token_hash"

    private static func hasOwner(_ database: Database) throws -> Bool {
        try Bool.fetchOne(database, sql: "SELECT EXISTS (SELECT 1 FROM account WHERE role = 'owner')") ?? false
    }

    private static func role(of user: UserID, _ database: Database) throws -> Role? {
        try String.fetchOne(database, sql: "SELECT role FROM account WHERE id = ?", arguments: [user.stored])
            .map(Role.init(stored:))
    }

    private static func store(_ role: Role, of user: UserID, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE account SET role = ? WHERE id = ?", arguments: [role.rawValue, user.stored])
    }
}

extension Role {
    /// A role that this version does not know may do as little as any.
    init(stored: String) { self = Role(rawValue: stored) ?? .guest }
}

extension [UInt8] {
    fileprivate var hexadecimal: String {
        map { String(UInt16($0) | 0x100, radix: 16).dropFirst() }.joined()
    }
}
