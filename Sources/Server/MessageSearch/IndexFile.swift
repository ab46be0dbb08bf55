import ChatStore
import GRDB
import Glibc
import Identifiers

/// The index file with its writer, and a connection to the store, on the indexer's thread: opens the file, puts aside what
/// cannot be used, and brings it up to date batch by batch.
final class IndexFile {
    let path: String
    private let store: StoreReader
    private var openWriter: IndexWriter?

    init(path: String, store: ChatStore) {
        self.path = path
        self.store = store.makeReader()
    }

    /// Throws if the file could not be opened.
    var writer: IndexWriter {
        get throws {
            guard let openWriter else { throw UnusableIndex(reason: "it could not be opened") }
            return openWriter
        }
    }

    /// Opens the file, or makes an empty one where it cannot be used.
    /// - Returns: why the file before it was put aside; nil if it was not.
    func open(_ bounds: SearchChangeBounds) throws -> String? {
        do {
            openWriter = try makeWriter(bounds)
            return nil
        } catch let error where Self.isUnusable(error) {
            try putAside()
            openWriter = try makeWriter(bounds)
            return "\(error)"
        }
    }

    func close() throws {
        try openWriter?.close()
        openWriter = nil
    }

    /// What one step took up.
    struct Step {
        var changeCount = 0
        var messageCount = 0
        /// Changes that are committed and not yet in the index.
        var lag: Int64 = 0
        var progress: IndexProgress
        /// Whether there are words to be purged.
        var isPurgeDue = false
    }

    /// Takes up a batch of changes, or else a page of all messages while the index is built.
    func step(batchMax: Int) throws -> Step {
        let writer = try writer
        var step = Step(progress: writer.progress)
        let changes = try store.searchChanges(after: step.progress.sequence, limit: batchMax)
        if let last = changes.last {
            try writer.apply(changes)
            (step.changeCount, step.messageCount) = (changes.count, changes.count)
            if changes.count == batchMax { step.lag = try store.searchChangeBounds().newest - last.sequence }
        } else if let builtThrough = step.progress.builtThrough {
            let page = try store.allMessages(after: MessageID(rawValue: UInt64(builtThrough)), limit: batchMax)
            try writer.build(page)
            step.messageCount = page.count
        }
        step.progress = writer.progress
        step.isPurgeDue = writer.isPurgeDue
        return step
    }

    /// Before the end: takes up the changes that are left and purges, as far as the time allows; what is left is done after
    /// the next start.
    func finish(batchMax: Int, pagesMax: Int, until end: ContinuousClock.Instant) throws {
        guard let openWriter else { return }
        while ContinuousClock.now < end, try step(batchMax: batchMax).changeCount > 0 {}
        while ContinuousClock.now < end, openWriter.isPurgeDue { _ = try openWriter.purge(pagesMax: pagesMax) }
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

    /// What went wrong, for the log. SQLite's own words may quote the query, and what people look for is theirs.
    static func cause(of error: any Error) -> String {
        guard let error = error as? DatabaseError else { return "\(error)" }
        return "SQLite error \(error.extendedResultCode)"
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
