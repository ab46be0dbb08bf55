import CellScreen

/// Which parts of the main screen there are, and where. Pure.
///
/// A narrow screen has no list of members, a narrower one no list of rooms; a low one gives up lines one by one, the
/// conversation last.
struct ScreenLayout: Equatable {
    /// What the layout depends on beside the size.
    struct Needs: Equatable {
        /// Rows that the line wants, with what it answers; at least 1.
        var inputRows = 1
        /// Rows of notices; at least 1, for the hints.
        var statusRows = 1
        var isInVoice = false
        var showsMembers = true
        /// The list of members has the keys: it is shown wherever there is room for any.
        var hasMembersFocus = false
    }

    /// Smaller screens show a line that says so.
    static let columnsMin = 40
    static let rowsMin = 10

    let title: CellRectangle
    let rooms: CellRectangle?
    let conversation: CellRectangle
    let members: CellRectangle?
    /// The line under the body: who is typing.
    let rule: CellRectangle
    /// One or two rows, or none.
    let voice: CellRectangle
    let input: CellRectangle
    let status: CellRectangle

    init(columns: Int, rows: Int, _ needs: Needs) {
        let voiceRows = Self.voiceRows(columns: columns, rows: rows, isInVoice: needs.isInVoice)
        // The conversation keeps at least three rows.
        let spare = max(2, rows - 5 - voiceRows)
        let statusRows = min(max(1, needs.statusRows), max(1, spare / 4))
        let inputRows = min(max(1, needs.inputRows), max(1, spare - statusRows), max(2, rows / 3))
        let bodyRows = rows - 2 - voiceRows - inputRows - statusRows
        func band(_ row: Int, _ height: Int) -> CellRectangle {
            CellRectangle(row: row, column: 0, columns: columns, rows: height)
        }
        title = band(0, 1)
        rule = band(1 + bodyRows, 1)
        voice = band(rule.endRow, voiceRows)
        input = band(voice.endRow, inputRows)
        status = band(input.endRow, statusRows)

        let left = Self.roomColumns(columns)
        let right = Self.memberColumns(columns, needs)
        rooms = left == 0 ? nil : CellRectangle(row: 1, column: 0, columns: left, rows: bodyRows)
        members =
            right == 0 ? nil : CellRectangle(row: 1, column: columns - right, columns: right, rows: bodyRows)
        // One column for the line between.
        let start = left == 0 ? 0 : left + 1
        let end = right == 0 ? columns : columns - right - 1
        conversation = CellRectangle(row: 1, column: start, columns: end - start, rows: bodyRows)
    }

    private static func voiceRows(columns: Int, rows: Int, isInVoice: Bool) -> Int {
        guard isInVoice else { return rows >= 14 ? 1 : 0 }
        return rows >= 20 && columns < 140 ? 2 : 1
    }

    private static func roomColumns(_ columns: Int) -> Int {
        switch columns {
        case ..<60: 0
        case ..<100: 18
        case ..<160: 24
        default: 30
        }
    }

    private static func memberColumns(_ columns: Int, _ needs: Needs) -> Int {
        let wanted: Int =
            switch columns {
            case ..<60: columns / 2
            case ..<100: 20
            case ..<160: 26
            default: 32
            }
        if needs.hasMembersFocus { return wanted }
        return needs.showsMembers && columns >= 80 ? wanted : 0
    }
}
