/// A part of the screen. May reach beyond the grid, which draws the part that it has.
public struct CellRectangle: Hashable, Sendable {
    public var row: Int
    public var column: Int
    public var columns: Int
    public var rows: Int

    public init(row: Int, column: Int, columns: Int, rows: Int) {
        self.row = row
        self.column = column
        self.columns = max(0, columns)
        self.rows = max(0, rows)
    }

    public var isEmpty: Bool { columns == 0 || rows == 0 }
    /// The first row below it.
    public var endRow: Int { row + rows }
    /// The first column right of it.
    public var endColumn: Int { column + columns }
    public var origin: Position { Position(row: row, column: column) }

    public func contains(_ position: Position) -> Bool {
        row..<endRow ~= position.row && column..<endColumn ~= position.column
    }

    /// Without `rows` rows at the top and bottom and `columns` columns at both sides.
    public func inset(rows inner: Int, columns sides: Int) -> CellRectangle {
        CellRectangle(
            row: row + inner, column: column + sides, columns: columns - 2 * sides, rows: rows - 2 * inner)
    }

    /// Row `index` of it, as high as one line.
    public func line(_ index: Int) -> CellRectangle {
        CellRectangle(row: row + index, column: column, columns: columns, rows: 1)
    }

    /// As large as asked and as fits, in the middle.
    public func centred(columns wanted: Int, rows high: Int) -> CellRectangle {
        let width = min(max(0, wanted), columns)
        let height = min(max(0, high), rows)
        return CellRectangle(
            row: row + (rows - height) / 2, column: column + (columns - width) / 2, columns: width, rows: height)
    }
}
