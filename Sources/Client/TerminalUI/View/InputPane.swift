import CellScreen
import ControlWire
import Identifiers
import Permissions

/// The line in which is typed, as high as its text, and above it what it answers or changes.
struct InputPane {
    let state: ConversationState
    let columns: Int
    let theme: Theme
    private let text: EditedText

    /// In front of the text.
    private static let promptColumns = 2

    init(_ state: ConversationState, columns: Int, theme: Theme) {
        self.state = state
        self.columns = columns
        self.theme = theme
        text = EditedText(
            state.line.characters, cursor: state.line.cursor, columns: max(1, columns - Self.promptColumns - 1))
    }

    /// Rows that it wants.
    var rows: Int { text.lines.count + (state.purpose == .message ? 0 : 1) }

    func draw(in area: CellRectangle, hasCursor: Bool, on canvas: inout Canvas) {
        var area = area
        if let purpose, area.rows > 1 {
            canvas.write(purpose, in: area.line(0).inset(rows: 0, columns: 1))
            area = CellRectangle(
                row: area.row + 1, column: area.column, columns: area.columns, rows: area.rows - 1)
        }
        let start = ListWindow.start(selection: text.cursor.row, count: text.lines.count, rows: area.rows)
        for (offset, line) in text.lines[start...].prefix(area.rows).enumerated() {
            let row = area.line(offset)
            let prompt = start + offset == 0 ? promptText : "· "
            canvas.write(prompt, in: row, theme.style(start + offset == 0 ? .heading : .quiet))
            var body = row
            body.column += Self.promptColumns
            body.columns -= Self.promptColumns
            canvas.write(line, in: body)
        }
        if state.line.isEmpty { drawHint(area, on: &canvas) }
        guard hasCursor else { return }
        canvas.grid.cursor = Position(
            row: area.row + text.cursor.row - start, column: area.column + Self.promptColumns + text.cursor.column)
    }

    private var promptText: String {
        switch state.purpose {
        case .message: "> "
        case .reply: "╰ "
        case .edit: "✎ "
        }
    }

    private var purpose: [StyledText]? {
        let quiet = theme.style(.quiet)
        let leave = StyledText(" (Esc: not)", quiet)
        switch state.purpose {
        case .message: return nil
        case .reply(let id):
            guard let message = state.log.message(id) else {
                return [StyledText("reply to an earlier message"), leave]
            }
            let summary = TextLayout.truncated(MessageBlock.summary(message), columns: max(8, columns - 40))
            return [
                StyledText("reply to "), StyledText(message.author, theme.style(.strong)),
                StyledText(": ", quiet), StyledText(summary, quiet), leave,
            ]
        case .edit: return [StyledText("change your message"), leave]
        }
    }

    private func drawHint(_ area: CellRectangle, on canvas: inout Canvas) {
        guard state.permissions.contains(.write) else {
            write(["You may read here, not write."], area, on: &canvas)
            return
        }
        let slow = state.slowModeSeconds > 0 ? " (one message in \(state.slowModeSeconds) s)" : ""
        write([state.otherID == nil ? " Message # " : " Message @ ", state.name, slow], area, on: &canvas)
    }

    private func write(_ words: [String], _ area: CellRectangle, on canvas: inout Canvas) {
        var row = area.line(0)
        row.column += Self.promptColumns
        row.columns -= Self.promptColumns
        canvas.write(words.map { StyledText($0, theme.style(.quiet)) }, in: row)
    }
}
