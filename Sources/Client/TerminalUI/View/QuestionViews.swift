import CellScreen

/// What can be done about a member.
struct MemberMenuView {
    let menu: MemberMenu

    func draw(on canvas: inout Canvas) {
        let area = Dialog.area(in: canvas.grid.bounds, columns: 50, rows: menu.items.count + 4)
        let inner = canvas.box(area, title: menu.name)
        for (index, item) in menu.items.enumerated() where index < inner.rows - 1 {
            let row = inner.line(index)
            let isSelected = index == menu.selection
            canvas.write((isSelected ? "▸ " : "  ") + Self.words(item, isSelected: isSelected), in: row)
            if isSelected { canvas.highlight(row) }
        }
        let keys = if case .volume = menu.items[menu.selection] { "Left, Right: change" } else { "Enter: do it" }
        Dialog.drawFooter("\(keys) · Esc: close", error: nil, in: inner, on: &canvas)
    }

    private static func words(_ item: MemberMenu.Item, isSelected: Bool) -> String {
        switch item {
        case .write: return "Write privately"
        case .volume(let volume):
            let percent = "\(Int((volume * 100).rounded()))%"
            return "Volume  " + (isSelected ? "‹ \(percent) ›" : percent)
        case .muteForAll(let isMuted): return isMuted ? "Mute for all" : "Unmute for all"
        case .deafenForAll(let isDeafened): return isDeafened ? "Deafen for all" : "Let hear again"
        case .kick: return "Put out of the room …"
        case .ban: return "Ban from the room …"
        }
    }
}

/// A question with lines to fill in, or only to be confirmed.
struct PromptView {
    let prompt: Prompt

    func draw(on canvas: inout Canvas) {
        let area = Dialog.area(in: canvas.grid.bounds, columns: 64, rows: prompt.fields.count * 2 + 6)
        var inner = canvas.box(area, title: "Sure?")
        let rows = canvas.write(paragraph: [StyledText(prompt.title, canvas.style(.strong))], in: inner)
        let keys = prompt.fields.isEmpty ? "y or Enter: yes · n or Esc: no" : "Enter: yes · Esc: no"
        Dialog.drawFooter(keys, error: prompt.error, in: inner, on: &canvas)
        inner = CellRectangle(
            row: inner.row + rows + 1, column: inner.column, columns: inner.columns, rows: inner.rows - rows - 1)
        _ = FormView(fields: prompt.fields, focus: prompt.focus).draw(in: inner, on: &canvas)
    }
}
