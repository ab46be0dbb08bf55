import CSQLite
import ChatStore
import GRDB
import Glibc

/// A connection that reads the index file, confined to one search thread: GRDB runs a synchronous read on the thread
/// that asks for it, so the thread's priority is the search's.
final class IndexReader {
    /// Matches that are weighed for ``SearchRanking/rank``; older ones are not looked at, because FTS5's own ranking
    /// would read every message that has one of the words.
    static let rankedMatchesMax = 2_000
    /// Steps of SQLite's machine between two looks at the clock. FTS5 takes a few for every page that it reads, so a
    /// long step inside FTS5 is interrupted as well.
    private static let stepsBetweenChecks: Int32 = 50

    private let queue: DatabaseQueue

    init(path: String) throws {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.label = "search"
        configuration.busyMode = .timeout(1)
        configuration.prepareDatabase { database in
            // Not mapped into memory: a disk that fails would then end the process instead of the search.
            try database.execute(sql: "PRAGMA cache_size = -4000; PRAGMA temp_store = MEMORY")
        }
        queue = try DatabaseQueue(path: path, configuration: configuration)
    }

    deinit { try? queue.close() }

    /// Runs the plan. Blocks; a `DatabaseError` with `SQLITE_INTERRUPT` says that the time was over.
    func run(_ plan: SearchPlan, timeLimitMilliseconds: Int) throws -> [IndexHit] {
        let deadline = Deadline(milliseconds: timeLimitMilliseconds)
        defer { withExtendedLifetime(deadline) {} }
        return try queue.read { database in
            Self.install(deadline, database)
            defer { Self.install(nil, database) }
            return switch plan.ranking {
            case .newest: try Self.newest(plan, database)
            case .rank: try Self.best(plan, database)
            }
        }
    }

    /// SQLite asks `deadline` now and then whether to go on. It has to live until it is replaced.
    private static func install(_ deadline: Deadline?, _ database: Database) {
        let context = deadline.map { Unmanaged.passUnretained($0).toOpaque() }
        let handler: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
            guard let context else { return 0 }
            return Unmanaged<Deadline>.fromOpaque(context).takeUnretainedValue().isOver ? 1 : 0
        }
        sqlite3_progress_handler(
            database.sqliteConnection, stepsBetweenChecks, deadline == nil ? nil : handler, context)
    }

    private static func newest(_ plan: SearchPlan, _ database: Database) throws -> [IndexHit] {
        let statement = try statement(plan, database)
        let rows = try Row.fetchCursor(statement, arguments: arguments(plan, limit: plan.limit))
        var hits: [IndexHit] = []
        while try rows.next() != nil { hits.append(hit(statement)) }
        return hits
    }

    private static func best(_ plan: SearchPlan, _ database: Database) throws -> [IndexHit] {
        let statement = try statement(plan, database)
        let rows = try Row.fetchCursor(statement, arguments: arguments(plan, limit: rankedMatchesMax))
        var ranking = MatchRanking(limit: plan.limit)
        while try rows.next() != nil { ranking.add(hit(statement)) }
        return ranking.best()
    }

    /// The row that the statement stands at.
    private static func hit(_ statement: Statement) -> IndexHit {
        let row = SQLiteRow(statement)
        return IndexHit(id: row.number(0) ?? 0, text: row.text(1) ?? "", highlighted: row.text(2) ?? "")
    }

    private static func statement(_ plan: SearchPlan, _ database: Database) throws -> Statement {
        try database.cachedStatement(sql: plan.conversations == nil ? matchAlone : matchWithPlaces)
    }

    private static func arguments(_ plan: SearchPlan, limit: Int) -> StatementArguments {
        var arguments: StatementArguments = [plan.match, plan.firstID, plan.lastID]
        if let conversations = plan.conversations { arguments += [conversations] }
        return arguments + [limit]
    }

    private static let columns = """
        SELECT message_index.rowid, text,
            highlight(message_index, 0, '\(HighlightedText.opening)', '\(HighlightedText.closing)')
        FROM message_index

        """
    private static let bounds = "WHERE message_index MATCH ? AND message_index.rowid BETWEEN ? AND ?\n"
    private static let order = "ORDER BY message_index.rowid DESC LIMIT ?"

    private static let matchAlone = columns + bounds + order
    /// CROSS: matches first and newest first, so that reading stops when there are enough.
    private static let matchWithPlaces =
        columns + "CROSS JOIN place ON place.id = message_index.rowid\n" + bounds
        + "AND place.conversation IN (SELECT value FROM json_each(?))\n" + order
}

/// The instant at which a search has to end.
private final class Deadline {
    private let end: UInt64

    init(milliseconds: Int) { end = Self.now + UInt64(max(milliseconds, 0)) * 1_000_000 }

    var isOver: Bool { Self.now >= end }

    private static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
