/// What terminals understand and terminfo(5) does not know, each with its source. Those who do not know one of them pass it over:
/// all have a form that ECMA-48 gives to modes or to private sequences.
enum TerminalExtensions {
    // xterm control sequences, “Bracketed Paste Mode”: what is pasted comes between marks.
    static let enablePasteMarks = csi("?2004h")
    static let disablePasteMarks = csi("?2004l")

    // xterm control sequences, “FocusIn/FocusOut”.
    static let enableFocusReports = csi("?1004h")
    static let disableFocusReports = csi("?1004l")

    // Bidirectional support mode (ECMA-48, BDSM; “BiDi in Terminal Emulators” by Egmont Koblinger): text comes in the order in
    // which it is shown, or is turned around by the terminal, which is what those that can do begin with.
    static let keepOrder = csi("8l")
    static let turnAround = csi("8h")

    // Synchronised output (specification by Christian Parpart, contour-terminal/vt-extensions): a frame is shown whole.
    static let beginFrame = csi("?2026h")
    static let endFrame = csi("?2026l")

    // kitty keyboard protocol, “Progressive enhancement”: tell Escape from sequences (1), tell repeats and releases (2), the
    // key with shift and of the Latin layout (4), all keys alike (8), with the text that they make (16).
    private static let keyboardFlags = 1 | 2 | 4 | 8 | 16
    static let askForKeyboard = csi("?u")
    static let pushKeyboard = csi(">\(keyboardFlags)u")
    static let setKeyboard = csi("=\(keyboardFlags)u")
    static let popKeyboard = csi("<u")

    /// Primary device attributes (DEC VT510 manual, DA1). Everybody answers, so whoever has not answered what was asked before
    /// does not know it.
    static let askForAttributes = csi("c")

    /// Ends a sequence that was cut off, and is nothing otherwise (ECMA-48, ST).
    static let endString = Array("\u{1B}\\".utf8)

    // Links (OSC 8; “Hyperlinks in Terminal Emulators” by Egmont Koblinger). Parts with one id are one link.
    static let endLink = Array("\u{1B}]8;;\u{1B}\\".utf8)
    /// - Parameter target: printable ASCII.
    static func beginLink(_ target: String, id: Int) -> [UInt8] { Array("\u{1B}]8;id=\(id);\(target)\u{1B}\\".utf8) }

    // Colours by number and by red, green and blue (xterm control sequences, SGR 38 and 48, in the form that all take).
    static func foreground(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> [UInt8] {
        csi("38;2;\(red);\(green);\(blue)m")
    }
    static func background(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> [UInt8] {
        csi("48;2;\(red);\(green);\(blue)m")
    }

    private static func csi(_ rest: String) -> [UInt8] { Array("\u{1B}[\(rest)".utf8) }
}
