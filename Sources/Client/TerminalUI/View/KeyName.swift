import KeyInput

/// Keys as people know them: `F8`, `Ctrl-Space`, `Left Ctrl`.
enum KeyName {
    static func text(_ stroke: KeyStroke) -> String {
        var parts: [String] = []
        if stroke.modifiers.contains(.control) { parts.append("Ctrl") }
        if stroke.modifiers.contains(.alt) { parts.append("Alt") }
        if stroke.modifiers.contains(.shift) { parts.append("Shift") }
        if stroke.modifiers.contains(.superKey) { parts.append("Super") }
        return (parts + [text(stroke.key)]).joined(separator: "-")
    }

    private static func text(_ key: Key) -> String {
        switch key {
        case .character(" "): "Space"
        case .character(let character): String(character).uppercased()
        case .enter: "Enter"
        case .escape: "Esc"
        case .tab: "Tab"
        case .backspace: "Backspace"
        case .delete: "Del"
        case .insert: "Ins"
        case .up: "Up"
        case .down: "Down"
        case .left: "Left"
        case .right: "Right"
        case .home: "Home"
        case .end: "End"
        case .pageUp: "PgUp"
        case .pageDown: "PgDn"
        case .function(let number): "F\(number)"
        case .modifier(let key): text(key)
        }
    }

    private static func text(_ key: ModifierKey) -> String {
        switch key {
        case .leftShift: "Left Shift"
        case .rightShift: "Right Shift"
        case .leftControl: "Left Ctrl"
        case .rightControl: "Right Ctrl"
        case .leftAlt: "Left Alt"
        case .rightAlt: "Right Alt"
        case .leftSuper: "Left Super"
        case .rightSuper: "Right Super"
        }
    }
}
