import CellScreen
import ControlWire
import Identifiers

/// `/search`: hits with their matches; each in two rows.
struct SearchView {
    let model: Model
    let panel: SearchPanel

    private static let rowsPerHit = 2

    func draw(on canvas: inout Canvas) {
        let bounds = canvas.grid.bounds
        let area = Dialog.area(in: bounds, columns: 90, rows: bounds.rows - 2)
        let inner = canvas.box(area, title: "Search: ", panel.query)
        let count = max(1, (inner.rows - 1) / Self.rowsPerHit)
        let start = ListWindow.start(selection: panel.selection, count: panel.hits.count, rows: count)
        for (offset, hit) in panel.hits[start...].prefix(count).enumerated() {
            let rows = CellRectangle(
                row: inner.row + offset * Self.rowsPerHit, column: inner.column, columns: inner.columns, rows: 2)
            draw(hit, isSelected: start + offset == panel.selection, in: rows, on: &canvas)
        }
        if panel.hits.isEmpty, !panel.isBusy, panel.error == nil {
            canvas.write("Nothing was found.", in: inner.line(0), canvas.style(.quiet))
        }
        let busy = panel.isBusy ? "searching … · " : ""
        let number =
            panel.hits.isEmpty ? "" : "\(panel.selection + 1) of \(panel.hits.count)\(panel.hasMore ? "+" : "") · "
        Dialog.drawFooter(
            "\(busy)\(number)Enter: show it in its place · Esc: close", error: panel.error, in: inner, on: &canvas)
    }

    private func draw(_ hit: SearchHit, isSelected: Bool, in rows: CellRectangle, on canvas: inout Canvas) {
        let clock = ClockText(zone: model.zone)
        let message = hit.message
        let quiet = canvas.style(.quiet)
        let when = "\(clock.shortDate(message.sentAt)) \(clock.time(message.sentAt)) "
        let isOwn = message.authorID == model.account?.userID
        canvas.write(
            [
                StyledText(isSelected ? "▸ " : "  "), StyledText(when, quiet),
                StyledText(message.author, canvas.theme.name(message.author, isOwn: isOwn)),
            ] + place(of: message).map { StyledText($0, quiet) }, in: rows.line(0))
        var second = rows.line(1)
        second.column += 4
        second.columns -= 4
        canvas.write(Self.marked(hit, canvas.theme), in: second)
        if isSelected { canvas.highlight(rows.line(0)) }
    }

    private func place(of message: ChatMessage) -> [String] {
        switch message.conversation {
        case .room: [" in # ", model.state(of: message.conversation)?.name ?? "another room"]
        case .direct: [" in private"]
        }
    }

    /// Marks that do not fit the snippet are passed over.
    static func marked(_ hit: SearchHit, _ theme: Theme) -> [StyledText] {
        let scalars = Array(hit.snippet.unicodeScalars)
        var pieces: [StyledText] = []
        var next = 0
        func text(_ range: Range<Int>) -> String { String(String.UnicodeScalarView(scalars[range])) }
        for mark in hit.marks.sorted(by: { $0.start < $1.start }) {
            guard mark.start >= next, mark.length > 0, mark.length <= scalars.count,
                mark.start <= scalars.count - mark.length
            else { continue }
            pieces.append(StyledText(text(next..<mark.start)))
            var style = theme.style(.mention)
            style.isUnderlined = true
            pieces.append(StyledText(text(mark.start..<mark.start + mark.length), style))
            next = mark.start + mark.length
        }
        return pieces + [StyledText(text(next..<scalars.count))]
    }
}
