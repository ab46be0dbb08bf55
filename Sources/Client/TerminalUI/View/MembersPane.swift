import CellScreen
import TalkInterface

/// Who is in the selected conversation: lights, marks, volumes.
struct MembersPane {
    private enum Row {
        case heading(String)
        case member(Int)
    }

    let model: Model
    let area: CellRectangle

    func draw(on canvas: inout Canvas) {
        let members = model.memberRows
        let rows = rows(members)
        let chosen: Int? = if case .members(let row) = model.focus { min(row, members.count - 1) } else { nil }
        let selected = rows.firstIndex { row in if case .member(let index) = row { index == chosen } else { false } }
        let start = ListWindow.start(selection: selected ?? 0, count: rows.count, rows: area.rows)
        for (offset, row) in rows[start...].prefix(area.rows).enumerated() {
            let line = area.line(offset)
            switch row {
            case .heading(let text): canvas.write(text, in: line, canvas.style(.heading))
            case .member(let index):
                draw(members[index], in: line, on: &canvas)
                if index == chosen { canvas.highlight(line) }
            }
        }
    }

    private func rows(_ members: [MemberRow]) -> [Row] {
        var rows: [Row] = []
        var before: String?
        for (index, member) in members.enumerated() {
            let group = member.voice != nil ? "In voice" : member.isOnline ? "Online" : "Away"
            if group != before {
                let count = members[index...].prefix { Self.isSameGroup($0, member) }.count
                rows.append(.heading("\(group) \(count)"))
                before = group
            }
            rows.append(.member(index))
        }
        return rows
    }

    private static func isSameGroup(_ one: MemberRow, _ other: MemberRow) -> Bool {
        (one.voice == nil) == (other.voice == nil) && one.isOnline == other.isOnline
    }

    private func draw(_ member: MemberRow, in line: CellRectangle, on canvas: inout Canvas) {
        var pieces = [light(of: member, canvas.theme), StyledText(" ")]
        let isOwn = member.userID == model.account?.userID
        var name = canvas.theme.name(member.name, isOwn: isOwn)
        if !member.isOnline { name = canvas.style(.quiet) }
        let marks = marks(of: member, line.columns, canvas.theme)
        let marksColumns = marks.reduce(0) { $0 + TextLayout.columns(of: $1.text) }
        var nameArea = line
        nameArea.columns = max(0, line.columns - marksColumns)
        pieces.append(StyledText(member.name, name))
        canvas.write(pieces, in: nameArea)
        canvas.write(marks, in: line, .right)
    }

    /// ● speaks, ○ is in voice, • is online.
    private func light(of member: MemberRow, _ theme: Theme) -> StyledText {
        if member.isSpeaking { return StyledText("●", theme.style(.talking)) }
        if member.voice != nil { return StyledText("○") }
        return StyledText(member.isOnline ? "•" : " ", theme.style(.quiet))
    }

    /// As words where the name keeps eight columns, else as letters; capitals: for all.
    private func marks(of member: MemberRow, _ columns: Int, _ theme: Theme) -> [StyledText] {
        var words: [(long: String, short: String, role: Theme.Role)] = []
        if let voice = member.voice {
            if voice.isPrioritySpeaker { words.append(("prio", "!", .mention)) }
            if voice.isServerMuted { words.append(("MUTE", "M", .silenced)) }
            if voice.isMuted { words.append(("mute", "m", .silenced)) }
            if voice.isServerDeafened { words.append(("DEAF", "D", .silenced)) }
            if voice.isDeafened { words.append(("deaf", "d", .silenced)) }
        }
        if member.volume != 1 { words.append(("\(Int((member.volume * 100).rounded()))%", "", .quiet)) }
        let long = words.reduce(0) { $0 + $1.long.count + 1 }
        let nameColumns = min(8, TextLayout.columns(of: member.name))
        let isLong = long + 2 + nameColumns <= columns
        return words.compactMap { word in
            if isLong { return StyledText(" " + word.long, theme.style(word.role)) }
            let text = word.short.isEmpty ? " " + word.long : word.short
            return StyledText(text, theme.style(word.role))
        }
    }
}
