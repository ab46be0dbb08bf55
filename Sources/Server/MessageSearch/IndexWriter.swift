import ChatStore
import GRDB
import Glibc
import Identifiers

/// The one connection that writes the index file. Confined to the thread of the indexer.
final class IndexWriter {
    private let queue: DatabaseQueue
    private(set) var progress: IndexProgress
    /// Whether words may still be in the file that no message has any longer. Kept in the file, so that a killed server
    /// purges at its next start.
    private(set) var isPurgeDue: Bool
    /// Between the first and the last step of a purge, which does not reach what is removed meanwhile.
    private var isPurging = false
    private var wasRemovedMeanwhile = false

    /// Opens the file, or makes it: with `fresh` as the progress of an empty one. A file that is not an index of this
    /// version, or that has lost track of the store's changes, is not opened.
    init(path: String, fresh: IndexProgress, isUsable: (IndexProgress) -> Bool) throws {
        try Self.makePrivately(path)
        var configuration = Configuration()
        configuration.label = "search index"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            // NORMAL: the log reaches the disk before the file does, so a power failure costs the last batches and
            // never the file; the store forgets a change only after a checkpoint has it. What is removed is overwritten
            // with zeros, whatever SQLite was built with.
            try database.execute(
                sql: """
                    PRAGMA journal_mode = WAL;
                    PRAGMA synchronous = NORMAL;
                    PRAGMA cache_size = -4000;
                    PRAGMA secure_delete = ON;
                    """)
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
        progress = try queue.write { database in
            if try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM sqlite_schema") == 0 {
                try IndexSchema.create(database)
                try database.execute(
                    sql: "INSERT INTO progress VALUES (?, ?)", arguments: [fresh.sequence, fresh.builtThrough])
            }
            guard try IndexSchema.isCurrent(database),
                let row = try Row.fetchOne(database, sql: "SELECT sequence, built_through FROM progress")
            else { throw UnusableIndex(reason: "it is of another version") }
            let stored = IndexProgress(sequence: row[0], builtThrough: row[1])
            guard isUsable(stored) else { throw UnusableIndex(reason: "changes are missing since it was written") }
            return stored
        }
        isPurgeDue = try queue.write { database in try IndexSchema.isPurgeDue(database) }
    }

    /// Takes up changes in their order, and remembers the last: both or neither.
    func apply(_ changes: [SearchChange]) throws {
        guard let last = changes.last else { return }
        // A message changed twice in a batch comes twice as it is now: once is enough.
        var newest: [MessageID: StoredMessage?] = [:]
        for change in changes { newest[change.messageID] = change.message }
        let after = IndexProgress(sequence: last.sequence, builtThrough: progress.builtThrough)
        let isRemoving = changes.contains { $0.isRemoval }
        try commit(after, isRemoving: isRemoving) { database in
            for id in newest.keys.sorted() {
                try Self.remove(id, database)
                if let message = newest[id] ?? nil { try Self.insert(message, database) }
            }
        }
    }

    /// Takes up a page of all messages while the index is built; an empty one says that it is complete.
    ///
    /// What is there already came with a change and is as new as the page, or newer.
    func build(_ page: [StoredMessage]) throws {
        let after = IndexProgress(sequence: progress.sequence, builtThrough: page.last.map { Self.stored($0.id) })
        try commit(after) { database in
            for message in page where try !Self.holds(message.id, database) { try Self.insert(message, database) }
        }
    }

    /// Brings everything committed into the file and onto the disk. False if a reader held a part of it up.
    func checkpoint() throws -> Bool {
        let outcome = try queue.writeWithoutTransaction { try $0.checkpoint(.passive) }
        return outcome.walFrameCount == outcome.checkpointedFrameCount
    }

    func close() throws { try queue.close() }

    private func commit(
        _ after: IndexProgress, isRemoving: Bool = false, _ body: (Database) throws -> Void
    ) throws {
        let mustNote = isRemoving && !isPurgeDue
        try queue.write { database in
            try body(database)
            try database.cachedStatement(sql: "UPDATE progress SET sequence = ?, built_through = ?")
                .execute(arguments: [after.sequence, after.builtThrough])
            if mustNote { try database.execute(sql: "UPDATE purge SET is_due = 1") }
        }
        progress = after
        guard isRemoving else { return }
        isPurgeDue = true
        if isPurging { wasRemovedMeanwhile = true }
    }

    private static func stored(_ id: MessageID) -> Int64 { Int64(clamping: id.rawValue) }

    private static func holds(_ id: MessageID, _ database: Database) throws -> Bool {
        try Bool.fetchOne(
            database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM place WHERE id = ?)"), arguments: [stored(id)])
            == true
    }

    private static func remove(_ id: MessageID, _ database: Database) throws {
        guard try holds(id, database) else { return }
        try database.cachedStatement(sql: "DELETE FROM message_index WHERE rowid = ?").execute(arguments: [stored(id)])
        try database.cachedStatement(sql: "DELETE FROM place WHERE id = ?").execute(arguments: [stored(id)])
    }

    private static func insert(_ message: StoredMessage, _ database: Database) throws {
        guard message.deletedAt == nil else { return }
        try database.cachedStatement(sql: "INSERT INTO message_index (rowid, text, facets) VALUES (?, ?, ?)")
            .execute(arguments: [stored(message.id), message.content, MatchExpression.facets(of: message)])
        try database.cachedStatement(sql: "INSERT INTO place VALUES (?, ?)")
            .execute(arguments: [stored(message.id), message.conversation.rawValue])
    }

    /// For its owner only, like the store; SQLite gives the log and its index the mode of the file.
    private static func makePrivately(_ path: String) throws {
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw UnusableIndex(reason: String(cString: strerror(errno))) }
        Glibc.close(descriptor)
    }
}

extension IndexWriter {
    /// A step of merging the index into one list: of a removed message only that is without its words, for FTS5 notes
    /// removals beside older lists and leaves the words in these until they are merged
    /// (sqlite.org/fts5.html, “The 'merge' Command”). True when no step is left.
    /// - Parameter pagesMax: pages of the index that one step writes.
    func purge(pagesMax: Int) throws -> Bool {
        guard isPurgeDue else { return true }
        let isFirst = !isPurging
        let isClean = !wasRemovedMeanwhile
        let isLast = try queue.write { database -> Bool in
            if isFirst {
                // Else a merge that was begun would not be gone on with while newer lists are more than it has.
                try database.execute(sql: "INSERT INTO message_index (message_index, rank) VALUES ('usermerge', 2)")
            }
            let before = database.totalChangesCount
            // Negative: puts all lists together first. That again in every step would begin anew with every message.
            try database.cachedStatement(sql: "INSERT INTO message_index (message_index, rank) VALUES ('merge', ?)")
                .execute(arguments: [isFirst ? -pagesMax : pagesMax])
            // FTS5's sign that there was nothing to merge.
            guard database.totalChangesCount - before < 2 else { return false }
            if isClean { try database.execute(sql: "UPDATE purge SET is_due = 0") }
            return true
        }
        isPurging = !isLast
        guard isLast else { return false }
        isPurgeDue = wasRemovedMeanwhile
        wasRemovedMeanwhile = false
        return true
    }

    /// Brings the log into the file and cuts it to nothing. False if a reader held that up.
    func emptyLog() throws -> Bool {
        do {
            _ = try queue.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            return true
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return false
        }
    }
}

extension SearchChange {
    /// Whether there may have been words that are no longer the message's.
    fileprivate var isRemoval: Bool {
        guard let message else { return true }
        return message.deletedAt != nil || message.editedAt != nil
    }
}

/// The file is there and cannot serve as index; it is put aside and made anew.
struct UnusableIndex: Error, CustomStringConvertible {
    let reason: String
    var description: String { reason }
}
