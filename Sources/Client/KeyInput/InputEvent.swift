public enum KeyAction: Hashable, Sendable {
    case press
    /// The key is held down and repeats.
    case repetition
    /// Only terminals with the kitty keyboard protocol tell. The modifiers, and with them the character, are those of the
    /// moment in which the key is let go: who waits for a release compares the key alone.
    case release
}

/// What a terminal's input says.
public enum InputEvent: Equatable, Sendable {
    case key(KeyStroke, KeyAction)
    /// Pasted text, whole; cut where it was longer than the limit. Lines end with a newline; there are no controls but that and tab.
    case paste(String, isCut: Bool)
    /// Whether the terminal's window has the keyboard.
    case focus(Bool)
    /// The terminal's answer: whether it tells when a key is let go (the kitty keyboard protocol).
    case reportsReleases(Bool)
}
