import Dispatch
import Foundation
import GRDB
import Glibc

// Copies and checks while everybody goes on writing.
extension ChatStore {
    /// Copies the database into a new file of mode 0600, on a thread of its own. Writers go on; the copy is the database as it
    /// was at one moment after the call, so it has everything that was acknowledged before.
    ///
    /// One step of SQLite's online backup: in several, each commit meanwhile would begin it anew. The write-ahead log is not
    /// begun anew until it is done, and grows as long. The file appears under its name when it is whole and on the disk.
    /// - Returns: its size in bytes.
    /// - Throws: `databaseUnavailable` if there is a file of that name, or it cannot be written; nothing is left of it then.
    public func backup(to path: String) async throws(ChatStoreError) -> UInt64 {
        try await onBackupThread { [pool] in
            guard access(path, F_OK) != 0 else {
                throw ChatStoreError(.databaseUnavailable, "\(path) is there already")
            }
            let unfinished = path + ".unfinished"
            defer { Self.removeDatabase(unfinished) }
            Self.removeDatabase(unfinished)
            try Self.makePrivately(unfinished)
            try Self.copy(pool, to: unfinished)
            try Self.flush(unfinished)
            guard rename(unfinished, path) == 0 else {
                throw ChatStoreError(.databaseUnavailable, "\(path): \(String(cString: strerror(errno)))")
            }
            try Self.flush((path as NSString).deletingLastPathComponent)
            var status = stat()
            guard stat(path, &status) == 0 else {
                throw ChatStoreError(.databaseUnavailable, "\(path): \(String(cString: strerror(errno)))")
            }
            return UInt64(status.st_size)
        }
    }

    /// What is wrong with the database, in SQLite's words, at most so many; empty if it is sound. Reads all of it, on a
    /// thread of its own.
    public func integrityFindings(max: Int) async throws(ChatStoreError) -> [String] {
        try await onBackupThread { [pool] in
            try pool.read { try Self.integrityFindings($0, max: max) }
        }
    }

    /// The same of a file that no program need have open. Reads only, but for what SQLite needs to read a write-ahead log.
    /// Blocks.
    public static func integrityFindings(ofFile path: String, max: Int) throws(ChatStoreError) -> [String] {
        do {
            guard access(path, R_OK) == 0 else {
                throw ChatStoreError(.databaseUnavailable, "\(path): \(String(cString: strerror(errno)))")
            }
            let queue = try DatabaseQueue(path: path)
            defer { try? queue.close() }
            return try queue.read { database in
                guard try database.tableExists("message"), try database.tableExists("account") else {
                    throw ChatStoreError(.databaseDamaged, "\(path) is not a database of this program")
                }
                if try Schema.migrator.hasBeenSuperseded(database) {
                    throw ChatStoreError(.databaseTooNew, "\(path) was written by a later version of this program")
                }
                return try integrityFindings(database, max: max)
            }
        } catch {
            throw ChatStoreError(error)
        }
    }

    private static func integrityFindings(_ database: Database, max: Int) throws -> [String] {
        var findings = try String.fetchAll(database, sql: "PRAGMA integrity_check(\(max))").filter { $0 != "ok" }
        for violation in try Row.fetchAll(database, sql: "PRAGMA foreign_key_check").prefix(max) {
            findings.append(
                "row \(violation[1] as Int64? ?? 0) of \(violation[0] as String) names a missing row of "
                    + "\(violation[2] as String)")
        }
        return Array(findings.prefix(max))
    }

    private static func copy(_ pool: DatabasePool, to path: String) throws {
        let target = try DatabaseQueue(path: path)
        defer { try? target.close() }
        try pool.backup(to: target)
        // A copy is one file: what was in the log is in it, and its first reader makes no other.
        try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
    }

    static func removeDatabase(_ path: String) {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }

    /// Onto the disk: a file, or the names in a folder.
    private static func flush(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        defer { if descriptor >= 0 { Glibc.close(descriptor) } }
        guard descriptor >= 0, fsync(descriptor) == 0 else {
            throw ChatStoreError(.databaseUnavailable, "\(path): \(String(cString: strerror(errno)))")
        }
    }

    private func onBackupThread<Output: Sendable>(
        _ body: @escaping @Sendable () throws -> Output
    ) async throws(ChatStoreError) -> Output {
        let outcome: Result<Output, ChatStoreError> = await withCheckedContinuation { continuation in
            // Below everybody who waits for chat.
            DispatchQueue.global(qos: .background).async {
                continuation.resume(returning: Result { try body() }.mapError(ChatStoreError.init))
            }
        }
        return try outcome.get()
    }
}
