import CellScreen
import ControlWire
import Identifiers

/// Draws a ``Model`` as a grid of cells. Pure: the same model gives the same screen.
///
/// Nothing is kept from one screen to the next; what is not seen is not laid out.
package enum View {
    package static func draw(_ model: Model) -> CellGrid { paint(model).grid }

    static func paint(_ model: Model) -> Canvas {
        var canvas = Canvas(
            columns: model.size.columns, rows: model.size.rows, theme: Theme(colors: model.settings.colors))
        let bounds = canvas.grid.bounds
        guard bounds.columns >= ScreenLayout.columnsMin, bounds.rows >= ScreenLayout.rowsMin else {
            let words =
                "Roomtone needs \(ScreenLayout.columnsMin)×\(ScreenLayout.rowsMin); this is \(bounds.columns)×\(bounds.rows)."
            canvas.write(paragraph: [StyledText(words)], in: bounds)
            return canvas
        }
        switch model.overlay {
        case .setup(let form): SetupView(form: form).draw(on: &canvas)
        case .fingerprint(let question): FingerprintView(question: question).draw(on: &canvas)
        default:
            drawMain(model, on: &canvas)
            drawOverlay(model, on: &canvas)
        }
        return canvas
    }

    private static func drawMain(_ model: Model, on canvas: inout Canvas) {
        let theme = canvas.theme
        let state = model.selectedState
        let status = StatusBar(model: model, theme: theme)
        let input = state.map { InputPane($0, columns: model.size.columns, theme: theme) }
        let layout = layout(model, input, status)

        TitleBar(model: model).draw(in: layout.title, on: &canvas)
        drawBody(model, state, layout, on: &canvas)
        canvas.rule(layout.rule, TypingLine.pieces(state, theme))
        VoiceBar(model: model, theme: theme, area: layout.voice).draw(on: &canvas)
        if let input {
            input.draw(in: layout.input, hasCursor: model.overlay == nil && model.focus == .input, on: &canvas)
        } else if model.link == .up {
            canvas.write("No room is open: F2 shows them.", in: layout.input.inset(rows: 0, columns: 1))
        }
        status.draw(in: layout.status, on: &canvas)
    }

    private static func layout(_ model: Model, _ input: InputPane?, _ status: StatusBar) -> ScreenLayout {
        var needs = ScreenLayout.Needs()
        needs.inputRows = input?.rows ?? 1
        needs.statusRows = status.rows(columns: model.size.columns)
        needs.isInVoice = model.seat != nil
        needs.showsMembers = model.settings.showsMembers
        if case .members = model.focus { needs.hasMembersFocus = true }
        return ScreenLayout(columns: model.size.columns, rows: model.size.rows, needs)
    }

    /// The selected conversation as it lies on the screen, to find one's way in it.
    static func conversation(of model: Model) -> ConversationPane? {
        guard model.size.columns >= ScreenLayout.columnsMin, model.size.rows >= ScreenLayout.rowsMin,
            let state = model.selectedState
        else { return nil }
        let theme = Theme(colors: model.settings.colors)
        let input = InputPane(state, columns: model.size.columns, theme: theme)
        let layout = layout(model, input, StatusBar(model: model, theme: theme))
        return ConversationPane(model, state, layout.conversation, theme: theme)
    }

    private static func drawBody(
        _ model: Model, _ state: ConversationState?, _ layout: ScreenLayout, on canvas: inout Canvas
    ) {
        if let area = layout.rooms {
            RoomsPane(model: model, area: area).draw(on: &canvas)
            canvas.column(CellRectangle(row: area.row, column: area.endColumn, columns: 1, rows: area.rows))
        }
        if let state {
            ConversationPane(model, state, layout.conversation, theme: canvas.theme).draw(on: &canvas)
        }
        if let area = layout.members {
            canvas.column(CellRectangle(row: area.row, column: area.column - 1, columns: 1, rows: area.rows))
            MembersPane(model: model, area: area).draw(on: &canvas)
        }
    }

    private static func drawOverlay(_ model: Model, on canvas: inout Canvas) {
        switch model.overlay {
        case nil, .setup, .fingerprint: break
        case .help(let scroll): HelpView(settings: model.settings, scroll: scroll).draw(on: &canvas)
        case .rooms(let browser): RoomBrowserView(browser: browser).draw(on: &canvas)
        case .people(let browser): PeopleBrowserView(browser: browser).draw(on: &canvas)
        case .settings(let form): SettingsView(model: model, form: form).draw(on: &canvas)
        case .search(let panel): SearchView(model: model, panel: panel).draw(on: &canvas)
        case .member(let menu): MemberMenuView(menu: menu).draw(on: &canvas)
        case .prompt(let prompt): PromptView(prompt: prompt).draw(on: &canvas)
        }
    }
}
