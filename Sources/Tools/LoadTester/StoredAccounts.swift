import Foundation
import LoadSupport

/// Accounts that earlier runs made, to be used again: a server cannot delete one, and lets few be made in a row.
///
/// A file of the person's own (mode 0600): each token logs an account in.
public struct StoredAccounts: Codable, Equatable, Sendable {
    /// One of them.
    struct Account: Codable, Equatable, Sendable {
        var name: String
        var token: String
    }

    /// By the server's name as it was given.
    private var servers: [String: [Account]] = [:]

    public init() {}

    /// The content of a file, or nothing if there is none yet. Throws ``LoadError`` for one that is none of ours.
    public init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path) else { return }
        do {
            self = try JSONDecoder().decode(StoredAccounts.self, from: data)
        } catch {
            throw LoadError("\(path) holds no accounts of roomtone-load: name another file")
        }
    }

    /// Writes the file, for its owner only. Throws ``LoadError``.
    public func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let written = path + ".new"
        let isMade = FileManager.default.createFile(
            atPath: written, contents: try encoder.encode(self), attributes: [.posixPermissions: 0o600])
        guard isMade, rename(written, path) == 0 else { throw LoadError("\(path) cannot be written") }
    }

    /// Those of one server, in the order in which they were made.
    subscript(server: String) -> [Account] {
        get { servers[server] ?? [] }
        set { servers[server] = newValue }
    }
}
