import CellScreen
import ControlWire
import Identifiers

/// A list in a dialog with a filter above and keys below.
struct FilteredList {
    let title: String
    let filter: InputLine
    let count: Int
    let selection: Int
    /// Said in place of rows: that they are still to come, that there are none.
    let emptyWords: String
    let keys: String
    let error: String?

    /// - Parameter row: draws one row.
    func draw(on canvas: inout Canvas, row: (_ index: Int, _ area: CellRectangle, _ canvas: inout Canvas) -> Void) {
        let bounds = canvas.grid.bounds
        let area = Dialog.area(in: bounds, columns: 76, rows: max(10, min(bounds.rows - 2, 30)))
        let inner = canvas.box(area, title: title)
        canvas.write("Find ", in: inner.line(0), canvas.style(.quiet))
        var field = inner.line(0)
        field.column += 5
        field.columns = min(30, inner.columns - 5)
        FieldView(line: filter, isFocused: true).draw(in: field, on: &canvas)
        var list = inner
        list.row += 1
        list.rows -= 2
        if count == 0 { canvas.write(emptyWords, in: list.line(0), canvas.style(.quiet)) }
        let start = ListWindow.start(selection: selection, count: count, rows: list.rows)
        for (offset, index) in (start..<max(start, count)).prefix(list.rows).enumerated() {
            let line = list.line(offset)
            canvas.write(index == selection ? "▸" : " ", in: line)
            row(index, line.inset(rows: 0, columns: 1), &canvas)
            if index == selection { canvas.highlight(line) }
        }
        Dialog.drawFooter(keys, error: error, in: inner, on: &canvas)
    }
}

/// F2.
struct RoomBrowserView {
    let browser: RoomBrowser

    func draw(on canvas: inout Canvas) {
        let shown = browser.shown
        let list = FilteredList(
            title: "Rooms", filter: browser.filter, count: shown.count, selection: browser.selection,
            emptyWords: browser.rooms == nil ? "asking the server …" : "no such room",
            keys: "Enter: join or go · Ins: new room · Esc: close",
            error: browser.mode == .browsing ? browser.error : nil)
        list.draw(on: &canvas) { index, area, canvas in draw(shown[index], in: area, on: &canvas) }
        switch browser.mode {
        case .browsing: break
        case .password(_, let field): drawForm("Join", [field], 0, on: &canvas)
        case .creating(let fields, let focus): drawForm("New room", fields, focus, on: &canvas)
        }
    }

    /// Name and what it is about; on the right who may come in, and how many are there.
    private func draw(_ room: RoomDetails, in area: CellRectangle, on canvas: inout Canvas) {
        var facts = room.isMember ? "joined" : room.isPasswordProtected ? "password" : ""
        switch room.kind {
        case .open: break
        case .private: facts = facts.isEmpty ? "private" : facts
        case .closed: facts = "closed"
        }
        let voice = room.voiceCount > 0 ? "  ♪\(room.voiceCount)" : ""
        let right = "\(facts)  \(room.presentCount) here\(voice)"
        let taken = canvas.write(right, in: area, canvas.style(.quiet), .right)
        var left = area
        left.columns = max(0, area.columns - taken - 1)
        let about = room.topic.isEmpty ? room.description : room.topic
        canvas.write(
            [
                StyledText("# ", canvas.style(.quiet)), StyledText(room.name, canvas.style(.strong)),
                StyledText("  "), StyledText(about),
            ], in: left)
    }

    private func drawForm(_ title: String, _ fields: [FormField], _ focus: Int, on canvas: inout Canvas) {
        let area = Dialog.area(in: canvas.grid.bounds, columns: 64, rows: fields.count * 2 + 5)
        let inner = canvas.box(area, title: title)
        _ = FormView(fields: fields, focus: focus).draw(in: inner, on: &canvas)
        Dialog.drawFooter("Enter: \(title.lowercased()) · Esc: back", error: browser.error, in: inner, on: &canvas)
    }
}

/// F3.
struct PeopleBrowserView {
    let browser: PeopleBrowser

    func draw(on canvas: inout Canvas) {
        let shown = browser.shown
        let list = FilteredList(
            title: "Write to", filter: browser.filter, count: shown.count, selection: browser.selection,
            emptyWords: browser.rows == nil ? "asking the server …" : "nobody of that name",
            keys: "Enter: write · Esc: close", error: browser.error)
        list.draw(on: &canvas) { index, area, canvas in
            let person = shown[index]
            let badge = person.unreadCount > 0 ? "\(person.unreadCount) new" : person.isOnline ? "" : "away"
            let taken = canvas.write(
                badge, in: area, canvas.style(person.unreadCount > 0 ? .mention : .quiet), .right)
            var left = area
            left.columns = max(0, area.columns - taken - 1)
            let light = StyledText(person.isOnline ? "• " : "  ", canvas.style(.good))
            canvas.write([light, StyledText(person.name, canvas.style(person.isOnline ? .strong : .plain))], in: left)
        }
    }
}
