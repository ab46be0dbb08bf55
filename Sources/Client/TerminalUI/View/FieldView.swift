import CellScreen

/// A field of a form, in one row: its text moves sideways so that the cursor stays in it.
struct FieldView {
    let line: InputLine
    var isSecret = false
    let isFocused: Bool

    func draw(in area: CellRectangle, on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        var style = Style()
        style.isUnderlined = true
        canvas.fill(area, style)
        let characters = isSecret ? Array(repeating: "•", count: line.characters.count) : line.characters
        let text = EditedText(characters, cursor: line.cursor, columns: .max, style: style)
        // The cursor keeps a column to its right, where there is one.
        let offset = isFocused ? max(0, text.cursor.column + 2 - area.columns) : 0
        if let shown = text.lines.first { canvas.write(shown.dropping(columns: offset), in: area) }
        guard isFocused else { return }
        canvas.grid.cursor = Position(row: area.row, column: area.column + text.cursor.column - offset)
    }
}

/// Labels and fields: beside each other, or below each other where a label is long.
struct FormView {
    let fields: [FormField]
    let focus: Int

    /// Two rows for each field where they fit, one else.
    /// - Returns: rows taken.
    func draw(in area: CellRectangle, on canvas: inout Canvas) -> Int {
        let widest = fields.map { TextLayout.columns(of: $0.label) }.max() ?? 0
        let isTall = area.rows >= fields.count * 2 + 1
        let isStacked = isTall && widest + 2 > area.columns / 2
        let labelColumns = min(area.columns / 2, widest + 2)
        for (index, field) in fields.enumerated() {
            let row = area.line(index * (isTall ? 2 : 1))
            guard row.row < area.endRow else { break }
            var label = row
            if !isStacked { label.columns = labelColumns - 1 }
            canvas.write(field.label, in: label, canvas.style(index == focus ? .strong : .plain))
            var place = isStacked ? area.line(index * 2 + 1) : row
            place.column += isStacked ? 2 : labelColumns
            place.columns -= isStacked ? 2 : labelColumns
            FieldView(line: field.line, isSecret: field.isSecret, isFocused: index == focus).draw(
                in: place, on: &canvas)
        }
        return fields.count * (isTall ? 2 : 1)
    }
}

/// Boxes over the main screen.
enum Dialog {
    /// In the middle; as large as the screen where that is small.
    static func area(in bounds: CellRectangle, columns: Int, rows: Int) -> CellRectangle {
        bounds.centred(columns: min(columns, bounds.columns), rows: min(rows, bounds.rows))
    }

    /// The last row of a dialog: which keys there are, or what went wrong.
    static func drawFooter(_ keys: String, error: String?, in area: CellRectangle, on canvas: inout Canvas) {
        let row = area.line(area.rows - 1)
        if let error {
            canvas.write("! \(error)", in: row, canvas.style(.error))
        } else {
            canvas.write(keys, in: row, canvas.style(.quiet))
        }
    }
}
