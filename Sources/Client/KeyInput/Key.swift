/// A key of a keyboard, as a terminal reports it.
public enum Key: Hashable, Sendable {
    /// As typed: shift is in the character already.
    case character(Character)
    case enter, escape, tab, backspace, delete, insert
    case up, down, left, right, home, end, pageUp, pageDown
    /// 1…12, and up to 35 where a keyboard has them.
    case function(Int)
    /// By itself; only terminals with the kitty keyboard protocol tell.
    case modifier(ModifierKey)
}

/// A modifier as a key of its own.
public enum ModifierKey: String, Hashable, Sendable, CaseIterable {
    case leftShift = "leftshift"
    case rightShift = "rightshift"
    case leftControl = "leftctrl"
    case rightControl = "rightctrl"
    case leftAlt = "leftalt"
    case rightAlt = "rightalt"
    case leftSuper = "leftsuper"
    case rightSuper = "rightsuper"
}

public struct KeyModifiers: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let shift = KeyModifiers(rawValue: 1)
    public static let alt = KeyModifiers(rawValue: 2)
    public static let control = KeyModifiers(rawValue: 4)
    public static let superKey = KeyModifiers(rawValue: 8)
}

/// A key with the modifiers that are held with it.
public struct KeyStroke: Hashable, Sendable {
    public var key: Key
    public var modifiers: KeyModifiers

    public init(_ key: Key, _ modifiers: KeyModifiers = []) {
        self.key = key
        self.modifiers = modifiers
    }
}
