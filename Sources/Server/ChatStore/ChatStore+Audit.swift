public import Foundation
import GRDB
import Identifiers

extension ChatStore {
    /// Entries kept; the oldest beyond them go with ``purgeExpired(at:)``.
    public static let auditEntriesMax = 1_000_000

    /// Remembers something that changed nothing in the store, such as a move from one room's voice to another's.
    public func recordAudit(_ entry: AuditEntry, at now: Date) async throws(ChatStoreError) {
        try await write { database in try entry.insert(into: database, at: now.storedMilliseconds) }
    }

    /// The audit log, the newest first.
    /// - Parameter before: the oldest entry of the page before; nil for the newest.
    public func audit(
        before id: UInt64?, limit: Int
    ) async throws(ChatStoreError) -> (entries: [AuditRow], hasMore: Bool) {
        let before = id.map { Int64(clamping: $0) } ?? .max
        return try await read { database in
            let rows = try Row.fetchAll(database, sql: Self.auditPage, arguments: [before, limit + 1])
            return (rows.prefix(limit).map(AuditRow.init), rows.count > limit)
        }
    }

    static let auditPage = """
        SELECT audit.*, actor.name AS actor_name, target.name AS target_name FROM audit
        LEFT JOIN account AS actor ON actor.id = audit.actor_id
        LEFT JOIN account AS target ON target.id = audit.target_id
        WHERE audit.id < ? ORDER BY audit.id DESC LIMIT ?
        """

    /// Takes away what has run out: bans, invitations, restraints, and the oldest of an overlong audit log.
    /// - Returns: how many rows went. Reads ignore what has run out, so that it matters little when this is called.
    @discardableResult
    public func purgeExpired(at now: Date) async throws(ChatStoreError) -> Int {
        try await write { database in
            let before = database.totalChangesCount
            for table in ["ban", "invitation", "voice_restraint"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE expires_at <= ?", arguments: [now.storedMilliseconds])
            }
            try database.execute(
                sql: "DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - ?", arguments: [Self.auditEntriesMax])
            return database.totalChangesCount - before
        }
    }
}

extension AuditEntry {
    /// Inside the transaction of what it tells about: nothing is done without its trace.
    func insert(into database: Database, at milliseconds: Int64) throws {
        try database.execute(
            sql: """
                INSERT INTO audit (at, actor_id, action, target_id, room_id, message_id, detail)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                milliseconds, actor.stored, action.rawValue, target?.stored, room?.stored,
                message?.stored, detail,
            ])
    }
}

extension AuditRow {
    fileprivate init(_ row: Row) {
        self.init(
            id: row.number("id"), at: row.date("at"), action: row["action"], actor: row.user("actor_id"),
            actorName: row["actor_name"] ?? "", target: row.user(ifAny: "target_id"), targetName: row["target_name"],
            room: row.room(ifAny: "room_id"),
            message: (row["message_id"] as Int64?).map(MessageID.init(stored:)),
            detail: row["detail"])
    }
}
