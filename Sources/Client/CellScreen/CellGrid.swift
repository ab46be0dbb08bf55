/// A screen as a value: cells in rows, a cursor, and the targets of links.
///
/// Pure; any thread. Allocates its cells once; text of up to 15 bytes a cell allocates nothing.
public struct CellGrid: Equatable, Sendable {
    /// A terminal that claims more is drawn up to here.
    public static let columnsMax = 1_000
    public static let rowsMax = 500
    /// Different targets on one screen; further ones are shown as text only.
    public static let linksMax = 1_024
    /// Longest target, in bytes: what terminals take.
    public static let linkBytesMax = 2_048

    public let columns: Int
    public let rows: Int
    /// Where the cursor stands; nil: hidden.
    public var cursor: Position?
    /// Targets of ``Style/link``, which counts from 1.
    public private(set) var links: [String] = []
    private(set) var cells: [Cell]

    /// Blank cells.
    public init(columns: Int, rows: Int) {
        self.columns = max(0, min(columns, Self.columnsMax))
        self.rows = max(0, min(rows, Self.rowsMax))
        cells = Array(repeating: .blank, count: self.columns * self.rows)
    }

    public var bounds: CellRectangle { CellRectangle(row: 0, column: 0, columns: columns, rows: rows) }

    /// - Precondition: within the grid.
    public subscript(row: Int, column: Int) -> Cell {
        precondition(0..<rows ~= row && 0..<columns ~= column, "cell outside of the grid")
        return cells[row * columns + column]
    }

    /// Writes a line of text, from `position` to at most `columns` further, as much as fits in the grid.
    ///
    /// A wide character that the left or right edge cuts is left out; one of which a half is overwritten becomes blank.
    /// What is not safe for a terminal becomes `�`.
    /// - Parameter position: may be left of the grid: the text's beginning is then cut off.
    /// - Returns: the columns that the text took, those left of the grid included.
    @discardableResult
    public mutating func put(
        _ text: String, at position: Position, style: Style = Style(), columns limit: Int = .max
    ) -> Int {
        guard 0..<rows ~= position.row, limit > 0 else { return 0 }
        let end = limit < columns - position.column ? position.column + limit : columns
        var column = position.column
        for character in text {
            guard column < end else { break }
            let cluster = TextCluster(character)
            guard column + cluster.columns <= end else { break }
            if column >= 0 {
                set(cluster, row: position.row, column: column, style: style)
            } else if column + cluster.columns > 0 {
                set(.space, row: position.row, column: 0, style: style)
            }
            column += cluster.columns
        }
        return column - position.column
    }

    /// Makes the cells of the rectangle blank, in this style.
    public mutating func fill(_ rectangle: CellRectangle, style: Style = Style()) {
        forEachCell(of: rectangle) { grid, row, column in grid.set(.space, row: row, column: column, style: style) }
    }

    /// Changes how the cells of the rectangle look and keeps their text.
    public mutating func restyle(_ rectangle: CellRectangle, _ change: (inout Style) -> Void) {
        forEachCell(of: rectangle) { grid, row, column in change(&grid.cells[row * grid.columns + column].style) }
    }

    /// The number for ``Style/link`` of this target, 0 for one that no terminal should get: longer than
    /// ``linkBytesMax``, with characters that belong in no address, or one more than ``linksMax``.
    public mutating func link(to target: String) -> UInt16 {
        guard !target.isEmpty, target.utf8.count <= Self.linkBytesMax, target.utf8.allSatisfy({ 0x21..<0x7F ~= $0 })
        else { return 0 }
        if let known = links.firstIndex(of: target) { return UInt16(known + 1) }
        guard links.count < Self.linksMax else { return 0 }
        links.append(target)
        return UInt16(links.count)
    }

    /// Its text in rows without the blanks at their ends.
    public var text: String {
        (0..<rows).map { row in
            var line = cells[row * columns..<(row + 1) * columns].map(\.text).joined()
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }.joined(separator: "\n")
    }

    mutating func set(_ cluster: TextCluster, row: Int, column: Int, style: Style) {
        let index = row * columns + column
        let last = index + cluster.columns - 1
        // Half a character is none: the other half of what stood here becomes blank.
        if cells[index].text.isEmpty, column > 0 { cells[index - 1].text = " " }
        if column + cluster.columns < columns, cells[last + 1].text.isEmpty { cells[last + 1].text = " " }
        cells[index] = Cell(text: cluster.text, style: style)
        if last > index { cells[last] = Cell(text: "", style: style) }
    }

    private mutating func forEachCell(
        of rectangle: CellRectangle, _ body: (inout CellGrid, _ row: Int, _ column: Int) -> Void
    ) {
        let columns = max(0, rectangle.column)..<max(0, rectangle.column, min(rectangle.endColumn, columns))
        for row in max(0, rectangle.row)..<max(0, rectangle.row, min(rectangle.endRow, rows)) {
            for column in columns { body(&self, row, column) }
        }
    }
}
