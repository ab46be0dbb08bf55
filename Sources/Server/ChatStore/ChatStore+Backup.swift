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
            try Self.copy(pool, to: unfinished)
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

    /// Makes a new file with what a database has in it that a server may have open, or has left without closing: what is only
    /// in its write-ahead log is in the copy. One whole file, mode 0600, on the disk; what had that name is gone. The database may
    /// be on a medium that takes no writes. Blocks.
    /// - Throws: nothing is left of the new file then.
    public static func makeCopy(ofFile path: String, at copy: String) throws(ChatStoreError) {
        do {
            let source = try openToRead(path)
            defer { try? source.close() }
            try Self.copy(source, to: copy)
        } catch {
            removeDatabase(copy)
            throw ChatStoreError(error)
        }
    }

    /// What is wrong with the database, in SQLite's words, at most so many; empty if it is sound. Reads all of it, on a
    /// thread of its own.
    public func integrityFindings(max: Int) async throws(ChatStoreError) -> [String] {
        try await onBackupThread { [pool] in
            try pool.read { try Self.integrityFindings($0, max: max) }
        }
    }

    /// The same of a file that no program need have open, and that may be on a medium that takes no writes. Blocks.
    /// - Parameter name: what errors call the file, if not by its path.
    public static func integrityFindings(
        ofFile path: String, named name: String? = nil, max: Int
    ) throws(ChatStoreError) -> [String] {
        do {
            let queue = try openToRead(path)
            defer { try? queue.close() }
            return try queue.read { database in
                try checkIsOurs(database, named: name ?? path)
                return try integrityFindings(database, max: max)
            }
        } catch {
            throw ChatStoreError(error)
        }
    }

    /// By the history of its schema: tables of the same names others have as well, and a server would not start with those.
    private static func checkIsOurs(_ database: Database, named name: String) throws {
        let migrator = Schema.migrator
        guard try migrator.appliedMigrations(database).first == migrator.migrations.first,
            try database.tableExists("account")
        else { throw ChatStoreError(.databaseDamaged, "\(name) is not a database of this program") }
        if try migrator.hasBeenSuperseded(database) {
            throw ChatStoreError(.databaseTooNew, "\(name) was written by a later version of this program")
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

    /// A connection that writes nothing into the file; beside it there may be the log and its index, of which SQLite can make
    /// empty ones.
    private static func openToRead(_ path: String) throws -> DatabaseQueue {
        let file = try resolve(path)
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(busySecondsMax)
        do {
            return try DatabaseQueue(path: file, configuration: configuration)
        } catch let error as DatabaseError
            where error.resultCode == .SQLITE_CANTOPEN || error.resultCode == .SQLITE_READONLY
        {
            // There is no place for the index of a log. Without a log there is nothing to index, and where nothing can be written
            // nothing changes: SQLite takes the file as it is, if it is told so.
            if isClosed(file), let queue = try? DatabaseQueue(path: unchanging(file), configuration: configuration) {
                return queue
            }
            throw ChatStoreError(
                .databaseUnavailable,
                "\(path) cannot be read where it is: copy it, with \(file)-wal, into a folder that can be written")
        }
    }

    /// Where the file is: its log is beside it, not beside a symbolic link to it.
    private static func resolve(_ path: String) throws(ChatStoreError) -> String {
        guard access(path, R_OK) == 0, let resolved = realpath(path, nil) else {
            throw ChatStoreError(.databaseUnavailable, "\(path): \(String(cString: strerror(errno)))")
        }
        defer { free(resolved) }
        var status = stat()
        guard stat(resolved, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw ChatStoreError(.databaseDamaged, "\(path) is not a file")
        }
        return String(cString: resolved)
    }

    /// Whether nobody has it open, and nothing of it is elsewhere.
    private static func isClosed(_ path: String) -> Bool {
        var status = stat()
        for suffix in ["-wal", "-journal"] {
            if lstat(path + suffix, &status) == 0, status.st_size > 0 { return false }
        }
        return lstat(path + "-shm", &status) != 0
    }

    /// <https://www.sqlite.org/uri.html>, “immutable”.
    private static func unchanging(_ path: String) -> String {
        "file:" + (path.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? path) + "?immutable=1"
    }

    private static func copy(_ source: some DatabaseReader, to path: String) throws {
        removeDatabase(path)
        try makePrivately(path)
        let target = try DatabaseQueue(path: path)
        defer { try? target.close() }
        try copy(source, into: target)
        try flush(path)
    }

    static func copy(_ source: some DatabaseReader, into target: DatabaseQueue) throws {
        do {
            try source.backup(to: target)
            // A copy is one file: what was in the log is in it, and its first reader makes no other.
            try target.writeWithoutTransaction { try $0.execute(sql: "PRAGMA journal_mode = DELETE") }
        } catch let error as DatabaseError where error.resultCode == .SQLITE_FULL {
            throw ChatStoreError(.databaseUnavailable, "\(target.path): \(String(cString: strerror(ENOSPC)))")
        } catch let error as DatabaseError where error.message == "not an error" {
            // The connection is told of a failed step when the copy is given up; GRDB asks it for its words before that.
            throw DatabaseError(resultCode: error.extendedResultCode)
        }
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
