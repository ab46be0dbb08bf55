public import Foundation
import GRDB
public import Identifiers

extension ChatStore {
    /// Stores the hash of a password that was made without the old one, and ends every session of the account: who has lost a
    /// password may have lost a device with it. The audit log names the server, because it was not the account.
    /// - Returns: how many sessions ended. `notFound` if there is no such account.
    public func resetPassword(of user: UserID, hash: String, at now: Date) async throws(ChatStoreError) -> Int {
        try await write { database in
            try database.execute(
                sql: "UPDATE account SET password_hash = ? WHERE id = ?", arguments: [hash, user.stored])
            guard database.changesCount > 0 else { throw ChatStoreError(.notFound, "there is no account \(user)") }
            let ended = try Self.endSessions(of: user, except: nil, database)
            try AuditEntry(
                .passwordChange, by: .server, target: user,
                detail: "reset on the server's machine; \(ended.count) sessions ended"
            ).insert(into: database, at: now.storedMilliseconds)
            return ended.count
        }
    }
}
