import CellScreen
import ControlWire
import Identifiers

/// The conversation: from the bottom up, as many messages as there is room for, and no more are looked at.
struct ConversationPane {
    let model: Model
    let state: ConversationState
    let area: CellRectangle
    let block: MessageBlock
    private let focused: MessageID?

    init(_ model: Model, _ state: ConversationState, _ area: CellRectangle, theme: Theme) {
        self.model = model
        self.state = state
        self.area = area
        block = MessageBlock(
            columns: area.columns, theme: theme, clock: ClockText(zone: model.zone), ownName: model.account?.name,
            ownID: model.account?.userID, log: state.log, people: model.people)
        if case .messages(let id) = model.focus { focused = id } else { focused = nil }
    }

    func draw(on canvas: inout Canvas) {
        let footer = footer(canvas.theme)
        let rows = area.rows - (footer == nil ? 0 : 1)
        var lines = linesUp(from: bottomIndex, rows: rows, on: &canvas)
        if let focused, !lines.contains(where: \.isSelected), let index = state.log.index(of: focused) {
            // It is above what fits: the page begins with it.
            lines = linesDown(from: index, rows: rows, on: &canvas)
        }
        let first = area.row + max(0, rows - lines.count)
        for (offset, line) in lines.suffix(rows).enumerated() {
            draw(line, area.line(first - area.row + offset), on: &canvas)
        }
        if let footer { canvas.rule(area.line(area.rows - 1), footer, .centre) }
    }

    /// Of the lowest message; −1 without any.
    var bottomIndex: Int {
        let last = state.log.messages.count - 1
        guard let scroll = state.scroll else { return last }
        return min(state.log.lowerBound(of: scroll.bottom), last)
    }

    private var isAtEnd: Bool { state.scroll == nil && !state.log.isDetached }

    private func linesUp(from bottom: Int, rows: Int, on canvas: inout Canvas) -> [ConversationLine] {
        // Collected from the last to the first.
        var lines: [ConversationLine] = []
        if isAtEnd {
            for pending in state.pending.reversed() where lines.count < rows {
                lines += block.lines(pending, in: &canvas.grid).reversed()
            }
        }
        var index = bottom
        while index >= 0, lines.count < rows {
            let message = state.log.messages[index]
            let isFocused = message.id == focused
            var own = block.lines(message, isSelected: isFocused, in: &canvas.grid)
            canvas.laidOutCount += 1
            if index == bottom, let hidden = state.scroll?.hiddenLines, hidden > 0 {
                own = Array(own.dropLast(min(hidden, own.count - 1)))
            }
            // A message that is longer than the screen and looked at shows its beginning.
            if own.count > rows, isFocused { own = Array(own.prefix(rows)) }
            lines += own.reversed() + separators(before: index).reversed()
            index -= 1
        }
        guard lines.count < rows, index < 0 else { return Array(lines.prefix(rows).reversed()) }
        let start = beginning(canvas.theme)
        // Scrolled back to the first message there is more below than above.
        if !isAtEnd, bottom >= 0 { return Array((start + linesDown(from: 0, rows: rows, on: &canvas)).prefix(rows)) }
        return Array((lines + start.reversed()).prefix(rows).reversed())
    }

    private func linesDown(from top: Int, rows: Int, on canvas: inout Canvas) -> [ConversationLine] {
        var lines: [ConversationLine] = []
        var index = top
        while index < state.log.messages.count, lines.count < rows {
            if index > top || index == 0 { lines += separators(before: index) }
            let message = state.log.messages[index]
            lines += block.lines(message, isSelected: message.id == focused, in: &canvas.grid)
            canvas.laidOutCount += 1
            index += 1
        }
        return Array(lines.prefix(rows))
    }

    /// Between days, and between what was read and what is new.
    private func separators(before index: Int) -> [ConversationLine] {
        var lines: [ConversationLine] = []
        let message = state.log.messages[index]
        let day = block.clock.day(message.sentAt)
        if index == 0 || block.clock.day(state.log.messages[index - 1].sentAt) != day {
            let words = StyledText(block.clock.date(message.sentAt), block.theme.style(.strong))
            lines.append(ConversationLine(rule: [words]))
        }
        if message.id == state.firstUnreadID {
            lines.append(ConversationLine(rule: [StyledText("new", block.theme.style(.unread))]))
        }
        return lines
    }

    private func beginning(_ theme: Theme) -> [ConversationLine] {
        if state.isLoadingOlder {
            return [ConversationLine(body: words("loading …", theme), indent: 1)]
        }
        guard !state.log.hasOlder else { return [] }
        let text =
            state.log.messages.isEmpty && state.pending.isEmpty ? "Nothing was written here yet." : "The beginning."
        return [ConversationLine(body: words(text, theme), indent: 1)]
    }

    private func words(_ text: String, _ theme: Theme) -> TextLine {
        TextLayout.line([StyledText(text, theme.style(.quiet))], columns: area.columns - 1)
    }

    /// While the newest message is not on the screen.
    private func footer(_ theme: Theme) -> [StyledText]? {
        guard !isAtEnd else { return nil }
        let new = max(state.unreadCount, state.log.missedCount)
        let what =
            new == 0
            ? StyledText("▼ older messages", theme.style(.notice))
            : StyledText("▼ \(new) new message\(new == 1 ? "" : "s") below", theme.style(.unread))
        return [what, StyledText(" · Ctrl-End", theme.style(.quiet))]
    }

    private func draw(_ line: ConversationLine, _ row: CellRectangle, on canvas: inout Canvas) {
        if let rule = line.rule {
            canvas.rule(row, rule, .centre)
            return
        }
        if !line.head.isEmpty { canvas.write(line.head, in: row) }
        if let body = line.body {
            canvas.write(
                body,
                in: CellRectangle(
                    row: row.row, column: row.column + line.indent, columns: row.columns - line.indent, rows: 1))
        }
        if line.isSelected { canvas.highlight(row) }
    }
}
