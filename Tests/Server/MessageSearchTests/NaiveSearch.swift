import ChatStore
import Foundation
import Identifiers
import NetworkSimulator

/// Search as one would write it without an index: every message is looked at.
struct NaiveSearch {
    /// Latin, Greek and Cyrillic, with and without accents. Final sigma and й are left out: FTS5 folds them its own way.
    static let vocabulary = [
        "river", "River", "RIVERS", "café", "Cafe", "über", "uber", "niño", "λογος", "ΛΟΓΟΥ", "μελι", "жук", "ЖУКИ",
        "снег", "a1", "2026", "don't", "x-ray", "mention", "u1", "r1", "and", "OR", "near",
    ]

    static func sentence(_ random: inout SeededGenerator) -> String {
        let separators = [" ", " ", " ", ", ", "… ", "\n", " 😀 ", "-"]
        return (0..<Int.random(in: 1...9, using: &random)).map { _ in
            (vocabulary.randomElement(using: &random) ?? "") + (separators.randomElement(using: &random) ?? "")
        }.joined()
    }

    struct Wish {
        var words: [(text: String, isPrefix: Bool)] = []
        var excluded: [String] = []
        var author: UserID?
        var hasMention = false

        init(_ random: inout SeededGenerator, authors: [UserID]) {
            for _ in 0..<Int.random(in: 1...2, using: &random) {
                let first = vocabulary.randomElement(using: &random) ?? ""
                let second = vocabulary.randomElement(using: &random) ?? ""
                switch Int.random(in: 0..<4, using: &random) {
                case 0: words.append((first + " " + second, false))
                case 1: words.append((String(first.prefix(Int.random(in: 2...4, using: &random))), true))
                default: words.append((first, false))
                }
            }
            // Cut before the apostrophe or the hyphen, a prefix may be one letter: too short.
            words.removeAll { $0.isPrefix && (NaiveSearch.tokens($0.text).last?.count ?? 0) < 2 }
            if words.isEmpty { words = [("river", false)] }
            if random.chance(0.3) { excluded = [vocabulary.randomElement(using: &random) ?? ""] }
            if random.chance(0.2) { author = authors.randomElement(using: &random) }
            hasMention = random.chance(0.2)
        }

        func query(names: [UserID: String]) -> String {
            var parts = words.map { "\"\($0.text)\"" + ($0.isPrefix ? "*" : "") }
            parts += excluded.map { "-\"\($0)\"" }
            if let author { parts.append("from:" + (names[author] ?? "")) }
            if hasMention { parts.append("has:mention") }
            return parts.joined(separator: " ")
        }

        func isMet(by message: StoredMessage) -> Bool {
            let tokens = NaiveSearch.tokens(message.content)
            return words.allSatisfy { NaiveSearch.contains(tokens, NaiveSearch.tokens($0.text), $0.isPrefix) }
                && !excluded.contains { NaiveSearch.contains(tokens, NaiveSearch.tokens($0), false) }
                && (author == nil || message.author == author) && (!hasMention || !message.mentions.isEmpty)
        }
    }

    static func tokens(_ text: String) -> [String] {
        text.folding(options: [.caseInsensitive, .diacriticInsensitive], locale: nil)
            .split { !($0.isLetter || $0.isNumber) }.map(String.init)
    }

    static func contains(_ tokens: [String], _ phrase: [String], _ isPrefix: Bool) -> Bool {
        guard tokens.count >= phrase.count, let last = phrase.last else { return false }
        return (0...(tokens.count - phrase.count)).contains { start in
            let part = tokens[start..<start + phrase.count]
            return part.dropLast().elementsEqual(phrase.dropLast())
                && (isPrefix ? part.last?.hasPrefix(last) == true : part.last == last)
        }
    }
}
