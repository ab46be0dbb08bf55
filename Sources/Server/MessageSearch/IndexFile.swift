import ChatStore
import GRDB
import Glibc

/// The index file with its writer, on the indexer's thread: opens it, and puts aside what cannot be used.
final class IndexFile {
    let path: String
    private(set) var writer: IndexWriter?

    init(path: String) { self.path = path }

    /// Opens the file, or makes an empty one where it cannot be used.
    /// - Returns: why the file before it was put aside; nil if it was not.
    func open(_ bounds: SearchChangeBounds) throws -> String? {
        do {
            writer = try makeWriter(bounds)
            return nil
        } catch let error where Self.isUnusable(error) {
            try putAside()
            writer = try makeWriter(bounds)
            return "\(error)"
        }
    }

    func close() throws {
        try writer?.close()
        writer = nil
    }

    /// Keeps one damaged file for whoever wants to know what happened to it. Readers that have it open go on with it.
    func putAside() throws {
        try? close()
        guard rename(path, path + ".damaged") == 0 || errno == ENOENT else {
            throw UnusableIndex(reason: "\(path) cannot be renamed: " + String(cString: strerror(errno)))
        }
        for suffix in ["-wal", "-shm"] { unlink(path + suffix) }
    }

    /// Whether the content is damaged, so that a new file would help: not if the disk is full or the query is wrong.
    static func isDamage(_ error: any Error) -> Bool {
        guard let error = error as? DatabaseError else { return error is UnusableIndex }
        return [.SQLITE_CORRUPT, .SQLITE_NOTADB].contains(error.resultCode)
    }

    /// The same while it is opened, when an SQL error says that a table is missing or is another one.
    private static func isUnusable(_ error: any Error) -> Bool {
        isDamage(error) || (error as? DatabaseError)?.resultCode == .SQLITE_ERROR
    }

    private func makeWriter(_ bounds: SearchChangeBounds) throws -> IndexWriter {
        // What is there now is read from the messages; what changes from now on, from the changes.
        let fresh = IndexProgress(sequence: bounds.newest, builtThrough: 0)
        return try IndexWriter(path: path, fresh: fresh) { progress in
            progress.sequence <= bounds.newest
                && progress.sequence + 1 >= bounds.oldest ?? bounds.newest + 1
        }
    }
}
