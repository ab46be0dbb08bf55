import ChatStore
import GRDB
import Identifiers
import NetworkSimulator
import Testing

@testable import MessageSearch

/// Whatever is typed, FTS5 itself never calls what we make of it a syntax error.
@Suite struct MatchExpressionFuzzTests {
    @Test func everyQueryIsAcceptedByTheIndex() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let database = try DatabaseQueue()
        try database.write { database in
            try IndexSchema.create(database)
            try database.execute(
                sql: "INSERT INTO message_index (rowid, text, facets) VALUES (1, 'and or not near a b text', 'r1 u1')")
        }
        try database.read { database in
            let match = try database.makeStatement(
                sql: "SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY rowid DESC LIMIT 5")
            var triedCount = 0
            for _ in 0..<20_000 {
                let text = Self.hostileText(&random)
                guard let query = try? SearchQueryParser.parse(text) else { continue }
                let expression = try #require(Self.plan(query, isWide: random.chance(0.5))).match
                #expect(throws: Never.self, "seed \(seed): “\(text)” became “\(expression)”") {
                    _ = try Int64.fetchAll(match, arguments: [expression])
                }
                triedCount += 1
            }
            #expect(triedCount > 5_000)
        }
    }

    /// Rooms that were named are always asked for one by one: an expression without any wish would be none.
    @Test func namedRoomsFitIntoTheMatch() {
        #expect(SearchQueryParser.partsMax <= MessageSearch.scopeTokensMax)
    }

    @Test(arguments: [
        String(repeating: "\"", count: 1_024), String(repeating: "a ", count: 30) + "\"", "\u{0}a\u{0}\" b", "a\u{0}\"",
        "-\"", "((((", "a AND", "NEAR(", "^a", "+ a +", "a:b:c*", "é* ü", "a\u{301}*", "😀 a*b* ab*", "'; DROP TABLE",
        "a\\\"b",
    ])
    func knownTroublemakers(_ text: String) throws {
        let database = try DatabaseQueue()
        try database.write(IndexSchema.create)
        guard let query = try? SearchQueryParser.parse(text) else { return }
        let expression = MatchExpression.make(query, authors: [], mentioned: [], scope: nil)
        let rows = try database.read { database in
            try Int64.fetchAll(
                database, sql: "SELECT rowid FROM message_index WHERE message_index MATCH ?", arguments: [expression])
        }
        #expect(rows.isEmpty)
    }

    /// As the search makes it, for an asker in few conversations or in many.
    private static func plan(_ query: SearchQuery, isWide: Bool) -> SearchPlan? {
        let roomCount = isWide && query.rooms.isEmpty ? UInt64(MessageSearch.scopeTokensMax) + 1 : 2
        let scope = SearchScope(
            query: query, authors: query.authors.map { _ in UserID(rawValue: 1) },
            mentioned: query.mentioned.map { _ in UserID(rawValue: 2) },
            conversations: Set((1...roomCount).map { ConversationKey(RoomID(rawValue: $0)) }), firstID: 1, lastID: .max)
        return scope.plan(ranking: .newest, before: nil, limit: 5)
    }

    private static let pieces = [
        "\"", "\"\"", "*", "^", ":", "(", ")", "{", "}", "-", "+", ",", " ", "  ", "\u{0}", "\u{1}", "\n", "AND", "OR",
        "NOT", "NEAR", "NEAR(", "text", "facets", "rank", "a", "ab", "word", "é", "e\u{301}", "ß", "Ω", "ж", "日本", "😀",
        "👩‍👩‍👧", "\u{202E}", "\u{E000}", "\u{10FFFF}", "\u{FFFD}", "'", ";", "\\", "/", "%", "_", "0", "12", "from:",
        "from:x", "in:x", "in:\"", "has:mention", "mentions:me", "before:2026-01-01", "after:", "\u{300}",
    ]

    private static func hostileText(_ random: inout SeededGenerator) -> String {
        (0..<Int.random(in: 1...14, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }.joined()
    }
}
