import CellScreen

/// First start: server, name, password.
struct SetupView {
    let form: SetupForm

    func draw(on canvas: inout Canvas) {
        let bounds = canvas.grid.bounds
        let area = Dialog.area(in: bounds, columns: 64, rows: 16)
        var inner = canvas.box(area, title: "Roomtone")
        if inner.rows >= 11 {
            let words = "Which server, and who are you? It is remembered afterwards."
            let rows = canvas.write(paragraph: [StyledText(words)], in: inner)
            inner.row += rows + 1
            inner.rows -= rows + 1
        }
        let taken = FormView(fields: form.fields, focus: form.isBusy ? -1 : form.focus).draw(in: inner, on: &canvas)
        drawChoice(in: inner.line(taken), on: &canvas)
        if form.isBusy {
            canvas.write("connecting …", in: inner.line(inner.rows - 1), canvas.style(.notice))
        } else {
            drawFooter(in: inner, taken + 1, on: &canvas)
        }
    }

    private func drawChoice(in row: CellRectangle, on canvas: inout Canvas) {
        let isFocused = form.focus == form.fields.count
        let box = form.registers ? "[x]" : "[ ]"
        canvas.write("\(box) make a new account", in: row, canvas.style(isFocused ? .strong : .plain))
        guard isFocused, !form.isBusy else { return }
        canvas.grid.cursor = Position(row: row.row, column: row.column + 1)
    }

    /// Errors may be long: they get the rows that are left.
    private func drawFooter(in area: CellRectangle, _ taken: Int, on canvas: inout Canvas) {
        guard let error = form.error else {
            Dialog.drawFooter(
                "Tab: next · Space: tick · Enter: connect · Ctrl-C: leave", error: nil, in: area, on: &canvas)
            return
        }
        let left = CellRectangle(
            row: area.row + taken, column: area.column, columns: area.columns, rows: area.rows - taken)
        canvas.write(paragraph: [StyledText("! \(error)", canvas.style(.error))], in: left)
    }
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
