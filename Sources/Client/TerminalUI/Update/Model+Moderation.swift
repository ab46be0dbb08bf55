import ControlWire
import Identifiers
import KeyInput
import Permissions
import TalkInterface
import TerminalSupport

/// The menu of a member, and questions.
extension Model {
    mutating func openMemberMenu(_ row: MemberRow) {
        guard row.userID != account?.userID else {
            note("That is you: \(settings.muteKey) mutes, \(settings.deafenKey) deafens, F4 has the settings.")
            return
        }
        let room = selectedState?.roomID
        let rights = room == nil ? [] : selectedState?.permissions ?? []
        var items: [MemberMenu.Item] = [.write]
        if let voice = row.voice {
            items.append(.volume(row.volume))
            if rights.contains(.muteOthers) {
                items += [.muteForAll(!voice.isServerMuted), .deafenForAll(!voice.isServerDeafened)]
            }
        }
        if rights.contains(.kick) { items.append(.kick) }
        if rights.contains(.ban) { items.append(.ban) }
        overlay = .member(MemberMenu(userID: row.userID, name: row.name, room: room, items: items))
    }

    mutating func press(_ stroke: KeyStroke, in menu: MemberMenu) -> [Effect] {
        var menu = menu
        var effects: [Effect] = []
        switch stroke.key {
        case .escape: return closeOverlay()
        case .up: menu.selection = max(0, menu.selection - 1)
        case .down: menu.selection = min(menu.items.count - 1, menu.selection + 1)
        case .left, .right:
            guard case .volume(let volume) = menu.items[menu.selection] else { return [] }
            effects = setVolume(volume + (stroke.key == .left ? -0.1 : 0.1), of: menu.name)
            menu.items[menu.selection] = .volume(self.volume(of: menu.name))
        case .enter: return choose(menu.items[menu.selection], menu)
        default: return []
        }
        overlay = .member(menu)
        return effects
    }

    private mutating func choose(_ item: MemberMenu.Item, _ menu: MemberMenu) -> [Effect] {
        overlay = nil
        if item == .write { return select(.direct(menu.userID)) }
        guard let room = menu.room else { return [] }
        switch item {
        case .muteForAll(let isMuted):
            return [
                .request(
                    .restrain(VoiceRestraint(roomID: room, userID: menu.userID, isMuted: isMuted, isDeafened: nil)))
            ]
        case .deafenForAll(let isDeafened):
            return [
                .request(
                    .restrain(
                        VoiceRestraint(roomID: room, userID: menu.userID, isMuted: nil, isDeafened: isDeafened)))
            ]
        case .kick:
            overlay = .prompt(
                Prompt(
                    .kick(room, menu.userID), title: "Put \(menu.name) out of the room?",
                    fields: [FormField("Reason")]))
        case .ban:
            overlay = .prompt(
                Prompt(
                    .ban(room, menu.userID), title: "Ban \(menu.name) from the room?",
                    fields: [FormField("Reason"), FormField("For how long (30m, 12h, 7d; empty: for good)")]))
        case .write, .volume: break
        }
        return []
    }

    // MARK: Questions

    mutating func press(_ stroke: KeyStroke, in prompt: Prompt) -> [Effect] {
        var prompt = prompt
        switch (stroke.key, stroke.modifiers) {
        case (.escape, _): return closeOverlay()
        case (.character("n"), _) where prompt.fields.isEmpty: return closeOverlay()
        case (.enter, _),
            (.character("y"), _) where prompt.fields.isEmpty:
            return confirm(prompt)
        case (.tab, []), (.down, _): prompt.focus = (prompt.focus + 1) % max(1, prompt.fields.count)
        case (.tab, .shift), (.up, _):
            prompt.focus = (prompt.focus + max(1, prompt.fields.count) - 1) % max(1, prompt.fields.count)
        default: prompt.fields.edit(stroke, at: prompt.focus)
        }
        overlay = .prompt(prompt)
        return []
    }

    private mutating func confirm(_ prompt: Prompt) -> [Effect] {
        let words = prompt.fields.map { $0.line.text.trimmingSpaces }
        let reason = words.first.flatMap { $0.isEmpty ? nil : $0 }
        switch prompt.purpose {
        case .ban(let room, let userID):
            let length = words.last ?? ""
            let seconds = Self.seconds(length)
            guard length.isEmpty || seconds != nil else {
                var prompt = prompt
                prompt.error = "“\(TerminalText.name(length))” is no length of time: 30m, 12h or 7d."
                overlay = .prompt(prompt)
                return []
            }
            overlay = nil
            return [
                .request(
                    .ban(BanRequest(roomID: room, userID: userID, reason: reason, durationSeconds: seconds)))
            ]
        case .kick(let room, let userID):
            overlay = nil
            return [.request(.kick(room, userID, reason: reason))]
        case .delete(_, let message):
            overlay = nil
            focus = .input
            return [.request(.delete(message))]
        case .leave(let room):
            overlay = nil
            return [.request(.leave(room))]
        case .quit: return quit()
        }
    }

    /// `90s`, `30m`, `12h`, `7d`; nil for anything else, and for more than ten years.
    static func seconds(_ text: String) -> UInt64? {
        guard let unit = text.last,
            let factor = [("s", 1), ("m", 60), ("h", 3_600), ("d", 86_400)]
                .first(where: { $0.0 == String(unit) })?.1,
            let number = UInt64(text.dropLast()), number > 0
        else { return nil }
        let (seconds, isTooLong) = number.multipliedReportingOverflow(by: UInt64(factor))
        return isTooLong || seconds > 315_360_000 ? nil : seconds
    }
}
