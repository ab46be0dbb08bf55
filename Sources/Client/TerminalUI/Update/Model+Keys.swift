import ControlWire
import Identifiers
import KeyInput
import TerminalSupport
import VoiceClient

/// Keys: those that hold everywhere, then the part of the screen that has them.
extension Model {
    mutating func handle(_ input: InputEvent) -> [Effect] {
        switch input {
        case .reportsReleases(let isTrue):
            reportsReleases = isTrue
            return []
        case .focus(let isHere):
            hasFocus = isHere
            guard !isHere else { return [] }
            pushToTalk.loseFocus(talkKeyRules, now: now)
            return obeyTalkKey()
        case .paste(let text, let isCut):
            if isCut { note("The pasted text was too long and is cut.", isError: true) }
            return paste(text)
        case .key(let stroke, let action): return press(stroke, action)
        }
    }

    private mutating func press(_ stroke: KeyStroke, _ action: KeyAction) -> [Effect] {
        if case .settings(let form) = overlay, form.isCapturingKey { return action == .press ? capture(stroke) : [] }
        if isTalkKey(stroke), !isTypingForm { return talk(action) }
        guard action != .release else { return [] }
        if case .modifier = stroke.key { return [] }
        return pressAnywhere(stroke) ?? pressOverlay(stroke) ?? pressMain(stroke)
    }

    /// A form of the first start takes every key for itself.
    private var isTypingForm: Bool {
        switch overlay {
        case .setup, .fingerprint: true
        default: false
        }
    }

    private func isTalkKey(_ stroke: KeyStroke) -> Bool {
        guard seat != nil, settings.mode == .pushToTalk else { return false }
        // A release may come with other modifiers than its press had.
        return stroke == settings.talkKey || (pushToTalk.isOpen && stroke.key == settings.talkKey.key)
    }

    private mutating func talk(_ action: KeyAction) -> [Effect] {
        switch action {
        case .press: pushToTalk.press(talkKeyRules, now: now)
        case .repetition: pushToTalk.repeated(talkKeyRules, now: now)
        case .release: pushToTalk.release(talkKeyRules, now: now)
        }
        return obeyTalkKey()
    }

    /// Nil: the key means nothing everywhere.
    private mutating func pressAnywhere(_ stroke: KeyStroke) -> [Effect]? {
        if stroke == KeyStroke(.character("z"), .control) { return [.suspend] }
        if stroke == KeyStroke(.character("c"), .control) { return askToQuit() }
        guard !isTypingForm else { return nil }
        switch stroke {
        case settings.muteKey: return mute(nil)
        case settings.deafenKey: return deafen(nil)
        case settings.voiceKey: return toggleVoice()
        case settings.membersKey: return toggleMembers()
        case KeyStroke(.function(1)): return toggle(.help(scroll: 0))
        case KeyStroke(.function(2)): return openRooms()
        case KeyStroke(.function(3)): return openPeople()
        case KeyStroke(.function(4)): return openSettings()
        default: return nil
        }
    }

    private mutating func toggle(_ wanted: Overlay) -> [Effect] {
        if case .help = overlay { overlay = nil } else { overlay = wanted }
        return []
    }

    /// Ctrl-C empties a line first, then asks; a second one leaves.
    private mutating func askToQuit() -> [Effect] {
        if case .prompt(let prompt) = overlay, prompt.purpose == .quit { return quit() }
        switch overlay {
        case .setup, .fingerprint: return quit()
        default: break
        }
        if overlay == nil, let line = selectedState?.line, !line.isEmpty {
            change { $0.line.clear() }
            return []
        }
        overlay = .prompt(Prompt(.quit, title: "Leave Roomtone?"))
        return []
    }

    mutating func quit() -> [Effect] { leaveVoice() + [.quit(nil)] }

    // MARK: The main screen

    private mutating func pressMain(_ stroke: KeyStroke) -> [Effect] {
        switch focus {
        case .members(let row): return pressMembers(stroke, row)
        case .messages(let id): return pressMessages(stroke, id)
        case .input: return pressMoving(stroke) ?? pressLine(stroke)
        }
    }

    /// Moving between and in conversations; nil: a key of the line.
    mutating func pressMoving(_ stroke: KeyStroke) -> [Effect]? {
        switch (stroke.key, stroke.modifiers) {
        case (.tab, []): return complete() ?? selectNeighbour(1)
        case (.tab, .shift): return selectNeighbour(-1)
        case (.pageUp, _): return scroll(pages: -1)
        case (.pageDown, _): return scroll(pages: 1)
        case (.up, .alt), (.up, .control):
            selectMessage(-1)
            return []
        case (.home, .control): return scrollToStart()
        case (.end, .control): return scrollToEnd()
        case (.character("a"), .alt): return selectUnread()
        case (.character("u"), .alt): return jumpToFirstUnread()
        case (.character("r"), .alt): return retryPosts()
        default: return nil
        }
    }

    private mutating func pressMessages(_ stroke: KeyStroke, _ id: MessageID) -> [Effect] {
        switch stroke.key {
        case .up: selectMessage(-1)
        case .down: selectMessage(1)
        case .escape: return closeFocus()
        case .enter, .character("r"): reply(to: id)
        case .character("e"): edit(id)
        case .character("d"), .delete: askToDelete(id)
        case .character("o"):
            if let target = selectedState?.log.message(id)?.replyTo, let place = selected {
                return jump(to: target, in: place)
            }
        default: return pressMoving(stroke) ?? []
        }
        return []
    }

    private mutating func closeFocus() -> [Effect] {
        focus = .input
        return scrollToEnd()
    }

    // MARK: Members

    /// From the list to the line and back.
    private mutating func toggleMembers() -> [Effect] {
        if case .members = focus { focus = .input } else if !memberRows.isEmpty { focus = .members(0) }
        return []
    }

    private mutating func pressMembers(_ stroke: KeyStroke, _ row: Int) -> [Effect] {
        let rows = memberRows
        guard !rows.isEmpty else {
            focus = .input
            return []
        }
        let here = min(row, rows.count - 1)
        switch stroke.key {
        case .up: focus = .members(max(0, here - 1))
        case .down: focus = .members(min(rows.count - 1, here + 1))
        case .home: focus = .members(0)
        case .end: focus = .members(rows.count - 1)
        case .escape: focus = .input
        case .enter: openMemberMenu(rows[here])
        case .character("+"), .character("="), .right:
            return setVolume(volume(of: rows[here].name) + 0.1, of: rows[here].name)
        case .character("-"), .left: return setVolume(volume(of: rows[here].name) - 0.1, of: rows[here].name)
        default: return pressMoving(stroke) ?? []
        }
        return []
    }

    private mutating func paste(_ text: String) -> [Effect] {
        let safe = SafeText.lines(text)
        switch overlay {
        case nil:
            guard case .input = focus else { return [] }
            return type(safe)
        default: return typeInOverlay(safe.replacing("\n", with: " "))
        }
    }
}
