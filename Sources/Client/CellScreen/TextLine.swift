/// A piece of text that looks the same all over.
public struct StyledText: Equatable, Sendable {
    public var text: String
    public var style: Style

    public init(_ text: String, _ style: Style = Style()) {
        self.text = text
        self.style = style
    }
}

/// Where a line of text begins.
public enum TextDirection: Sendable {
    /// Left, or right where the first letter of the paragraph runs right to left: for what people write.
    case ofFirstLetter
    /// Left: for the program's own words, with people's in them.
    case leftToRight
}

/// One line as it stands on the screen: right-to-left parts are turned around, brackets within them mirrored.
public struct TextLine: Equatable, Sendable {
    public struct Item: Equatable, Sendable {
        public var cluster: TextCluster
        public var style: Style
        /// Which character of the whole text it shows, from 0, in the order of reading; `…` the last one before it.
        public var source: Int
    }

    /// From left to right.
    public internal(set) var items: [Item]
    public internal(set) var columns: Int
    /// Of a paragraph whose first letter runs right to left: belongs to the right edge.
    public private(set) var isRightToLeft: Bool

    public var text: String { items.map(\.cluster.text).joined() }

    /// - Parameter levels: one an item, or none for all 0; blanks at the end take the paragraph's (L1).
    init(reading items: [Item], levels: ArraySlice<UInt8>, paragraph: UInt8) {
        columns = items.reduce(0) { $0 + $1.cluster.columns }
        isRightToLeft = paragraph == 1
        self.items = items
        guard !levels.isEmpty || paragraph == 1 else { return }
        var own = levels.isEmpty ? Array(repeating: paragraph, count: items.count) : Array(levels.prefix(items.count))
        own += Array(repeating: paragraph, count: items.count - own.count)
        for index in items.indices.reversed() {
            guard items[index].cluster.isBlank else { break }
            own[index] = paragraph
        }
        turn(own)
    }

    /// L2, L4: from the highest level to the lowest odd one, turns around what is at that level or above.
    private mutating func turn(_ levels: [UInt8]) {
        for index in items.indices where levels[index] % 2 == 1 {
            items[index].cluster = items[index].cluster.mirrored
        }
        var levels = levels
        for level in stride(from: levels.max() ?? 0, to: 0, by: -1) {
            var start = 0
            while start < items.count {
                var end = start
                while end < items.count, levels[end] >= level { end += 1 }
                items[start..<end].reverse()
                levels[start..<end].reverse()
                start = max(end, start + 1)
            }
        }
    }
}

extension CellGrid {
    /// Writes a line from `position`, as much of its left part as fits into `columns` and the grid.
    /// - Returns: the columns that it took.
    @discardableResult
    public mutating func put(_ line: TextLine, at position: Position, columns limit: Int = .max) -> Int {
        guard 0..<rows ~= position.row, limit > 0 else { return 0 }
        let end = limit < columns - position.column ? position.column + limit : columns
        var column = position.column
        for item in line.items {
            guard column + item.cluster.columns <= end else { break }
            if column >= 0 { set(item.cluster, row: position.row, column: column, style: item.style) }
            column += item.cluster.columns
        }
        return column - position.column
    }
}
