import TerminalSupport

/// Rows of text in columns as wide as their widest cell. Pure; every cell is made safe for a terminal.
enum TextTable {
    /// A wider cell does not widen the others of its column.
    static let columnWidthMax = 48

    /// Without rows, nothing.
    static func lines(_ header: [String], _ rows: [[String]]) -> [String] {
        guard !rows.isEmpty else { return [] }
        let cells = ([header] + rows).map { $0.map { cell in TerminalText.line(cell) } }
        let widths = header.indices.map { column in
            min(cells.map { TerminalText.columns(of: $0[column]) }.max() ?? 0, columnWidthMax)
        }
        return cells.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                line += cell
                guard column < row.count - 1 else { break }
                let padding = widths[column] - TerminalText.columns(of: cell)
                line += String(repeating: " ", count: max(0, padding) + 2)
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
    }
}
