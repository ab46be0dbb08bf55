import CellScreen

/// F1: keys as they are set, commands, marks.
struct HelpView {
    let settings: Settings
    let scroll: Int

    func draw(on canvas: inout Canvas) {
        let inner = canvas.box(Self.area(in: canvas.grid.bounds), title: "Help")
        let lines = Self.lines(settings, columns: inner.columns)
        let rows = max(1, inner.rows - 1)
        let start = max(0, min(scroll, lines.count - rows))
        for (offset, line) in lines[start...].prefix(rows).enumerated() {
            let row = inner.line(offset)
            canvas.write(line.key, in: row, canvas.style(line.isHeading ? .heading : .strong))
            guard let words = line.words else { continue }
            var right = row
            right.column += line.indent
            right.columns -= line.indent
            canvas.write(words, in: right)
        }
        let more = start + rows < lines.count ? "Down: more · " : ""
        Dialog.drawFooter("\(more)Esc: close", error: nil, in: inner, on: &canvas)
    }

    /// Lines that it can be scrolled by, until the last is shown.
    static func scrollMax(_ settings: Settings, size: Model.Size) -> Int {
        let bounds = CellRectangle(row: 0, column: 0, columns: size.columns, rows: size.rows)
        let inner = area(in: bounds).inset(rows: 1, columns: 2)
        return max(0, lines(settings, columns: inner.columns).count - max(1, inner.rows - 1))
    }

    private static func area(in bounds: CellRectangle) -> CellRectangle {
        Dialog.area(in: bounds, columns: 78, rows: bounds.rows - 2)
    }

    private struct Line {
        var key = ""
        var words: TextLine?
        var indent = 0
        var isHeading = false
    }

    /// Keys beside what they do; above it where that leaves it too little room.
    private static func lines(_ settings: Settings, columns: Int) -> [Line] {
        let isNarrow = columns < 60
        let indent = isNarrow ? 2 : 26
        return rows(settings).flatMap { key, words -> [Line] in
            guard !words.isEmpty else { return [Line(key: key, isHeading: true)] }
            let wrapped = TextLayout.wrap([StyledText(words)], columns: max(1, columns - indent), linesMax: 9).lines
            var lines = wrapped.map { Line(words: $0, indent: indent) }
            if isNarrow || TextLayout.columns(of: key) >= indent {
                lines.insert(Line(key: key), at: 0)
            } else {
                lines[0].key = key
            }
            return lines
        }
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
