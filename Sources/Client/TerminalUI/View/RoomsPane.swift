import CellScreen
import ControlWire
import TalkInterface

/// The list of conversations: rooms with who is in their voice, then private conversations.
struct RoomsPane {
    private enum Row {
        case heading(String)
        case conversation(Int)
        case voice([VoiceRoster.Person])
    }

    let model: Model
    let area: CellRectangle

    func draw(on canvas: inout Canvas) {
        let rows = rows
        let selected = rows.firstIndex { row in
            if case .conversation(let index) = row { isSelected(index) } else { false }
        }
        let start = ListWindow.start(selection: selected ?? 0, count: rows.count, rows: area.rows)
        for (offset, row) in rows[start...].prefix(area.rows).enumerated() {
            draw(row, in: area.line(offset), on: &canvas)
        }
        if rows.isEmpty, model.link == .up { canvas.write("No rooms: F2", in: area.line(0).inset(rows: 0, columns: 1)) }
    }

    private var rows: [Row] {
        var rows: [Row] = []
        var hasPrivate = false
        for (index, state) in model.conversations.enumerated() {
            if state.otherID != nil, !hasPrivate {
                hasPrivate = true
                rows.append(.heading("Private"))
            } else if rows.isEmpty {
                rows.append(.heading("Rooms"))
            }
            rows.append(.conversation(index))
            if let room = state.roomID, let people = model.rosters[room]?.people, !people.isEmpty {
                rows.append(.voice(people))
            }
        }
        return rows
    }

    private func isSelected(_ index: Int) -> Bool { model.conversations[index].conversation == model.selected }

    private func draw(_ row: Row, in line: CellRectangle, on canvas: inout Canvas) {
        switch row {
        case .heading(let text): canvas.write(" \(text)", in: line, canvas.style(.heading))
        case .conversation(let index): draw(index, in: line, on: &canvas)
        case .voice(let people): draw(people, in: line, on: &canvas)
        }
    }

    private func draw(_ index: Int, in line: CellRectangle, on canvas: inout Canvas) {
        let state = model.conversations[index]
        let isNew = state.unreadCount > 0
        let badge = badge(state, canvas.theme)
        let badgeColumns = badge.map { TextLayout.columns(of: $0.text) + 1 } ?? 0
        let mark = isSelected(index) ? "▸" : " "
        let sign = state.otherID == nil ? "# " : "@ "
        var style = canvas.style(isNew ? .strong : .plain)
        if let other = state.otherID, model.people[other]?.isOnline == false { style.isDim = true }
        var room = line
        room.columns = max(0, line.columns - badgeColumns)
        canvas.write(
            [StyledText(mark), StyledText(sign, canvas.style(.quiet)), StyledText(state.name, style)], in: room)
        if let badge { canvas.write([badge, StyledText(" ")], in: line, .right) }
        if isSelected(index) { canvas.highlight(line) }
    }

    /// `@2` when the person is meant, else how many are new.
    private func badge(_ state: ConversationState, _ theme: Theme) -> StyledText? {
        if state.mentionCount > 0 { return StyledText("@\(Self.short(state.mentionCount))", theme.style(.mention)) }
        return state.unreadCount > 0 ? StyledText(Self.short(state.unreadCount), theme.style(.unread)) : nil
    }

    private static func short(_ count: Int) -> String { count > 999 ? "999+" : "\(count)" }

    /// Who speaks first, as many as there is room for.
    private func draw(_ people: [VoiceRoster.Person], in line: CellRectangle, on canvas: inout Canvas) {
        var left = line.columns - 4
        var pieces = [StyledText("   ♪", canvas.style(.quiet))]
        let order = people.filter(\.isSpeaking) + people.filter { !$0.isSpeaking }
        for (index, person) in order.enumerated() {
            let light = person.isSpeaking ? "●" : ""
            let rest = order.count - index
            let needed = 1 + light.count + TextLayout.columns(of: person.name)
            guard needed + (rest > 1 ? 4 : 0) <= left || index == 0 else {
                pieces.append(StyledText(" +\(rest)", canvas.style(.quiet)))
                break
            }
            left -= needed
            let style = canvas.style(person.isSpeaking ? .talking : .quiet)
            pieces += [StyledText(" \(light)", style), StyledText(person.name, style)]
        }
        canvas.write(pieces, in: line)
    }
}

/// Which part of a list is shown. Pure.
enum ListWindow {
    /// The first row that is shown, so that the selection is among them, in the middle where it can be.
    static func start(selection: Int, count: Int, rows: Int) -> Int {
        max(0, min(selection - rows / 2, count - rows))
    }
}
