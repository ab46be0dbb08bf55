import ChatStore
import Identifiers

/// Writes what the index understands (sqlite.org/fts5.html, “Full-text Query Syntax”). Pure.
///
/// Whatever people typed stands between quotes, where FTS5 knows one special character, the quote. The index has two
/// columns: `text`, and `facets`, which holds a token each for the conversation, the author and the mentions.
enum MatchExpression {
    /// Everything that the query asks of one message. `scope` nil: the conversation is left to the caller.
    static func make(
        _ query: SearchQuery, authors: [UserID], mentioned: [UserID], scope: [ConversationKey]?
    ) -> String {
        var parts: [String] = []
        // Side by side rather than joined by AND: there FTS5 passes over words that have no token in them.
        if !query.terms.isEmpty { parts.append("text : (" + query.terms.map(quote).joined(separator: " ") + ")") }
        if let scope { parts.append(anyOf(scope.map(token))) }
        if !authors.isEmpty { parts.append(anyOf(authors.map(token(ofAuthor:)))) }
        if !mentioned.isEmpty {
            parts.append(anyOf(mentioned.map(token(ofMentioned:))))
        } else if query.hasMention {
            parts.append(anyOf([mentionToken]))
        }
        let wanted = parts.joined(separator: " AND ")
        guard !query.excluded.isEmpty else { return wanted }
        return "(\(wanted)) NOT text : (" + query.excluded.map(quote).joined(separator: " OR ") + ")"
    }

    /// The tokens under which a message can be found besides its words.
    static func facets(of message: StoredMessage) -> String {
        var tokens = [token(message.conversation), token(ofAuthor: message.author)]
        if !message.mentions.isEmpty { tokens.append(mentionToken) }
        tokens += message.mentions.map(token(ofMentioned:))
        return tokens.joined(separator: " ")
    }

    private static func quote(_ term: SearchQuery.Term) -> String {
        var quoted = "\""
        for scalar in term.text.unicodeScalars {
            if scalar == "\"" { quoted += "\"\"" } else { quoted.unicodeScalars.append(scalar) }
        }
        return quoted + (term.isPrefix ? "\" *" : "\"")
    }

    private static func anyOf(_ tokens: [String]) -> String { "facets : (" + tokens.joined(separator: " OR ") + ")" }

    private static let mentionToken = "m"

    private static func token(_ conversation: ConversationKey) -> String {
        conversation.isPrivate ? "p\(conversation.rawValue.magnitude)" : "r\(conversation.rawValue)"
    }

    private static func token(ofAuthor user: UserID) -> String { "u\(user)" }
    private static func token(ofMentioned user: UserID) -> String { "m\(user)" }
}
