import CSQLite
public import GRDB

/// The row that a statement stands at, read where SQLite has it, without the general conversions of GRDB's rows.
///
/// Valid until the statement's cursor moves on; on its thread.
public struct SQLiteRow {
    private let statement: SQLiteStatement

    public init(_ statement: Statement) { self.statement = statement.sqliteStatement }

    /// Nil for NULL. Columns count from 0.
    public func number(_ column: Int32) -> Int64? {
        sqlite3_column_type(statement, column) == SQLITE_NULL ? nil : sqlite3_column_int64(statement, column)
    }

    /// Nil for NULL.
    public func text(_ column: Int32) -> String? {
        // In this order: the text first, which SQLite may have to convert, then how long it is.
        guard let bytes = sqlite3_column_text(statement, column) else { return nil }
        let count = Int(sqlite3_column_bytes(statement, column))
        return String(decoding: UnsafeBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
