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

    /// Makes a new file of the copy, checks that very file, and touches nothing unless it is sound. What was there is kept beside
    /// it; the search index is made again from the messages at the next start. Blocks.
    static func run(copy: String, directory: String, at now: Date = Date()) throws(DaemonError) -> Outcome {
        try DataDirectory.prepare(directory)
        let lock = try DataDirectoryLock(directory)
        defer { lock.release() }
        let database = directory + "/" + DataDirectory.databaseFile
        guard !isSameFile(copy, database) else {
            throw DaemonError("\(copy) is the database that would be replaced: name a backup")
        }
        // A restore that was cut short can have left the only good copy under that name.
        let incoming = database + (isSameFile(copy, database + ".incoming") ? ".incoming-2" : ".incoming")
        defer { for suffix in suffixes { unlink(incoming + suffix) } }
        try place(copy, at: incoming)
        let replaced = try setAside(database, at: now)
        guard rename(incoming, database) == 0 else {
            throw DaemonError("\(database) cannot be written: \(String(cString: strerror(errno)))")
        }
        // An index of other messages would be wrong, and is quickly made again.
        for suffix in suffixes { unlink(directory + "/" + DataDirectory.searchFile + suffix) }
        flushNames(of: directory)
        return Outcome(database: database, replaced: replaced)
    }

    private static func place(_ copy: String, at path: String) throws(DaemonError) {
        let findings: [String]
        do {
            try ChatStore.makeCopy(ofFile: copy, at: path)
            findings = try ChatStore.integrityFindings(ofFile: path, named: copy, max: 1)
        } catch {
            throw DaemonError("\(copy) cannot be restored: \(error)")
        }
        if let finding = findings.first { throw DaemonError("\(copy) is damaged and was not restored: \(finding)") }
    }

    /// With its write-ahead log, which is part of it. A log without its database goes too: SQLite would take it for the new one's.
    private static func setAside(_ database: String, at now: Date) throws(DaemonError) -> String? {
        let present = suffixes.filter { exists(database + $0) }
        guard !present.isEmpty else { return nil }
        let aside = unusedName(database + ".before-restore-\(Int(now.timeIntervalSince1970))")
        for suffix in present {
            guard rename(database + suffix, aside + suffix) == 0 else {
                throw DaemonError("\(database) cannot be put aside: \(String(cString: strerror(errno)))")
            }
        }
        return aside
    }

    /// The name itself, or with the first number from 2 on under which there is nothing. Nobody takes it meanwhile: the directory is
    /// locked.
    private static func unusedName(_ name: String) -> String {
        var candidate = name
        var number = 1
        while suffixes.contains(where: { exists(candidate + $0) }) {
            number += 1
            candidate = "\(name)-\(number)"
        }
        return candidate
    }

    /// A symbolic link too that leads nowhere.
    private static func exists(_ path: String) -> Bool {
        (try? FileManager.default.attributesOfItem(atPath: path)) != nil
    }

    /// Under whatever names, and through whatever links.
    private static func isSameFile(_ one: String, _ other: String) -> Bool {
        guard let first = identity(of: one), let second = identity(of: other) else { return false }
        return first == second
    }

    /// Device and number of the file that a path leads to; nil where there is none.
    private static func identity(of path: String) -> [Int]? {
        let target = URL(filePath: path).resolvingSymlinksInPath().path
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: target) else { return nil }
        let numbers = [attributes[.systemNumber], attributes[.systemFileNumber]].compactMap { $0 as? Int }
        return numbers.count == 2 ? numbers : nil
    }

    /// So that a power cut does not bring the old names back. Should it fail, they are on the disk a little later.
    private static func flushNames(of directory: String) {
        let descriptor = open(directory, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// The file, and what SQLite can have put beside it.
    private static let suffixes = ["", "-wal", "-shm", "-journal"]
}
