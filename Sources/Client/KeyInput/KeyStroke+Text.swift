// How a key is spelled in the settings file, and on the screen.
extension KeyStroke: CustomStringConvertible {
    /// Reads “ctrl-space”, “f5”, “leftctrl”, “alt-m”, “é”, “ctrl--”; nil if it is no key. Upper and lower case are the same: a capital
    /// is “shift-m”. Another character with shift is written as itself: “!”.
    public init?(parsing text: String) {
        var rest = text.lowercased()[...]
        var modifiers: KeyModifiers = []
        while let (modifier, length) = Self.leadingModifier(of: rest) {
            guard modifiers.insert(modifier).inserted else { return nil }
            rest = rest.dropFirst(length)
        }
        if let key = Self.key(named: String(rest)) {
            // A space is the same with shift: nobody could strike that.
            if case .character = key, modifiers.contains(.shift) { return nil }
            self.init(key, modifiers)
            return
        }
        guard rest.count == 1, var character = rest.first, character.unicodeScalars.allSatisfy({ !$0.isControl }) else {
            return nil
        }
        // A capital that its small letter does not lead back to.
        if let written = text.last, written.lowercased() == String(character), character.uppercased() != String(written)
        {
            character = written
        }
        if modifiers.remove(.shift) != nil {
            let upper = character.uppercased()
            guard upper.count == 1, let first = upper.first, first != character else { return nil }
            character = first
        }
        self.init(.character(character), modifiers)
    }

    /// What ``init(parsing:)`` reads; a combining mark by itself is the one thing that it does not.
    public var description: String {
        var modifiers = modifiers
        var name = Self.name(of: key)
        if case .character(let character) = key {
            modifiers.remove(.shift)
            let lower = character.lowercased()
            // Some capitals come from no single small letter, and a few small letters come back as another one.
            if lower != name, KeyStroke(parsing: "shift-" + lower)?.key == key {
                modifiers.insert(.shift)
                name = lower
            }
        }
        return Self.modifierNames.filter { modifiers.contains($0.modifier) }.map { $0.name + "-" }.joined() + name
    }

    private static func leadingModifier(of text: Substring) -> (KeyModifiers, length: Int)? {
        for (modifier, name) in modifierNames + modifierAliases where text.hasPrefix(name + "-") {
            // “ctrl-” alone is nothing; “ctrl--” is Ctrl and the minus.
            guard text.count > name.count + 1 else { return nil }
            return (modifier, name.count + 1)
        }
        return nil
    }

    private static func key(named name: String) -> Key? {
        if let key = keys[name] ?? aliases[name] { return key }
        if let modifier = ModifierKey(rawValue: name) { return .modifier(modifier) }
        guard name.first == "f", let number = Int(name.dropFirst()), (1...functionMax).contains(number),
            name == "f\(number)"
        else { return nil }
        return .function(number)
    }

    private static func name(of key: Key) -> String {
        switch key {
        case .function(let number): "f\(number)"
        case .modifier(let modifier): modifier.rawValue
        case .character(let character) where character != " ": String(character)
        default: keys.first { $0.value == key }?.key ?? ""
        }
    }

    private static let modifierNames: [(modifier: KeyModifiers, name: String)] = [
        (.control, "ctrl"), (.alt, "alt"), (.shift, "shift"), (.superKey, "super"),
    ]
    private static let modifierAliases: [(modifier: KeyModifiers, name: String)] = [(.control, "control")]
    private static let keys: [String: Key] = [
        "space": .character(" "), "enter": .enter, "escape": .escape, "tab": .tab, "backspace": .backspace,
        "delete": .delete, "insert": .insert, "up": .up, "down": .down, "left": .left, "right": .right,
        "home": .home, "end": .end, "pageup": .pageUp, "pagedown": .pageDown,
    ]
    private static let aliases: [String: Key] = [
        "esc": .escape, "return": .enter, "del": .delete, "ins": .insert, "pgup": .pageUp, "pgdn": .pageDown,
    ]
    private static let functionMax = 35
}
