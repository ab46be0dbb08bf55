import GRDB
import Testing

@testable import MessageSearch

/// What people look for does not come into the log when a search fails.
@Suite struct SearchLogTests {
    @Test func sqlitesOwnWordsAreLeftOut() {
        let error = DatabaseError(
            resultCode: .SQLITE_ERROR, message: "fts5: syntax error near \"diagnosis\"",
            sql: "SELECT rowid FROM message WHERE text MATCH 'diagnosis'")
        #expect("\(error)".contains("diagnosis"), "or there would be nothing to leave out")
        let cause = IndexFile.cause(of: error)
        #expect(cause == "SQLite error 1 (SQL logic error)")
    }

    @Test func whatIsNotSQLitesIsSaidAsItIs() {
        #expect(IndexFile.cause(of: SearchError(.unavailable, "the disk is gone")).contains("the disk is gone"))
    }
}
