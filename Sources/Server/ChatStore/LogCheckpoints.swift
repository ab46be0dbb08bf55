import GRDB
import Synchronization

/// Moves what is in the write-ahead log into the database file, so that the log stays small and no commit waits for it.
///
/// SQLite would do it within a commit, every thousand pages, and that commit would take the time of all of them. Here a
/// connection of its own copies while the writer goes on. Under load it never gets to the end, for the writer goes on;
/// so, when the log has grown past its limit, the writer itself copies the few pages that are left, between two
/// batches, and its next commit begins the log anew. Neither ever waits for a reader: one that still reads the old log
/// only puts the new beginning off.
final class LogCheckpoints: Sendable {
    /// Rows written after which the log is copied, a thousand messages or so: the fewer pages at once, the shorter the
    /// flush that commits meet on the same disk.
    static let rowsPerCheckpointDefault = 2_000
    /// The log's size from which on it begins anew as soon as it can.
    static let logBytesMaxDefault = 64 << 20

    private struct State {
        var rows = 0
        var isCopying = false
        var mustFinish = false
        var isClosed = false
    }

    let connection: DatabaseQueue
    private let rowsPerCheckpoint: Int
    private let logPagesMax: Int
    private let state = Mutex(State())

    init(
        path: String, pageBytes: Int, configuration: Configuration,
        rowsPerCheckpoint: Int = rowsPerCheckpointDefault, logBytesMax: Int = logBytesMaxDefault
    ) throws {
        self.rowsPerCheckpoint = rowsPerCheckpoint
        logPagesMax = logBytesMax / pageBytes
        connection = try DatabaseQueue(path: path, configuration: configuration)
    }

    /// Rows inserted, changed or removed by a transaction. Copies in the background if they are many by now.
    func didChange(rows: Int) {
        state.withLock { state in
            state.rows += rows
            guard state.rows >= rowsPerCheckpoint, !state.isCopying, !state.isClosed else { return }
            state.rows = 0
            state.isCopying = true
            // Only put into the connection's line, before it can be closed: SQLite does not survive a copy after that.
            copy()
        }
    }

    /// On the writer's queue, between transactions: if the log is too long, copies what is left of it, so that the next
    /// transaction may begin it anew.
    func finishIfNeeded(_ writer: Database) {
        let mustFinish = state.withLock { state in
            defer { state.mustFinish = false }
            return state.mustFinish
        }
        // Should it fail, the log is a little longer until the next time.
        if mustFinish { _ = try? writer.checkpoint(.passive) }
    }

    /// Copies all of it in the background, so that little is left to whoever empties it; then calls back, on any thread.
    func copy(_ completion: @escaping @Sendable () -> Void) {
        let isOpen = state.withLock { state in
            guard !state.isClosed else { return false }
            connection.asyncWriteWithoutTransaction { [self] database in
                _ = copyOnce(database)
                completion()
            }
            return true
        }
        if !isOpen { completion() }
    }

    /// On the writer's queue, between transactions: copies what is left of the log and cuts it to nothing, so that what was
    /// erased is in no file any longer.
    ///
    /// Messages stand in line behind it, so it waits for nobody: false if a reader or a copy under way is in the way.
    func empty(_ writer: Database) -> Bool {
        guard !state.withLock({ $0.isClosed }) else { return false }
        let milliseconds = Int(ChatStore.busySecondsMax * 1_000)
        do {
            try writer.execute(sql: "PRAGMA busy_timeout = 0")
            defer { try? writer.execute(sql: "PRAGMA busy_timeout = \(milliseconds)") }
            _ = try writer.checkpoint(.truncate)
            return true
        } catch {
            return false
        }
    }

    /// Lets a copy under way finish; what is written afterwards is copied at the next start.
    func close() throws {
        state.withLock { $0.isClosed = true }
        try connection.close()
    }

    private func copy() {
        connection.asyncWriteWithoutTransaction { [self] database in
            // A second time when the log is too long: what the writer added meanwhile is little, and what it then
            // has to copy itself is less.
            let isTooLong = copyOnce(database) > logPagesMax && copyOnce(database) > logPagesMax
            state.withLock { state in
                state.isCopying = false
                state.mustFinish = isTooLong
            }
        }
    }

    /// The pages in the log, copied or not; 0 if it could not be copied, which the next time makes good.
    private func copyOnce(_ database: Database) -> Int {
        (try? database.checkpoint(.passive))?.walFrameCount ?? 0
    }
}
