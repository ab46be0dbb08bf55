import CellScreen
import KeyInput
import TalkInterface
import VoiceClient

/// F4.
struct SettingsView {
    private enum Row: Equatable {
        case heading(String)
        case item(SettingItem)
    }

    let model: Model
    let form: SettingsForm

    private var selected: SettingItem { SettingItem.allCases[form.selection] }

    func draw(on canvas: inout Canvas) {
        let bounds = canvas.grid.bounds
        let rows = Self.rows
        let area = Dialog.area(in: bounds, columns: 78, rows: min(bounds.rows - 2, rows.count + 4))
        let inner = canvas.box(area, title: "Settings")
        let height = max(1, inner.rows - 1)
        let chosen = rows.firstIndex(of: .item(selected)) ?? 0
        let start = ListWindow.start(selection: chosen, count: rows.count, rows: height)
        for (offset, row) in rows[start...].prefix(height).enumerated() {
            switch row {
            case .heading(let text): canvas.write(text, in: inner.line(offset), canvas.style(.heading))
            case .item(let item): draw(item, in: inner.line(offset), on: &canvas)
            }
        }
        Dialog.drawFooter(footer, error: form.error ?? failure, in: inner, on: &canvas)
    }

    private func draw(_ item: SettingItem, in row: CellRectangle, on canvas: inout Canvas) {
        let isSelected = item == selected
        let labelColumns = min(34, row.columns / 2)
        var left = row
        left.columns = labelColumns - 1
        canvas.write((isSelected ? "▸ " : "  ") + item.label, in: left)
        var right = row
        right.column += labelColumns
        right.columns -= labelColumns
        if isSelected, let line = form.editing {
            FieldView(line: line, isFocused: true).draw(in: right.inset(rows: 0, columns: 2), on: &canvas)
            return
        }
        canvas.write(value(of: item, isSelected: isSelected, canvas.theme), in: right)
        if isSelected { canvas.highlight(row) }
    }

    private func value(of item: SettingItem, isSelected: Bool, _ theme: Theme) -> [StyledText] {
        if isSelected, form.isCapturingKey { return [StyledText("press the key …", theme.style(.notice))] }
        var text = Self.stroke(item, model.settings).map(KeyName.text) ?? model.settings.value(of: item)
        switch item {
        case .inputDevice: text = device(model.settings.inputDevice, form.inputs) ?? text
        case .outputDevice: text = device(model.settings.outputDevice, form.outputs) ?? text
        case .microphoneTest: text = testWords ?? text
        default: break
        }
        switch item.kind {
        case .choice, .toggle, .number: break
        case .key, .text, .action: return [StyledText("  "), StyledText(text)]
        }
        let arrows = isSelected ? ("‹ ", " ›") : ("  ", "")
        let meter = item == .activationLevel ? self.meter(theme) : []
        return [StyledText(arrows.0), StyledText(text), StyledText(arrows.1 + (meter.isEmpty ? "" : "  "))] + meter
    }

    /// Where one's own voice is, while in voice, to find the threshold by.
    private func meter(_ theme: Theme) -> [StyledText] {
        guard let talk = model.seat?.talk, talk.isVoiceOpen else { return [] }
        return Meter.pieces(
            level: talk.statistics.inputLevel, threshold: model.settings.activationLevel, columns: 10, theme: theme)
    }

    private func device(_ name: String?, _ devices: [SettingsForm.Device]?) -> String? {
        guard let device = devices?.first(where: { $0.name == name ?? "default" }), !device.description.isEmpty else {
            return nil
        }
        return "\(device.name): \(device.description)"
    }

    private var testWords: String? {
        switch form.test {
        case nil: nil
        case .recording: "● recording: say something"
        case .playing: "that is how you sound …"
        case .failed: "did not work (Enter: again)"
        }
    }

    private var failure: String? {
        if case .failed(let why) = form.test, selected == .microphoneTest { return why }
        return selected == .globalKey ? model.globalKeyProblem : nil
    }

    private var footer: String {
        if form.isCapturingKey { return "Esc: keep the key there is" }
        if form.editing != nil { return "Enter: take it · Esc: keep what was" }
        switch selected.kind {
        case .choice, .toggle: return "Left, Right: change · Del: default · Esc: close"
        case .number: return "Left, Right: change · Enter: type it · Del: default · Esc: close"
        case .key: return "Enter: choose another key · Esc: close"
        case .text: return "Enter: type it · Del: none · Esc: close"
        case .action: return "Enter: begin · Esc: close"
        }
    }

    private static func stroke(_ item: SettingItem, _ settings: Settings) -> KeyStroke? {
        switch item {
        case .talkKey: settings.talkKey
        case .muteKey: settings.muteKey
        case .deafenKey: settings.deafenKey
        case .voiceKey: settings.voiceKey
        case .membersKey: settings.membersKey
        default: nil
        }
    }

    private static let rows: [Row] = SettingItem.allCases.flatMap { item -> [Row] in
        switch item {
        case .inputDevice: [.heading("Devices"), .item(item)]
        case .mode: [.heading("Talking"), .item(item)]
        case .profile: [.heading("Sound"), .item(item)]
        case .muteKey: [.heading("Keys"), .item(item)]
        case .sounds: [.heading("Screen"), .item(item)]
        default: [.item(item)]
        }
    }
}
