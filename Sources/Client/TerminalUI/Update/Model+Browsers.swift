import ControlWire
import Identifiers
import KeyInput
import TerminalSupport

/// F2 and F3.
extension Model {
    // MARK: Rooms

    mutating func openRooms() -> [Effect] {
        if isRoomBrowser() { return closeOverlay() }
        overlay = .rooms(RoomBrowser())
        return [.request(.rooms)]
    }

    mutating func beginCreating() {
        guard case .rooms(var browser) = overlay else { return }
        browser.mode = .creating(
            [FormField("Name"), FormField("Description"), FormField("Password (optional)", isSecret: true)], focus: 0)
        overlay = .rooms(browser)
    }

    mutating func press(_ stroke: KeyStroke, in browser: RoomBrowser) -> [Effect] {
        var browser = browser
        browser.error = nil
        switch browser.mode {
        case .browsing: return pressBrowsing(stroke, browser)
        case .password(let room, var field):
            switch stroke.key {
            case .escape: browser.mode = .browsing
            case .enter:
                book.wanted.insert(room)
                overlay = .rooms(browser)
                return [.request(.join(room, password: field.line.text))]
            default:
                field.line.take(stroke)
                browser.mode = .password(room, field)
            }
        case .creating(var fields, let focus):
            switch (stroke.key, stroke.modifiers) {
            case (.escape, _): browser.mode = .browsing
            case (.tab, []), (.down, _): browser.mode = .creating(fields, focus: (focus + 1) % fields.count)
            case (.tab, .shift), (.up, _):
                browser.mode = .creating(fields, focus: (focus + fields.count - 1) % fields.count)
            case (.enter, _): return create(fields, browser)
            default:
                fields.edit(stroke, at: focus)
                browser.mode = .creating(fields, focus: focus)
            }
        }
        overlay = .rooms(browser)
        return []
    }

    private mutating func create(_ fields: [FormField], _ browser: RoomBrowser) -> [Effect] {
        var browser = browser
        let name = fields[0].line.text.trimmingSpaces
        guard !name.isEmpty else {
            browser.error = "A room needs a name."
            overlay = .rooms(browser)
            return []
        }
        overlay = .rooms(browser)
        let password = fields[2].line.text
        return [
            .request(
                .create(
                    name: name, description: fields[1].line.text.trimmingSpaces,
                    password: password.isEmpty ? nil : password))
        ]
    }

    private mutating func pressBrowsing(_ stroke: KeyStroke, _ browser: RoomBrowser) -> [Effect] {
        var browser = browser
        let last = max(0, browser.shown.count - 1)
        switch stroke.key {
        case .escape: return closeOverlay()
        case .up: browser.selection = max(0, browser.selection - 1)
        case .down: browser.selection = min(last, browser.selection + 1)
        case .pageUp: browser.selection = max(0, browser.selection - size.rows / 2)
        case .pageDown: browser.selection = min(last, browser.selection + size.rows / 2)
        case .insert,
            .character("n") where stroke.modifiers == .control || stroke.key == .insert:
            beginCreating()
            return []
        case .enter:
            guard browser.selection < browser.shown.count else { return [] }
            let room = browser.shown[browser.selection]
            let effects = join(room.id)
            if book.present.contains(room.id) { closeRoomBrowser() }
            return effects
        default:
            browser.filter.take(stroke)
            browser.selection = 0
        }
        overlay = .rooms(browser)
        return []
    }

    // MARK: People

    mutating func openPeople() -> [Effect] {
        if case .people = overlay { return closeOverlay() }
        overlay = .people(PeopleBrowser())
        fillPeopleBrowser()
        return [.request(.users)]
    }

    /// Those with something new, those online, the others; each by name.
    mutating func fillPeopleBrowser() {
        guard case .people(var browser) = overlay, !people.isEmpty else { return }
        let rows = people.filter { $0.key != account?.userID }.map { userID, person in
            PeopleBrowser.Row(
                userID: userID, name: person.name, isOnline: person.isOnline,
                unreadCount: state(of: .direct(userID))?.unreadCount ?? 0)
        }
        browser.rows = rows.sorted { left, right in
            if (left.unreadCount > 0) != (right.unreadCount > 0) { return left.unreadCount > 0 }
            if left.isOnline != right.isOnline { return left.isOnline }
            return (left.name.lowercased(), left.userID.rawValue) < (right.name.lowercased(), right.userID.rawValue)
        }
        overlay = .people(browser)
    }

    mutating func press(_ stroke: KeyStroke, in browser: PeopleBrowser) -> [Effect] {
        var browser = browser
        let last = max(0, browser.shown.count - 1)
        switch stroke.key {
        case .escape: return closeOverlay()
        case .up: browser.selection = max(0, browser.selection - 1)
        case .down: browser.selection = min(last, browser.selection + 1)
        case .pageUp: browser.selection = max(0, browser.selection - size.rows / 2)
        case .pageDown: browser.selection = min(last, browser.selection + size.rows / 2)
        case .enter:
            guard browser.selection < browser.shown.count else { return [] }
            overlay = nil
            return select(.direct(browser.shown[browser.selection].userID))
        default:
            browser.filter.take(stroke)
            browser.selection = 0
        }
        overlay = .people(browser)
        return []
    }
}

extension RoomBrowser {
    mutating func type(_ text: String) {
        switch mode {
        case .browsing: filter.insert(text)
        case .password(let room, var field):
            field.line.insert(text)
            mode = .password(room, field)
        case .creating(var fields, let focus):
            fields[focus].line.insert(text)
            mode = .creating(fields, focus: focus)
        }
    }
}
