import Foundation
import Glibc
import Rooms

/// Where the server keeps what must survive it.
enum DataDirectory {
    static let databaseFile = "roomtone.sqlite"
    /// Made from the database, whenever it is missing.
    static let searchFile = "search.sqlite"
    static let recordingsFolder = "recordings"
    /// What SQLite and the server put there; anything else makes the directory somebody else's as well.
    private static let ownNames = [
        databaseFile, searchFile, recordingsFolder, "certificate.pem", "key.pem", Maintenance.folderName,
        DataDirectoryLock.file,
    ]

    /// The configured path, or `$XDG_DATA_HOME/roomtone-server`, or `~/.local/share/roomtone-server`
    /// (XDG Base Directory Specification).
    static func resolve(_ configured: String, environment: [String: String]) throws(DaemonError) -> String {
        if !configured.isEmpty { return configured }
        // The specification says to ignore a relative path.
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/roomtone-server" }
        if let home = environment["HOME"], !home.isEmpty { return home + "/.local/share/roomtone-server" }
        throw DaemonError("there is no home directory: name a data directory with --data-directory")
    }

    /// Makes the directory for its owner only, if it is not there; closes it to others, if it holds nothing else.
    static func prepare(_ path: String) throws(DaemonError) {
        var isDirectory: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) {
            guard isDirectory.boolValue else { throw DaemonError("\(path) is not a directory") }
            guard access(path, W_OK | X_OK) == 0 else {
                throw DaemonError("\(path) cannot be written: change who owns it, or name another --data-directory")
            }
            return try close(path)
        }
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw DaemonError("\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
    }

    /// Takes group and others their rights to a directory of ours. A home directory that was named by mistake
    /// is not ours to close.
    private static func close(_ path: String) throws(DaemonError) {
        guard let mode = (try? FileManager.default.attributesOfItem(atPath: path))?[.posixPermissions] as? Int else {
            throw DaemonError("\(path) cannot be read: check who may")
        }
        guard mode & 0o077 != 0 else { return }
        let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        let isOurs = names.allSatisfy { name in ownNames.contains { name.hasPrefix($0) } }
        guard isOurs, chmod(path, 0o700) == 0 else {
            throw DaemonError(
                "\(path) is open to other users: run “chmod 700 \(path)”, or name another --data-directory")
        }
    }
}

/// Why the server did not start, in one line for the person who runs it.
public struct DaemonError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
