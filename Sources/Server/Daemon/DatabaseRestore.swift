import ChatStore
import Foundation
import Glibc

/// Puts a copy of the database in the place of the one that is there.
enum DatabaseRestore {
    /// What was put where.
    struct Outcome: Equatable {
        let database: String
        /// The database that was there before; nil if there was none.
        let replaced: String?
    }

    /// Checks the copy first, and touches nothing unless it is sound. What was there is kept beside it; the search index is
    /// made again from the messages at the next start. Blocks.
    static func run(copy: String, directory: String, at now: Date = Date()) throws(DaemonError) -> Outcome {
        try DataDirectory.prepare(directory)
        let lock = try DataDirectoryLock(directory)
        defer { lock.release() }
        let findings: [String]
        do { findings = try ChatStore.integrityFindings(ofFile: copy, max: 1) } catch {
            throw DaemonError("\(copy) cannot be restored: \(error)")
        }
        if let finding = findings.first { throw DaemonError("\(copy) is damaged and was not restored: \(finding)") }
        let database = directory + "/" + DataDirectory.databaseFile
        let incoming = database + ".incoming"
        try place(copy, at: incoming)
        let replaced = try setAside(database, at: now)
        guard rename(incoming, database) == 0 else {
            throw DaemonError("\(database) cannot be written: \(String(cString: strerror(errno)))")
        }
        // An index of other messages would be wrong, and is quickly made again.
        for suffix in ["", "-wal", "-shm"] { unlink(directory + "/" + DataDirectory.searchFile + suffix) }
        return Outcome(database: database, replaced: replaced)
    }

    private static func place(_ copy: String, at path: String) throws(DaemonError) {
        unlink(path)
        do {
            try FileManager.default.copyItem(atPath: copy, toPath: path)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            let file = try FileHandle(forWritingTo: URL(filePath: path))
            try file.synchronize()
            try file.close()
        } catch {
            unlink(path)
            throw DaemonError("\(path) cannot be written: \(error.localizedDescription)")
        }
    }

    /// With its write-ahead log, which is part of it.
    private static func setAside(_ database: String, at now: Date) throws(DaemonError) -> String? {
        guard FileManager.default.fileExists(atPath: database) else { return nil }
        let aside = database + ".before-restore-\(Int(now.timeIntervalSince1970))"
        for suffix in ["", "-wal", "-shm"] where FileManager.default.fileExists(atPath: database + suffix) {
            guard rename(database + suffix, aside + suffix) == 0 else {
                throw DaemonError("\(database) cannot be put aside: \(String(cString: strerror(errno)))")
            }
        }
        return aside
    }
}
