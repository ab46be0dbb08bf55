import CellScreen
import ControlWire

/// Pages of a conversation, by the lines that its messages take.
extension ConversationPane {
    /// Rows of the conversation while it is scrolled back: the last one says so.
    var rows: Int { max(1, area.rows - 1) }

    /// Where a page up (less than 0) or down ends; nil: at the newest that is loaded. Two lines of the page before stay.
    func scrolled(pages: Int) -> ScrollPosition? {
        var index = bottomIndex
        guard index >= 0 else { return nil }
        var hidden = min(state.scroll?.hiddenLines ?? 0, height(of: index) - 1)
        var left = abs(pages) * max(1, rows - 2)
        while left > 0 {
            if pages < 0 {
                let shown = height(of: index) - hidden
                if shown > left {
                    hidden += left
                    left = 0
                } else if index == 0 {
                    break
                } else {
                    left -= shown
                    (index, hidden) = (index - 1, 0)
                }
            } else if hidden >= left {
                hidden -= left
                left = 0
            } else {
                left -= hidden
                guard index + 1 < state.log.messages.count else { return nil }
                index += 1
                hidden = height(of: index)
            }
        }
        guard index + 1 < state.log.messages.count || hidden > 0 else { return nil }
        // A message of which nothing shows is not the lowest one.
        if hidden >= height(of: index), index > 0 { (index, hidden) = (index - 1, 0) }
        return ScrollPosition(bottom: state.log.messages[index].id, hiddenLines: hidden)
    }

    private func height(of index: Int) -> Int {
        // Links that are found on the way are nobody's.
        var grid = CellGrid(columns: 1, rows: 1)
        return max(1, block.lines(state.log.messages[index], isSelected: false, in: &grid).count)
    }
}
