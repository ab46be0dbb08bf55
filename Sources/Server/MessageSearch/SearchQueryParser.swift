/// Reads a query as people write it. Pure: no I/O, no clock; any thread.
///
/// Everything is data: what is no filter is text, and text never becomes an operator of the index. Refused is only what
/// cannot be meant, with a sentence that says what to change. The language is described in `Documentation/Search.md`.
struct SearchQueryParser {
    /// Longest query, in UTF-8 bytes.
    static let queryBytesMax = 1_024
    /// Words, phrases and filters in one query.
    static let partsMax = 32
    /// Shorter prefixes stand for so many words that collecting their messages takes longer than a search should.
    static let prefixLettersMin = 2

    private let scalars: [Unicode.Scalar]
    private var index = 0
    private var query = SearchQuery()
    private var partCount = 0

    static func parse(_ text: String) throws(SearchError) -> SearchQuery {
        guard text.utf8.count <= queryBytesMax else {
            throw SearchError(
                .badQuery, "the query has \(text.utf8.count) bytes; at most \(queryBytesMax) are allowed")
        }
        var parser = SearchQueryParser(text)
        while try parser.readPart() {}
        guard parser.query.isSearchable else {
            throw SearchError(
                .badQuery,
                parser.query.excluded.isEmpty
                    ? "there are no words to search for"
                    : "there are only words to leave out; add one to search for")
        }
        return parser.query
    }

    private init(_ text: String) {
        // A NUL would end the index's expression early; no control character is part of a word.
        scalars = text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }
    }

    /// Takes the next word, phrase or filter. False at the end.
    private mutating func readPart() throws(SearchError) -> Bool {
        while index < scalars.count, scalars[index].properties.isWhitespace { index += 1 }
        guard index < scalars.count else { return false }
        let isExcluded = scalars[index] == "-"
        if isExcluded { index += 1 }
        if peek == "\"" {
            try add(quoted(), isExcluded)
        } else {
            let word = bareWord()
            if !isExcluded, let (filter, start) = Self.filter(of: word) {
                try read(filter, String(word[start...]))
            } else {
                try add(String(word), isExcluded)
            }
        }
        return true
    }

    private var peek: Unicode.Scalar? { index < scalars.count ? scalars[index] : nil }

    /// Up to the closing quote, or to the end where there is none.
    private mutating func quoted() -> String {
        index += 1
        let start = index
        while index < scalars.count, scalars[index] != "\"" { index += 1 }
        let text = String(scalars[start..<index])
        index += 1
        // The star of `"exact beginn"*` belongs to the phrase.
        guard peek == "*" else { return text }
        index += 1
        return text + "*"
    }

    private mutating func bareWord() -> Substring.UnicodeScalarView {
        let start = index
        while let next = peek, !next.properties.isWhitespace, next != "\"" { index += 1 }
        return Substring(String(scalars[start..<index])).unicodeScalars
    }

    private mutating func count() throws(SearchError) {
        partCount += 1
        guard partCount <= Self.partsMax else {
            throw SearchError(.badQuery, "the query has too many words; at most \(Self.partsMax) are allowed")
        }
    }

    private mutating func add(_ text: String, _ isExcluded: Bool) throws(SearchError) {
        let isPrefix = text.hasSuffix("*")
        let letters = text.unicodeScalars.reversed().drop { !$0.isWordPart }
        guard !letters.isEmpty else { return }
        try count()
        if isPrefix, letters.prefix(while: \.isWordPart).count < Self.prefixLettersMin {
            throw SearchError(
                .badQuery, "“\(text)” is too short: at least \(Self.prefixLettersMin) letters before the star")
        }
        let term = SearchQuery.Term(text: isPrefix ? String(text.dropLast()) : text, isPrefix: isPrefix)
        if isExcluded { query.excluded.append(term) } else { query.terms.append(term) }
    }
}

extension SearchQueryParser {
    private enum Filter: String, CaseIterable {
        case from, `in`, before, after, has, mentions
    }

    /// `word` as a filter and where its value begins; nil for ordinary text with a colon in it.
    private static func filter(
        of word: Substring.UnicodeScalarView
    ) -> (Filter, Substring.UnicodeScalarView.Index)? {
        guard let colon = word.firstIndex(of: ":"),
            let filter = Filter(rawValue: String(word[..<colon]).lowercased())
        else { return nil }
        return (filter, word.index(after: colon))
    }

    private mutating func read(_ filter: Filter, _ bare: String) throws(SearchError) {
        try count()
        let value = bare.isEmpty && peek == "\"" ? quoted() : bare
        guard !value.isEmpty else {
            throw SearchError(
                .badQuery, "“\(filter.rawValue):” needs a value right after the colon, in quotes if it has spaces")
        }
        switch filter {
        case .from: query.authors.append(value)
        case .in: query.rooms.append(value)
        case .mentions: query.mentioned.append(value)
        case .has:
            guard value.lowercased() == "mention" else {
                throw SearchError(.badQuery, "“has:\(value)” is not known; there is has:mention")
            }
            query.hasMention = true
        case .before:
            query.sentBefore = min(query.sentBefore ?? .max, try Self.day(value, filter))
        case .after:
            let nextDay = try Self.day(value, filter) + CalendarDay.milliseconds
            query.sentAtOrAfter = max(query.sentAtOrAfter ?? .min, nextDay)
        }
    }

    private static func day(_ value: String, _ filter: Filter) throws(SearchError) -> Int64 {
        guard let start = CalendarDay.start(of: value) else {
            throw SearchError(.badQuery, "“\(filter.rawValue):\(value)” is no day; write it like 2026-11-22")
        }
        return start
    }
}

extension String {
    fileprivate init(_ scalars: some Sequence<Unicode.Scalar>) {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars)
        self.init(view)
    }
}
