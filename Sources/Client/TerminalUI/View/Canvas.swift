import CellScreen

/// A grid being drawn, with the theme, and how much work it was.
struct Canvas {
    enum Alignment { case left, centre, right }

    var grid: CellGrid
    let theme: Theme
    /// Messages whose lines were made: what drawing costs.
    var laidOutCount = 0

    init(columns: Int, rows: Int, theme: Theme) {
        grid = CellGrid(columns: columns, rows: rows)
        self.theme = theme
    }

    func style(_ role: Theme.Role) -> Style { theme.style(role) }

    /// One line in the first row of the rectangle, cut with `…` where it has no room; each piece stands for itself.
    /// - Returns: the columns that it took.
    @discardableResult
    mutating func write(_ pieces: [StyledText], in area: CellRectangle, _ alignment: Alignment = .left) -> Int {
        guard !area.isEmpty else { return 0 }
        return write(TextLayout.row(pieces, columns: area.columns), in: area, alignment)
    }

    @discardableResult
    mutating func write(
        _ text: String, in area: CellRectangle, _ style: Style = Style(), _ alignment: Alignment = .left
    ) -> Int {
        write([StyledText(text, style)], in: area, alignment)
    }

    @discardableResult
    mutating func write(_ line: TextLine, in area: CellRectangle, _ alignment: Alignment = .left) -> Int {
        let free = max(0, area.columns - line.columns)
        let indent = alignment == .left ? 0 : alignment == .right ? free : free / 2
        let start = Position(row: area.row, column: area.column + indent)
        return grid.put(line, at: start, columns: area.columns - indent)
    }

    /// Lines of the program's own words, each in its row, as many as there are rows.
    /// - Returns: rows taken.
    @discardableResult
    mutating func write(paragraph pieces: [StyledText], in area: CellRectangle) -> Int {
        guard !area.isEmpty else { return 0 }
        let lines = TextLayout.wrap(
            pieces, direction: .leftToRight, columns: area.columns, linesMax: area.rows
        ).lines
        for (index, line) in lines.enumerated() { write(line, in: area.line(index)) }
        return lines.count
    }

    mutating func fill(_ area: CellRectangle, _ style: Style) { grid.fill(area, style: style) }

    /// A line from side to side, with words in it.
    mutating func rule(_ area: CellRectangle, _ words: [StyledText] = [], _ alignment: Alignment = .left) {
        let row = area.line(0)
        write(String(repeating: "─", count: row.columns), in: row, style(.rule))
        guard !words.isEmpty, row.columns > 6 else { return }
        let framed = [StyledText(" ")] + words + [StyledText(" ")]
        write(framed, in: row.inset(rows: 0, columns: 2), alignment)
    }

    mutating func column(_ area: CellRectangle) {
        let rule = style(.rule)
        for row in 0..<area.rows {
            grid.put("│", at: Position(row: area.row + row, column: area.column), style: rule)
        }
    }

    /// An empty box with a title.
    /// - Returns: the room inside.
    mutating func box(_ area: CellRectangle, title: String, _ subject: String = "") -> CellRectangle {
        fill(area, Style())
        guard area.rows >= 2, area.columns >= 4 else { return area }
        let side = String(repeating: "─", count: area.columns - 2)
        let frame = style(.heading)
        write("┌" + side + "┐", in: area.line(0), frame)
        write("└" + side + "┘", in: area.line(area.rows - 1), frame)
        for row in 1..<max(1, area.rows - 1) {
            grid.put("│", at: Position(row: area.row + row, column: area.column), style: frame)
            grid.put("│", at: Position(row: area.row + row, column: area.endColumn - 1), style: frame)
        }
        let words = [" ", title, subject, " "].map { StyledText($0, frame) }
        write(words, in: area.line(0).inset(rows: 0, columns: 2))
        return area.inset(rows: 1, columns: 2)
    }

    /// Turns ground and letters of a row around, or back.
    mutating func highlight(_ area: CellRectangle) {
        grid.restyle(area.line(0)) { $0.isReversed.toggle() }
    }
}
