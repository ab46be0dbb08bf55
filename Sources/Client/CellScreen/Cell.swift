/// A place on the screen, from the top left, beginning at 0.
public struct Position: Hashable, Sendable {
    public var row: Int
    public var column: Int

    public init(row: Int, column: Int) {
        self.row = row
        self.column = column
    }
}

public enum Color: Hashable, Sendable {
    /// The terminal's own.
    case standard
    /// One of the 256 of xterm, of which the first 16 are the terminal's palette.
    case indexed(UInt8)
    case rgb(UInt8, UInt8, UInt8)
}

/// How a cell looks.
public struct Style: Hashable, Sendable {
    public var foreground = Color.standard
    public var background = Color.standard
    public var isBold = false
    public var isDim = false
    public var isItalic = false
    public var isUnderlined = false
    public var isReversed = false
    /// 0: none; else, from 1, which of the grid's links.
    public var link: UInt16 = 0

    public init() {}
}

/// One column of one row.
public struct Cell: Hashable, Sendable {
    /// One grapheme cluster; empty where the wide one on the left reaches over.
    public var text: String
    public var style: Style

    public init(text: String, style: Style = Style()) {
        self.text = text
        self.style = style
    }

    public static let blank = Cell(text: " ")

    /// Whether terminals differ in how many columns this takes: all but single characters, and emoji. What comes behind it
    /// in its row has to be placed anew.
    public var hasDisputedWidth: Bool {
        guard text.utf8.count > 2 else { return false }
        var scalars = text.unicodeScalars.makeIterator()
        guard let first = scalars.next() else { return false }
        return scalars.next() != nil || first.properties.isEmojiPresentation
    }
}
