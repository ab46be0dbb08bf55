import CellScreen
import ControlWire
import Identifiers

/// The bar at the top: where one is, and who.
struct TitleBar {
    let model: Model

    func draw(in area: CellRectangle, on canvas: inout Canvas) {
        let title = canvas.style(.title)
        canvas.fill(area, title)
        let line = area.inset(rows: 0, columns: 1)
        let link = TextLayout.row(self.link(line.columns).map { StyledText($0, title) }, columns: line.columns / 2)
        let linkColumns = canvas.write(link, in: line, .right)
        var place = line
        place.columns = max(0, line.columns - linkColumns - 2)
        canvas.write(recording(title) + self.place.map { StyledText($0, title) }, in: place)
    }

    /// As long as the room is recorded.
    private func recording(_ title: Style) -> [StyledText] {
        guard let room = model.selectedState?.roomID, model.recordings[room] != nil else { return [] }
        var mark = title
        mark.isReversed.toggle()
        return [StyledText(" ● REC ", mark), StyledText(" ", title)]
    }

    private var place: [String] {
        guard let state = model.selectedState else { return ["Roomtone"] }
        if state.otherID != nil { return ["@ ", state.name] }
        let about = state.topic.isEmpty ? state.description : state.topic
        return ["# ", state.name] + (about.isEmpty ? [] : [" – ", about])
    }

    /// On a narrow screen without the server.
    private func link(_ columns: Int) -> [String] {
        switch model.link {
        case .none: return []
        case .connecting: return [model.server, ": connecting …"]
        case .up: return [model.account?.name ?? ""] + (columns < 58 ? [] : [" · ", model.server])
        case .down(let retryAt, _):
            guard let retryAt, retryAt > model.now else { return ["OFFLINE", " · connecting …"] }
            return ["OFFLINE", " · again in \(Int((retryAt - model.now) / .seconds(1)) + 1) s"]
        }
    }
}

/// The bar at the bottom: what has happened, or which keys there are.
struct StatusBar {
    let model: Model
    let theme: Theme

    /// What is to be said, each in lines of its own; the hints when there is nothing.
    private func pieces(_ columns: Int) -> [StyledText] {
        let notices = model.noticesShown.map { Self.pieces($0.text, isError: $0.isError, theme) }
        if !notices.isEmpty { return Array(notices.joined(separator: [StyledText("\n")])) }
        if case .down(_, let reason) = model.link {
            return Self.pieces("The server is gone: \(reason)", isError: true, theme)
        }
        return hints(columns - 2)
    }

    private static func pieces(_ text: String, isError: Bool, _ theme: Theme) -> [StyledText] {
        isError
            ? [StyledText("! ", theme.style(.error)), StyledText(text, theme.style(.error))]
            : [StyledText("› ", theme.style(.notice)), StyledText(text)]
    }

    /// Rows that it wants.
    func rows(columns: Int) -> Int {
        guard !model.notices.isEmpty else { return 1 }
        return TextLayout.wrap(pieces(columns), direction: .leftToRight, columns: columns - 2, linesMax: 3).lines.count
    }

    func draw(in area: CellRectangle, on canvas: inout Canvas) {
        let inner = CellRectangle(row: area.row, column: area.column + 1, columns: area.columns - 2, rows: area.rows)
        canvas.write(paragraph: pieces(area.columns), in: inner)
    }

    /// As many as fit.
    private func hints(_ columns: Int) -> [StyledText] {
        let keys: [(String, String)] =
            switch model.focus {
            case .input:
                [("F1", "Help"), ("F2", "Rooms"), ("F3", "People"), ("F4", "Settings")]
                    + [
                        (KeyName.text(model.settings.voiceKey), model.seat == nil ? "Voice" : "Leave"),
                        (KeyName.text(model.settings.muteKey), model.isMuted ? "Unmute" : "Mute"),
                        (KeyName.text(model.settings.deafenKey), model.isDeafened ? "Hear" : "Deafen"),
                        (KeyName.text(model.settings.membersKey), "Members"), ("Tab", "Next"),
                    ]
            case .messages: [("r", "reply"), ("e", "edit"), ("d", "delete"), ("o", "original"), ("Esc", "back")]
            case .members: [("Enter", "menu"), ("+/-", "volume"), ("Esc", "back")]
            }
        var left = columns
        return keys.prefix { key, word in
            left -= key.count + word.count + 3
            return left + 2 >= 0
        }.flatMap { key, word in
            [StyledText(key, theme.style(.strong)), StyledText(" \(word)  ", theme.style(.quiet))]
        }
    }
}

/// Who is typing, in the line under the conversation.
enum TypingLine {
    static func pieces(_ state: ConversationState?, _ theme: Theme) -> [StyledText] {
        let names = state?.typists.map(\.name) ?? []
        guard let first = names.first else { return [] }
        let words =
            switch names.count {
            case 1: [first, " is typing …"]
            case 2: [first, " and ", names[1], " are typing …"]
            default: [first, " and \(names.count - 1) others are typing …"]
            }
        return words.map { StyledText($0, theme.style(.quiet)) }
    }
}
