import Testing

@testable import MessageSearch

@Suite struct SearchQueryTests {
    @Test func wordsPhrasesAndPrefixes() throws {
        let query = try SearchQueryParser.parse(#"one "two three" fou* "five six"* -seven -"eight nine""#)
        #expect(
            query.terms == [
                .init(text: "one"), .init(text: "two three"), .init(text: "fou", isPrefix: true),
                .init(text: "five six", isPrefix: true),
            ])
        #expect(query.excluded == [.init(text: "seven"), .init(text: "eight nine")])
    }

    @Test func filters() throws {
        let query = try SearchQueryParser.parse(
            #"from:alice FROM:"Bob Smith" in:general in:"The Lounge" has:mention mentions:me mentions:Carol"#)
        #expect(query.authors == ["alice", "Bob Smith"])
        #expect(query.rooms == ["general", "The Lounge"])
        #expect(query.mentioned == ["me", "Carol"])
        #expect(query.hasMention)
        #expect(query.terms.isEmpty)
    }

    /// Both leave the day itself out.
    @Test func beforeIsTheDaysStartAndAfterItsEnd() throws {
        let query = try SearchQueryParser.parse("word before:2026-11-22 after:2024-02-28")
        #expect(query.sentBefore == 1_795_305_600_000)
        #expect(query.sentAtOrAfter == 1_709_164_800_000)  // 2024-02-29T00:00:00Z
        let tighter = try SearchQueryParser.parse("word before:2026-11-22 before:1970-01-02 after:1970-01-01")
        #expect(tighter.sentBefore == 86_400_000)
        #expect(tighter.sentAtOrAfter == 86_400_000)
    }

    @Test(arguments: ["2026-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "yesterday", "2026-11-31", "1969-12-31"])
    func daysThatAreNone(_ day: String) {
        #expect(throws: SearchError(.badQuery, "“before:\(day)” is no day; write it like 2026-11-22")) {
            try SearchQueryParser.parse("word before:\(day)")
        }
    }

    /// What the index would take for an operator is a word like any other.
    @Test(arguments: ["AND", "OR", "NOT", "NEAR(a", "http://example.org", "a^b", "text:x", "{text}:x", "note:"])
    func operatorsAreWords(_ word: String) throws {
        #expect(try SearchQueryParser.parse(word).terms == [.init(text: word)])
    }

    @Test func punctuationIsPassedOver() throws {
        #expect(try SearchQueryParser.parse("why ??? - -- * () \"!!\"").terms == [.init(text: "why")])
    }

    @Test(arguments: ["", "   ", "!!!", "\"\"", "\"", "😀", "-", "*", "before:2026-01-01", "\u{0}"])
    func nothingToSearchFor(_ text: String) {
        #expect(throws: SearchError(.badQuery, "there are no words to search for")) {
            try SearchQueryParser.parse(text)
        }
    }

    @Test func onlyExcludedWords() {
        #expect(throws: SearchError(.badQuery, "there are only words to leave out; add one to search for")) {
            try SearchQueryParser.parse("-word after:2026-01-01")
        }
    }

    @Test(arguments: ["from:", "in: general", "has:", "mentions:\"\""])
    func filterWithoutValue(_ text: String) {
        #expect(throws: SearchError.self) { try SearchQueryParser.parse(text) }
    }

    @Test func unknownHas() {
        #expect(throws: SearchError(.badQuery, "“has:image” is not known; there is has:mention")) {
            try SearchQueryParser.parse("has:image cat")
        }
    }

    @Test func partsAtTheLimitAndOnePast() throws {
        let most = (1...SearchQueryParser.partsMax).map { "w\($0)" }.joined(separator: " ")
        #expect(try SearchQueryParser.parse(most).terms.count == SearchQueryParser.partsMax)
        #expect(throws: SearchError(.badQuery, "the query has too many words; at most 32 are allowed")) {
            try SearchQueryParser.parse(most + " has:mention")
        }
    }

    @Test func bytesAtTheLimitAndOnePast() throws {
        let most = String(repeating: "a", count: SearchQueryParser.queryBytesMax)
        #expect(try SearchQueryParser.parse(most).terms.count == 1)
        #expect(throws: SearchError(.badQuery, "the query has 1025 bytes; at most 1024 are allowed")) {
            try SearchQueryParser.parse(most + "a")
        }
    }

    @Test func prefixAtTheLimitAndOneShort() throws {
        #expect(try SearchQueryParser.parse("ab*").terms == [.init(text: "ab", isPrefix: true)])
        for short in ["a*", "\"ab c\"*"] {
            #expect(throws: SearchError.self, "\(short)") { try SearchQueryParser.parse(short) }
        }
    }
}
