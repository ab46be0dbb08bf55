/// New content for one run of cells in one row.
public struct GridChange: Equatable, Sendable {
    public var position: Position
    /// Begins and ends with whole characters.
    public var cells: [Cell]

    public init(position: Position, cells: [Cell]) {
        self.position = position
        self.cells = cells
    }
}

/// What has to be written so that a terminal that shows one grid shows another. Pure; any thread.
///
/// Whoever writes it places the cursor anew behind each cell with ``Cell/hasDisputedWidth``, and tells a terminal that turns
/// right-to-left text around itself not to (explicit mode: ECMA-48 `BDSM` reset, `CSI 8 l`): lines are turned around already.
public enum GridDiff {
    /// Unchanged cells between two changes that are written again rather than jumped over: a jump takes as many bytes.
    public static let gapMax = 6

    /// Top to bottom and left to right; all of it where nothing is known of what the terminal shows, or its size is another.
    /// Leaves out the cursor.
    public static func changes(from old: CellGrid?, to new: CellGrid) -> [GridChange] {
        guard let old, old.columns == new.columns, old.rows == new.rows else {
            guard new.columns > 0 else { return [] }
            return (0..<new.rows).map { change(in: new, row: $0, 0..<new.columns) }
        }
        var changes: [GridChange] = []
        for row in 0..<new.rows {
            for run in runs(from: old, to: new, row: row) { changes.append(change(in: new, row: row, run)) }
        }
        return changes
    }

    private static func runs(from old: CellGrid, to new: CellGrid, row: Int) -> [Range<Int>] {
        var runs: [Range<Int>] = []
        let first = row * new.columns
        let hasSameLinks = old.links == new.links
        for column in 0..<new.columns {
            let before = old.cells[first + column]
            let after = new.cells[first + column]
            guard before != after || (!hasSameLinks && target(before, old) != target(after, new)) else { continue }
            if let last = runs.last, column - last.upperBound <= gapMax {
                runs[runs.count - 1] = last.lowerBound..<column + 1
            } else {
                runs.append(column..<column + 1)
            }
            // A terminal that takes another width may have drawn over the cells behind it, or is about to.
            if before.hasDisputedWidth || after.hasDisputedWidth {
                runs[runs.count - 1] = runs[runs.count - 1].lowerBound..<new.columns
                break
            }
        }
        return runs.map { whole($0, in: new, first) }
    }

    /// With the other halves of wide characters at its ends.
    private static func whole(_ run: Range<Int>, in grid: CellGrid, _ first: Int) -> Range<Int> {
        var (start, end) = (run.lowerBound, run.upperBound)
        if start > 0, grid.cells[first + start].text.isEmpty { start -= 1 }
        if end < grid.columns, grid.cells[first + end].text.isEmpty { end += 1 }
        return start..<end
    }

    private static func target(_ cell: Cell, _ grid: CellGrid) -> String? {
        cell.style.link == 0 ? nil : grid.links[Int(cell.style.link) - 1]
    }

    private static func change(in grid: CellGrid, row: Int, _ run: Range<Int>) -> GridChange {
        let first = row * grid.columns
        return GridChange(
            position: Position(row: row, column: run.lowerBound),
            cells: Array(grid.cells[first + run.lowerBound..<first + run.upperBound]))
    }
}
