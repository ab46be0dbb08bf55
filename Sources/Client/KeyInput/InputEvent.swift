public enum KeyAction: Hashable, Sendable {
    case press
    /// The key is held down and repeats.
    case repetition
    /// Only terminals with the kitty keyboard protocol tell.
    case release
}

/// What a terminal's input says.
public enum InputEvent: Equatable, Sendable {
    case key(KeyStroke, KeyAction)
    /// Pasted text, whole; cut where it was longer than the limit.
    case paste(String, isCut: Bool)
    /// Whether the terminal's window has the keyboard.
    case focus(Bool)
    /// The terminal's answer: whether it tells when a key is let go (the kitty keyboard protocol).
    case reportsReleases(Bool)
}
