import CellScreen

/// First start: server, name, password.
struct SetupView {
    let form: SetupForm

    func draw(on canvas: inout Canvas) {
        let bounds = canvas.grid.bounds
        let errorRows = errorRows(columns: min(Self.columns, bounds.columns) - Self.frameColumns, linesMax: bounds.rows)
        // Words and a blank, the form, the keys; two rows of frame.
        let wanted = max(Self.rows, 2 + formRows + errorRows + 1 + 2)
        let area = Dialog.area(in: bounds, columns: Self.columns, rows: wanted)
        var inner = canvas.box(area, title: "Roomtone")
        // What went wrong is worth more than the greeting.
        if inner.rows >= max(11, 2 + formRows + errorRows + 1) {
            let words = "Which server, and who are you? It is remembered afterwards."
            let rows = canvas.write(paragraph: [StyledText(words)], in: inner)
            inner.row += rows + 1
            inner.rows -= rows + 1
        }
        var fields = inner
        // … and more than air between the fields.
        if inner.rows < formRows + errorRows { fields.rows = min(inner.rows, form.fields.count) }
        let taken = FormView(fields: form.fields, focus: form.isBusy ? -1 : form.focus).draw(in: fields, on: &canvas)
        drawChoice(in: inner.line(taken), on: &canvas)
        if form.isBusy {
            canvas.write("connecting …", in: inner.line(inner.rows - 1), canvas.style(.notice))
        } else {
            drawFooter(in: inner, taken + 1, on: &canvas)
        }
    }

    /// Two for each field, and the choice.
    private var formRows: Int { form.fields.count * 2 + 1 }

    private func errorRows(columns: Int, linesMax: Int) -> Int {
        guard let error = form.error, !form.isBusy else { return 0 }
        return TextLayout.wrap(
            [StyledText(Self.words(error))], direction: .leftToRight, columns: columns, linesMax: linesMax
        ).lines.count
    }

    private static func words(_ error: String) -> String { "! \(error)" }

    private func drawChoice(in row: CellRectangle, on canvas: inout Canvas) {
        let isFocused = form.focus == form.fields.count
        let box = form.registers ? "[x]" : "[ ]"
        canvas.write("\(box) make a new account", in: row, canvas.style(isFocused ? .strong : .plain))
        guard isFocused, !form.isBusy else { return }
        canvas.grid.cursor = Position(row: row.row, column: row.column + 1)
    }

    /// Errors may be long: they get the rows that are left; the keys stand below where there is still one.
    private func drawFooter(in area: CellRectangle, _ taken: Int, on canvas: inout Canvas) {
        var errorRows = 0
        if let error = form.error {
            let left = CellRectangle(
                row: area.row + taken, column: area.column, columns: area.columns, rows: area.rows - taken)
            errorRows = canvas.write(paragraph: [StyledText(Self.words(error), canvas.style(.error))], in: left)
        }
        guard errorRows == 0 || taken + errorRows < area.rows else { return }
        Dialog.drawFooter(
            "Tab: next · Space: tick · Enter: connect · Ctrl-C: leave", error: nil, in: area, on: &canvas)
    }

    private static let columns = 64
    /// Of them the frame's, with a blank at each side.
    private static let frameColumns = 4
    /// At least, where the screen has them.
    private static let rows = 16
}

/// A server's certificate is met for the first time.
struct FingerprintView {
    let question: FingerprintQuestion

    func draw(on canvas: inout Canvas) {
        let area = Dialog.area(in: canvas.grid.bounds, columns: 78, rows: 13)
        let inner = canvas.box(area, title: "Is this your server?")
        let words = [
            StyledText(question.server, canvas.style(.strong)),
            StyledText(" shows a certificate that was never met before. Its fingerprint (SHA-256):\n"),
            StyledText(question.fingerprint, canvas.style(.strong)),
            StyledText("\nCompare it with what the server's owner told you: roomtoned prints it at its start."),
        ]
        canvas.write(paragraph: words, in: inner)
        Dialog.drawFooter("y: it is, remember it · n: it is not", error: nil, in: inner, on: &canvas)
    }
}
