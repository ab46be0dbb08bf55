/// A command to Redis, as a value: the words of it.
struct RedisCommand: Equatable, Sendable, CustomStringConvertible {
    let words: [String]

    init(_ words: String...) { self.words = words }

    init(words: [String]) { self.words = words }

    /// For errors and logs: never with what AUTH says.
    var description: String { words.first == "AUTH" ? "AUTH …" : words.joined(separator: " ") }
}

/// What Redis answers (RESP 2), as a value.
enum RedisReply: Equatable, Sendable {
    case status(String)
    case error(String)
    case integer(Int64)
    case text(String)
    case list([RedisReply])
    case none

    static func count(_ count: Int) -> RedisReply { .integer(Int64(count)) }

    var texts: [String] {
        guard case .list(let items) = self else { return [] }
        return items.compactMap { if case .text(let text) = $0 { text } else { nil } }
    }

    /// The server's complaint in at most ``errorCharactersMax`` characters on one line.
    var complaint: String? {
        guard case .error(let text) = self else { return nil }
        return String(text.prefix(Self.errorCharactersMax).map { $0.isNewline ? " " : $0 })
    }

    static let errorCharactersMax = 200
}
