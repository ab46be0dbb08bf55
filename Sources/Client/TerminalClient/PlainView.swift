import ControlWire
import Identifiers
import KeyInput
import TerminalSupport
import TerminalUI

/// The client as lines: what is said about each change of the model. Pure; fit for pipes and for who has a screen read out.
enum PlainView {
    /// Messages that are shown of a conversation that is gone to.
    static let messagesShown = 20

    /// What has changed, one line each, safe for a terminal.
    static func lines(from old: Model, to new: Model) -> [String] {
        link(from: old, to: new) + notices(from: old, to: new) + selection(from: old, to: new)
            + new.conversations.flatMap { messages(from: old, to: new, in: $0) } + overlay(from: old, to: new)
    }

    // MARK: Server, words, places

    private static func link(from old: Model, to new: Model) -> [String] {
        guard old.link != new.link else { return [] }
        switch (old.link, new.link) {
        case (_, .none): return []
        case (_, .connecting): return ["Connecting to \(new.server)."]
        case (_, .up): return ["Connected to \(new.server) as \(new.account?.name ?? "?")."]
        case (.down(_, let before), .down(_, let reason)) where before == reason: return []
        case (_, .down(_, let reason)): return ["No connection, trying again: \(reason)"]
        }
    }

    private static func notices(from old: Model, to new: Model) -> [String] {
        new.notices.filter { !old.notices.contains($0) }.map(\.text)
    }

    private static func selection(from old: Model, to new: Model) -> [String] {
        guard old.selected != new.selected, let state = new.selectedState else { return [] }
        let topic = state.topic.isEmpty ? "" : ": \(state.topic)"
        return ["You are in \(title(of: state))\(topic)"]
    }

    static func title(of state: ConversationState) -> String {
        state.otherID == nil ? "“\(state.name)”" : "the private conversation with \(state.name)"
    }

    // MARK: Messages

    private static func messages(from old: Model, to new: Model, in state: ConversationState) -> [String] {
        let isSelected = new.selected == state.conversation
        let wasSelected = old.selected == state.conversation
        let before = old.state(of: state.conversation)
        let isArriving = isSelected && (!wasSelected || before?.log.last == nil)
        guard isArriving || before?.log != state.log else { return [] }
        let place = isSelected ? nil : state
        if isArriving { return state.log.messages.suffix(messagesShown).flatMap { text(of: $0, new, place) } }
        guard !state.log.isDetached else { return [] }
        let fresh = state.log.messages.filter { message in
            guard let last = before?.log.last else { return true }
            return message.id > last.id
        }
        let changed = state.log.messages.filter { message in
            before?.log.message(message.id).map { $0.changeID != message.changeID } ?? false
        }
        return changed.flatMap { change(of: $0, place) } + fresh.flatMap { text(of: $0, new, place) }
    }

    /// Lines after the first are indented, so that nobody can write what looks like somebody else's.
    private static func text(of message: ChatMessage, _ model: Model, _ place: ConversationState?) -> [String] {
        var lines = message.content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if message.deletedAt != nil { lines = ["(deleted)"] }
        let edited = message.editedAt == nil ? "" : " (edited)"
        let first =
            "\(time(message.sentAt, model)) #\(message.id) \(mark(place))\(message.author): \(lines[0])\(edited)"
        return [first] + lines.dropFirst().map { "    " + $0 }
    }

    private static func change(of message: ChatMessage, _ place: ConversationState?) -> [String] {
        guard message.deletedAt == nil else {
            return ["\(mark(place))#\(message.id) of \(message.author) was deleted."]
        }
        let lines = message.content.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        return ["\(mark(place))#\(message.id) of \(message.author) now says: \(lines[0])"]
            + lines.dropFirst().map { "    " + $0 }
    }

    private static func mark(_ place: ConversationState?) -> String {
        guard let place else { return "" }
        return place.otherID == nil ? "[\(place.name)] " : "[private] "
    }

    private static func time(_ milliseconds: Int64, _ model: Model) -> String {
        let seconds = milliseconds / 1_000 + Int64(model.zone.seconds(at: milliseconds))
        let minute = ((seconds / 60) % 1_440 + 1_440) % 1_440
        let two: (Int64) -> String = { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(two(minute / 60)):\(two(minute % 60))"
    }
}

// MARK: What lies over the screen elsewhere

extension PlainView {
    private static func overlay(from old: Model, to new: Model) -> [String] {
        guard old.overlay != new.overlay, let overlay = new.overlay else { return [] }
        switch overlay {
        case .setup(let form): return setup(form, before: old.overlay)
        case .fingerprint(let question):
            return [
                "First contact with \(question.server). Its certificate: \(question.fingerprint)",
                "Compare it with what the server printed at its start. Is it right? yes or no:",
            ]
        case .help: return Command.all.map { "/\($0.name) \($0.usage)".trimmed + " – \($0.explanation)" }
        case .rooms(let browser): return rooms(browser)
        case .people(let browser):
            return (browser.rows ?? []).map { row in
                "\(row.name)\(row.isOnline ? ", online" : "")\(row.unreadCount > 0 ? ", \(row.unreadCount) new" : "")"
            }
        case .settings(let form): return settings(form, new.settings, before: old.overlay)
        case .search(let panel): return search(panel, new)
        case .member: return []
        case .prompt(let prompt): return self.prompt(prompt, before: old.overlay)
        }
    }

    private static func setup(_ form: SetupForm, before: Overlay?) -> [String] {
        var error: [String] = []
        if let text = form.error, before?.error != text { error = [text] }
        guard !form.isBusy else { return error }
        let asked = before?.focus
        guard asked != form.focus || !error.isEmpty || before?.isBusy == true else { return error }
        return error + [question(form)]
    }

    private static func question(_ form: SetupForm) -> String {
        guard form.focus < form.fields.count else { return "Make a new account? yes or no:" }
        let field = form.fields[form.focus]
        let given = field.line.isEmpty || field.isSecret ? "" : " (\(field.line.text))"
        return "\(field.label)\(given):"
    }

    private static func rooms(_ browser: RoomBrowser) -> [String] {
        if let error = browser.error { return [error] }
        switch browser.mode {
        case .password(_, let field): return ["\(field.label):"]
        case .creating(let fields, let focus): return ["\(fields[focus].label):"]
        case .browsing:
            return (browser.rooms ?? []).map { room in
                let topic = room.topic.isEmpty ? room.description : room.topic
                return "\(room.id) \(room.name)\(room.isMember ? ", joined" : "")"
                    + "\(room.isPasswordProtected ? ", with a password" : "")\(topic.isEmpty ? "" : ": \(topic)")"
            }
        }
    }

    private static func settings(_ form: SettingsForm, _ settings: Settings, before: Overlay?) -> [String] {
        if case .settings = before { return form.error.map { [$0] } ?? [] }
        return SettingItem.allCases.filter { $0.kind != .action }.map { "\($0.label): \(settings.value(of: $0))" }
            + ["Settings are changed in the file, or with /mode, /volume and /bitrate."]
    }

    private static func search(_ panel: SearchPanel, _ model: Model) -> [String] {
        if let error = panel.error { return [error] }
        guard !panel.isBusy else { return [] }
        guard !panel.hits.isEmpty else { return ["Nothing was found for “\(panel.query)”."] }
        return panel.hits.map { hit in
            let place = model.state(of: hit.message.conversation)
            return "\(mark(place))#\(hit.message.id) \(TerminalText.name(hit.message.author)): "
                + TerminalText.line(hit.snippet, keepsJoiners: true)
        }
    }

    private static func prompt(_ prompt: Prompt, before: Overlay?) -> [String] {
        var lines: [String] = []
        if before?.isPrompt != true { lines.append(prompt.title) }
        if let error = prompt.error { lines.append(error) }
        lines.append(prompt.fields.isEmpty ? "yes or no:" : "\(prompt.fields[prompt.focus].label):")
        return lines
    }
}

extension Overlay {
    fileprivate var error: String? { if case .setup(let form) = self { form.error } else { nil } }
    fileprivate var focus: Int? { if case .setup(let form) = self { form.focus } else { nil } }
    fileprivate var isBusy: Bool { if case .setup(let form) = self { form.isBusy } else { false } }
    fileprivate var isPrompt: Bool { if case .prompt = self { true } else { false } }
}
