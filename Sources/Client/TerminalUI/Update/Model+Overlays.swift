import ControlWire
import Identifiers
import KeyInput
import RoomClient
import TerminalSupport

/// Keys for what lies over the main screen, and how it opens.
extension Model {
    /// Nil: nothing lies over it.
    mutating func pressOverlay(_ stroke: KeyStroke) -> [Effect]? {
        switch overlay {
        case nil: return nil
        case .setup(let form): return press(stroke, in: form)
        case .fingerprint(let question): return press(stroke, in: question)
        case .help(let scroll): return press(stroke, inHelp: scroll)
        case .rooms(let browser): return press(stroke, in: browser)
        case .people(let browser): return press(stroke, in: browser)
        case .settings(let form): return press(stroke, in: form)
        case .search(let panel): return press(stroke, in: panel)
        case .member(let menu): return press(stroke, in: menu)
        case .prompt(let prompt): return press(stroke, in: prompt)
        }
    }

    /// Text that is pasted or typed, into the field that has the cursor.
    mutating func typeInOverlay(_ text: String) -> [Effect] {
        switch overlay {
        case .setup(var form) where form.focus < form.fields.count:
            form.fields[form.focus].line.insert(text)
            overlay = .setup(form)
        case .rooms(var browser):
            browser.type(text)
            overlay = .rooms(browser)
        case .people(var browser):
            browser.filter.insert(text)
            overlay = .people(browser)
        case .settings(var form):
            form.editing?.insert(text)
            overlay = .settings(form)
        case .prompt(var prompt) where prompt.focus < prompt.fields.count:
            prompt.fields[prompt.focus].line.insert(text)
            overlay = .prompt(prompt)
        default: break
        }
        return []
    }

    // MARK: The first start

    private mutating func press(_ stroke: KeyStroke, in form: SetupForm) -> [Effect] {
        guard !form.isBusy else { return [] }
        var form = form
        // After the fields: new account or not, then the button.
        let stops = form.fields.count + 1
        switch (stroke.key, stroke.modifiers) {
        case (.tab, []), (.down, _): form.focus = (form.focus + 1) % stops
        case (.tab, .shift), (.up, _): form.focus = (form.focus + stops - 1) % stops
        case (.enter, _): return submit(form)
        case (.character(" "), _) where form.focus == form.fields.count,
            (.left, _) where form.focus == form.fields.count, (.right, _) where form.focus == form.fields.count:
            form.registers.toggle()
        case (.escape, _): return account == nil ? [] : closeOverlay()
        default: form.fields.edit(stroke, at: form.focus)
        }
        overlay = .setup(form)
        return []
    }

    private mutating func submit(_ form: SetupForm) -> [Effect] {
        var form = form
        if let missing = form.fields.firstIndex(where: { $0.line.text.trimmingSpaces.isEmpty }) {
            form.focus = missing
            form.error = "\(form.fields[missing].label) is missing."
            overlay = .setup(form)
            return []
        }
        form.isBusy = true
        form.error = nil
        overlay = .setup(form)
        server = TerminalText.line(form.server.trimmingSpaces)
        user = form.user.trimmingSpaces
        link = .connecting
        return [
            .connect(
                Login(server: server, user: user, password: form.password, registers: form.registers))
        ]
    }

    private mutating func press(_ stroke: KeyStroke, in question: FingerprintQuestion) -> [Effect] {
        let isTrusted: Bool
        switch stroke.key {
        case .character("y"), .character("Y"): isTrusted = true
        case .character("n"), .character("N"), .escape: isTrusted = false
        default: return []
        }
        var form = question.form
        form?.isBusy = isTrusted
        overlay = form.map { .setup($0) }
        return [.trust(isTrusted)]
    }

    mutating func closeOverlay() -> [Effect] {
        overlay = nil
        return []
    }

    private mutating func press(_ stroke: KeyStroke, inHelp scroll: Int) -> [Effect] {
        switch stroke.key {
        case .escape, .enter, .character("q"): return closeOverlay()
        case .up: overlay = .help(scroll: max(0, scroll - 1))
        case .down: overlay = .help(scroll: min(scroll + 1, HelpView.scrollMax(settings, size: size)))
        case .pageUp: overlay = .help(scroll: max(0, scroll - size.rows / 2))
        case .pageDown: overlay = .help(scroll: min(scroll + size.rows / 2, HelpView.scrollMax(settings, size: size)))
        default: break
        }
        return []
    }

    // MARK: Search

    mutating func show(_ page: SearchPage, continues: Bool) {
        guard case .search(var panel) = overlay else { return }
        let hits = page.results.map(Self.safe)
        panel.hits = continues ? panel.hits + hits : hits
        (panel.hasMore, panel.isBusy) = (page.hasMore, false)
        overlay = .search(panel)
    }

    /// Marks stay where they are: every scalar that is not safe becomes one that is.
    private static func safe(_ hit: SearchHit) -> SearchHit {
        var hit = hit
        hit.message.author = TerminalText.name(hit.message.author)
        hit.message.content = SafeText.lines(hit.message.content)
        hit.snippet = TerminalText.line(hit.snippet)
        return hit
    }

    private mutating func press(_ stroke: KeyStroke, in panel: SearchPanel) -> [Effect] {
        var panel = panel
        switch stroke.key {
        case .escape: return closeOverlay()
        case .up: panel.selection = max(0, panel.selection - 1)
        case .down: panel.selection = min(max(0, panel.hits.count - 1), panel.selection + 1)
        case .pageUp: panel.selection = max(0, panel.selection - size.rows / 4)
        case .pageDown: panel.selection = min(max(0, panel.hits.count - 1), panel.selection + size.rows / 4)
        case .enter:
            guard panel.selection < panel.hits.count else { return [] }
            let message = panel.hits[panel.selection].message
            overlay = nil
            return jump(to: message.id, in: message.conversation)
        default: return []
        }
        let wantsMore = panel.selection >= panel.hits.count - 1 && panel.hasMore && !panel.isBusy
        if wantsMore { panel.isBusy = true }
        overlay = .search(panel)
        guard wantsMore, let last = panel.hits.last?.message.id else { return [] }
        return [.request(.search(query: panel.query, before: last))]
    }
}

extension [FormField] {
    /// Typing in one of the fields.
    mutating func edit(_ stroke: KeyStroke, at focus: Int) {
        guard indices.contains(focus) else { return }
        self[focus].line.take(stroke)
    }
}

extension InputLine {
    /// Typing in a field of one line.
    mutating func take(_ stroke: KeyStroke) {
        switch stroke.key {
        case .character(let character) where stroke.modifiers.isSubset(of: .shift): insert(String(character))
        case .up, .down: break
        default: edit(stroke)
        }
    }
}
