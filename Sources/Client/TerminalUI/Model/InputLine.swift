/// What is being typed: a text with a cursor, and what was typed before. Pure.
package struct InputLine: Equatable, Sendable {
    /// Characters that a line takes; more are refused, as the server would refuse the message.
    package static let charactersMax = 8_000
    /// Texts that are remembered.
    package static let historyMax = 200

    package private(set) var characters: [Character] = []
    /// Between characters: 0 … `characters.count`.
    package private(set) var cursor = 0
    private var history: [String] = []
    /// Which remembered text is shown; nil: a new one.
    private var historyIndex: Int?
    private var draft = ""

    package init(_ text: String = "") { set(text) }

    package var text: String { String(characters) }
    package var isEmpty: Bool { characters.isEmpty }

    package mutating func set(_ text: String) {
        characters = Array(text.prefix(Self.charactersMax))
        cursor = characters.count
    }

    /// False when it does not fit; then nothing is inserted.
    @discardableResult
    package mutating func insert(_ text: String) -> Bool {
        let added = Array(text)
        guard characters.count + added.count <= Self.charactersMax else { return false }
        // A combining mark joins the character before it.
        let joined = Array(String(characters[..<cursor]) + text)
        let rest = characters[cursor...]
        cursor = joined.count
        characters = joined + rest
        return true
    }

    package mutating func deleteBackwards() {
        guard cursor > 0 else { return }
        cursor -= 1
        characters.remove(at: cursor)
    }

    package mutating func deleteForwards() {
        if cursor < characters.count { characters.remove(at: cursor) }
    }

    package mutating func deleteWordBackwards() {
        let start = wordStart
        characters.removeSubrange(start..<cursor)
        cursor = start
    }

    package mutating func deleteToStart() {
        characters.removeSubrange(..<cursor)
        cursor = 0
    }

    package mutating func deleteToEnd() { characters.removeSubrange(cursor...) }

    package mutating func move(by count: Int) { cursor = min(max(cursor + count, 0), characters.count) }
    package mutating func moveToStart() { cursor = 0 }
    package mutating func moveToEnd() { cursor = characters.count }
    package mutating func moveWordBackwards() { cursor = wordStart }

    package mutating func moveWordForwards() {
        while cursor < characters.count, characters[cursor].isWhitespace { cursor += 1 }
        while cursor < characters.count, !characters[cursor].isWhitespace { cursor += 1 }
    }

    private var wordStart: Int {
        var start = cursor
        while start > 0, characters[start - 1].isWhitespace { start -= 1 }
        while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
        return start
    }

    // MARK: Words, for completion

    /// The word that ends at the cursor, and where it begins.
    package var word: (text: String, start: Int) {
        var start = cursor
        while start > 0, !characters[start - 1].isWhitespace { start -= 1 }
        return (String(characters[start..<cursor]), start)
    }

    package mutating func replaceWord(with text: String) {
        let start = word.start
        let rest = characters[cursor...]
        characters = characters[..<start] + Array(text) + rest
        cursor = start + text.count
    }

    // MARK: History

    /// Takes the text out and remembers it.
    package mutating func take() -> String {
        let taken = text
        if !taken.isEmpty, history.last != taken { history.append(taken) }
        if history.count > Self.historyMax { history.removeFirst() }
        clear()
        return taken
    }

    package mutating func clear() {
        (characters, cursor, historyIndex, draft) = ([], 0, nil, "")
    }

    package mutating func showOlder() {
        let index = (historyIndex ?? history.count) - 1
        guard index >= 0 else { return }
        if historyIndex == nil { draft = text }
        historyIndex = index
        set(history[index])
    }

    package mutating func showNewer() {
        guard let index = historyIndex else { return }
        historyIndex = index + 1 < history.count ? index + 1 : nil
        set(historyIndex.map { history[$0] } ?? draft)
    }
}
