import ControlWire
import Identifiers
import KeyInput
import Permissions
import TerminalSupport

/// The line at the bottom: typing, completing, sending.
extension Model {
    mutating func pressLine(_ stroke: KeyStroke) -> [Effect] {
        guard selected != nil else {
            // Without a room there are still commands.
            return pressCommandOnly(stroke)
        }
        if stroke.key == .enter {
            if stroke.modifiers.isEmpty { return send() }
            return type("\n")
        }
        if stroke.key == .escape { return escape() }
        if case .character(let character) = stroke.key, stroke.modifiers.isSubset(of: .shift) {
            return type(String(character))
        }
        change { $0.line.edit(stroke) }
        return []
    }

    private mutating func pressCommandOnly(_ stroke: KeyStroke) -> [Effect] {
        if stroke.key == .enter { return openRooms() }
        return []
    }

    /// Out of replying and editing, back to the newest message.
    private mutating func escape() -> [Effect] {
        guard let state = selectedState else { return [] }
        switch state.purpose {
        case .edit:
            change { state in
                state.purpose = .message
                state.line.clear()
            }
            return []
        case .reply:
            change { $0.purpose = .message }
            return []
        case .message: return scrollToEnd()
        }
    }

    mutating func type(_ text: String) -> [Effect] {
        guard let index = index(of: selected) else { return [] }
        guard conversations[index].line.insert(text) else {
            note("A message has at most \(InputLine.charactersMax) characters.", isError: true)
            return []
        }
        return tellTyping()
    }

    private mutating func send() -> [Effect] {
        guard let index = index(of: selected), !conversations[index].line.isEmpty else { return [] }
        let purpose = conversations[index].purpose
        let text = conversations[index].line.take()
        conversations[index].purpose = .message
        switch purpose {
        case .edit(let id):
            guard let message = conversations[index].log.message(id), message.content != text else { return [] }
            return [.request(.edit(id, text))]
        case .reply(let id): return post(text, replyTo: id)
        case .message: return submit(text)
        }
    }

    /// A command, or a message to the selected conversation. `//` at the start is a message that begins with a slash.
    mutating func submit(_ text: String) -> [Effect] {
        guard text.contains(where: { !$0.isWhitespace }) else { return [] }
        if text.hasPrefix("//") { return post(String(text.dropFirst())) }
        if text.hasPrefix("/") { return perform(command: String(text.dropFirst())) }
        guard selectedState?.permissions.contains(.write) ?? true else {
            note("You may not write in this room.", isError: true)
            return []
        }
        return post(text)
    }

    // MARK: Completion

    /// Nil: there is nothing to complete at the cursor, and the key is free.
    mutating func complete() -> [Effect]? {
        guard let line = selectedState?.line, !line.isEmpty else { return nil }
        let (word, start) = line.word
        let candidates: [String]
        if start == 0, word.hasPrefix("/") {
            candidates = Command.all.map { "/" + $0.name }.filter { $0.hasPrefix(word.lowercased()) }
        } else if word.hasPrefix("@"), word.count > 1 {
            candidates = names(beginning: String(word.dropFirst())).map { "@" + $0 }
        } else if line.text.hasPrefix("/"), start > 0 {
            candidates = arguments(of: line.text, beginning: word)
        } else {
            return nil
        }
        finish(word, with: candidates)
        return []
    }

    private mutating func finish(_ word: String, with candidates: [String]) {
        guard let first = candidates.first else {
            note("Nothing begins with “\(word)”.")
            return
        }
        if candidates.count == 1 {
            change { $0.line.replaceWord(with: first + " ") }
            return
        }
        let common = candidates.dropFirst().reduce(first) { Self.commonPrefix($0, $1) }
        if common.count > word.count { change { $0.line.replaceWord(with: common) } }
        let shown = candidates.prefix(Self.candidatesShown).joined(separator: "  ")
        note(candidates.count > Self.candidatesShown ? "\(shown)  …" : shown)
    }

    private func arguments(of text: String, beginning word: String) -> [String] {
        let name = text.dropFirst().prefix { !$0.isWhitespace }.lowercased()
        switch Command.named(name)?.argument {
        case .room: return book.rooms.map { TerminalText.name($0.name) }.filter { Self.begins($0, with: word) }.sorted()
        case .person: return names(beginning: word)
        case .choice(let words): return words.filter { Self.begins($0, with: word) }
        case .text, nil: return []
        }
    }

    /// Members of the room first, then everybody.
    private func names(beginning start: String) -> [String] {
        let near = memberRows.map(\.name).filter { Self.begins($0, with: start) }
        guard near.isEmpty else { return near.sorted() }
        return people.values.map(\.name).filter { Self.begins($0, with: start) }.sorted()
    }

    private static func begins(_ text: String, with start: String) -> Bool {
        text.lowercased().hasPrefix(start.lowercased())
    }

    private static func commonPrefix(_ first: String, _ second: String) -> String {
        String(zip(first, second).prefix { $0.lowercased() == $1.lowercased() }.map(\.0))
    }

    private static let candidatesShown = 8
}

extension InputLine {
    /// The keys of readline (GNU Readline manual, “Bindable Readline Commands”) that move and delete.
    mutating func edit(_ stroke: KeyStroke) {
        switch (stroke.key, stroke.modifiers) {
        case (.backspace, .alt), (.backspace, .control), (.character("w"), .control): deleteWordBackwards()
        case (.backspace, _), (.character("h"), .control): deleteBackwards()
        case (.delete, _), (.character("d"), .control): deleteForwards()
        case (.left, .control), (.left, .alt), (.character("b"), .alt): moveWordBackwards()
        case (.right, .control), (.right, .alt), (.character("f"), .alt): moveWordForwards()
        case (.left, _), (.character("b"), .control): move(by: -1)
        case (.right, _), (.character("f"), .control): move(by: 1)
        case (.home, _), (.character("a"), .control): moveToStart()
        case (.end, _), (.character("e"), .control): moveToEnd()
        case (.character("u"), .control): deleteToStart()
        case (.character("k"), .control): deleteToEnd()
        case (.up, _), (.character("p"), .control): showOlder()
        case (.down, _), (.character("n"), .control): showNewer()
        default: break
        }
    }
}
