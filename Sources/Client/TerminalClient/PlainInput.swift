import KeyInput
import TerminalUI

/// What a line means, by what was asked last. Pure.
enum PlainInput {
    /// The events that the line stands for.
    static func events(of line: String, in model: Model) -> [Event] {
        switch model.overlay {
        case .setup(let form): setup(line, form)
        case .fingerprint: [key(.character(isYes(line) ? "y" : "n"))]
        case .prompt(let prompt) where prompt.fields.isEmpty: [key(isYes(line) ? .enter : .escape)]
        case .prompt(let prompt): answer(line, isLast: prompt.focus == prompt.fields.count - 1)
        case .rooms(let browser): rooms(line, browser)
        // Everything else was read out and is over.
        case .some: [key(.escape), .line(line)]
        case nil: [.line(line)]
        }
    }

    /// Closes what was read out.
    static let close = key(.escape)

    /// What was read out as a list takes no answer: it closes by itself as soon as it is complete.
    static func closes(_ overlay: Overlay?) -> Bool {
        switch overlay {
        case .help, .settings, .member: true
        case .rooms(let browser): browser.mode == .browsing && (browser.rooms != nil || browser.error != nil)
        case .people(let browser): browser.rows != nil || browser.error != nil
        case .search(let panel): !panel.isBusy
        case .setup, .fingerprint, .prompt, nil: false
        }
    }

    /// Whether what is typed now is not for other eyes.
    static func isSecret(_ overlay: Overlay?) -> Bool {
        switch overlay {
        case .setup(let form): form.focus < form.fields.count && form.fields[form.focus].isSecret
        case .rooms(let browser):
            switch browser.mode {
            case .password: true
            case .creating(let fields, let focus): fields[focus].isSecret
            case .browsing: false
            }
        default: false
        }
    }

    /// An empty line keeps what the field has.
    private static func setup(_ line: String, _ form: SetupForm) -> [Event] {
        guard form.focus < form.fields.count else {
            let isChange = isYes(line) != form.registers
            return (isChange ? [key(.character(" "))] : []) + [key(.enter)]
        }
        let kept = line.isEmpty ? [] : [key(.character("u"), .control), paste(line)]
        return kept + [key(.tab)]
    }

    private static func rooms(_ line: String, _ browser: RoomBrowser) -> [Event] {
        switch browser.mode {
        case .browsing: [key(.escape), .line(line)]
        case .password: answer(line, isLast: true)
        case .creating(let fields, let focus): answer(line, isLast: focus == fields.count - 1)
        }
    }

    private static func answer(_ line: String, isLast: Bool) -> [Event] {
        (line.isEmpty ? [] : [paste(line)]) + [key(isLast ? .enter : .tab)]
    }

    private static func isYes(_ line: String) -> Bool { ["y", "yes"].contains(line.trimmed.lowercased()) }

    private static func key(_ key: Key, _ modifiers: KeyModifiers = []) -> Event {
        .input(.key(KeyStroke(key, modifiers), .press))
    }

    private static func paste(_ text: String) -> Event { .input(.paste(text, isCut: false)) }
}
