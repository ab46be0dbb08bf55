/// Text that is being typed, in lines, and where its cursor stands in them. Pure; any thread.
public struct EditedText: Equatable, Sendable {
    public private(set) var lines: [TextLine] = []
    /// Line and column.
    public private(set) var cursor = Position(row: 0, column: 0)

    /// Lines break where they are full, between any two characters, so that typing moves nothing but what follows.
    /// - Parameters:
    ///   - cursor: between characters, 0 … `characters.count`; stands on what follows it, and on a blank at the end.
    ///   - columns: `Int.max` for one long line.
    public init(_ characters: [Character], cursor: Int, columns: Int, style: Style = Style()) {
        let cursor = min(max(0, cursor), characters.count)
        var start = 0
        for end in characters.indices.filter({ characters[$0].isNewline }) + [characters.count] {
            // The cursor needs a place where nothing follows.
            let isCursorAtEnd = cursor == end
            let text = String(characters[start..<end]) + (isCursorAtEnd ? " " : "")
            let paragraph = ReadingText([StyledText(text, style)], clustersMax: .max, widest: columns, source: start)
            add(paragraph, cursor: start...end ~= cursor ? cursor : nil, columns: columns)
            start = end + 1
        }
    }

    private mutating func add(_ text: ReadingText, cursor: Int?, columns: Int) {
        var start = 0
        repeat {
            let range = text.fitting(from: start, columns: columns)
            let line = text.line(range)
            if let cursor, let index = line.items.firstIndex(where: { $0.source == cursor }) {
                let column = line.items[..<index].reduce(0) { $0 + $1.cluster.columns }
                self.cursor = Position(row: lines.count, column: column)
            }
            lines.append(line)
            start = range.upperBound
        } while start < text.items.count
    }
}

extension TextLine {
    /// Without what stands left of this column; a wide character that is cut there becomes a blank.
    public func dropping(columns count: Int) -> TextLine {
        var line = self
        var dropped = 0
        while dropped < count, let first = line.items.first {
            line.items.removeFirst()
            dropped += first.cluster.columns
            if dropped > count {
                var blank = first
                blank.cluster = .space
                line.items.insert(blank, at: 0)
                dropped = count
            }
        }
        line.columns -= dropped
        return line
    }
}
