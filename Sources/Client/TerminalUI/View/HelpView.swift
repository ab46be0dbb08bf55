import CellScreen

/// F1: keys as they are set, commands, marks.
struct HelpView {
    let settings: Settings
    let scroll: Int

    func draw(on canvas: inout Canvas) {
        let bounds = canvas.grid.bounds
        let area = Dialog.area(in: bounds, columns: 78, rows: bounds.rows - 2)
        let inner = canvas.box(area, title: "Help")
        let lines = Self.rows(settings)
        let rows = max(1, inner.rows - 1)
        let start = max(0, min(scroll, lines.count - rows))
        for (offset, line) in lines[start...].prefix(rows).enumerated() {
            draw(line, in: inner.line(offset), on: &canvas)
        }
        let more = start + rows < lines.count ? "Down: more · " : ""
        Dialog.drawFooter("\(more)Esc: close", error: nil, in: inner, on: &canvas)
    }

    private func draw(_ line: (key: String, words: String), in row: CellRectangle, on canvas: inout Canvas) {
        guard !line.words.isEmpty else {
            canvas.write(line.key, in: row, canvas.style(.heading))
            return
        }
        let keyColumns = min(row.columns / 2, 26)
        var left = row
        left.columns = keyColumns - 1
        canvas.write(line.key, in: left, canvas.style(.strong))
        var right = row
        right.column += keyColumns
        right.columns -= keyColumns
        canvas.write(line.words, in: right)
    }

    /// A row without words is a heading.
    private static func rows(_ settings: Settings) -> [(key: String, words: String)] {
        let commands = Command.all.map { (key: "/\($0.name) \($0.usage)", words: $0.explanation) }
        return keys(settings) + [(key: "Commands", words: "")] + commands + marks
    }

    private static func keys(_ settings: Settings) -> [(key: String, words: String)] {
        [
            ("Keys", ""),
            ("F1 F2 F3 F4", "help, rooms, private messages, settings"),
            ("Tab, Shift-Tab", "next conversation, the one before; Tab completes words"),
            ("Alt-A", "next conversation with something new"),
            (KeyName.text(settings.talkKey), "talk, in push-to-talk"),
            (KeyName.text(settings.voiceKey), "join this room's voice, or leave voice"),
            (KeyName.text(settings.muteKey), "mute, unmute"),
            (KeyName.text(settings.deafenKey), "hear nothing, hear again"),
            (KeyName.text(settings.membersKey), "to the list of members and back: volume, menu"),
            ("PgUp, PgDn", "scroll back, and forth"),
            ("Ctrl-Home, Ctrl-End", "to the oldest loaded, to the newest"),
            ("Alt-Up", "choose a message; then r e d: reply, edit, delete"),
            ("Alt-U", "to the first new message"),
            ("Alt-R", "send again what was refused"),
            ("Up, Down", "what was typed before"),
            ("Alt-Enter, Shift-Enter", "a new line in the message"),
            ("Esc", "close, go back"),
            ("Ctrl-C, Ctrl-Z", "leave, suspend"),
        ]
    }

    private static let marks: [(key: String, words: String)] = [
        ("Marks", ""),
        ("● ○ •", "speaks, is in voice, is online"),
        ("mute deaf, m d", "muted, deafened themselves"),
        ("MUTE DEAF, M D", "muted, deafened for all"),
        ("prio, !", "priority speaker: others are turned down"),
        ("@2", "two new messages mean you"),
    ]
}
