/// What somebody asked for, before names are looked up. Pure value; see ``SearchQueryParser`` for how it is written.
struct SearchQuery: Equatable, Sendable {
    /// A word or a phrase: the index cuts it into tokens itself, exactly as it cut the messages.
    struct Term: Equatable, Sendable {
        var text: String
        /// Whether the last word may go on.
        var isPrefix = false
    }

    /// All of them must be there.
    var terms: [Term] = []
    /// None of them may be there.
    var excluded: [Term] = []
    /// One of these wrote it; as typed.
    var authors: [String] = []
    /// It is in one of these; names or numbers, as typed.
    var rooms: [String] = []
    /// One of these is mentioned; as typed.
    var mentioned: [String] = []
    /// Somebody is mentioned.
    var hasMention = false
    /// Sent before this instant, in milliseconds since 1970.
    var sentBefore: Int64?
    /// Sent at this instant or later, in milliseconds since 1970.
    var sentAtOrAfter: Int64?

    /// Whether the index has anything to go by. Dates and excluded words alone would mean reading everything.
    var isSearchable: Bool {
        !(terms.isEmpty && authors.isEmpty && rooms.isEmpty && mentioned.isEmpty) || hasMention
    }
}

extension Unicode.Scalar {
    /// What FTS5's unicode61 makes words of: letters, numbers and private use
    /// (sqlite.org/fts5.html, “Unicode61 Tokenizer”). Its tables are older than Swift's: for letters that came
    /// after Unicode 6.1 the index has the last word, and finds nothing.
    var isWordPart: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .privateUse:
            true
        default: false
        }
    }
}
