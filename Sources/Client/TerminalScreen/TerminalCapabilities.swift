/// What a terminal can do and how it is told to, as terminfo(5) knows it; nothing that it cannot do has bytes.
struct TerminalCapabilities: Sendable {
    /// 0, 8, 16, 256 or 16,777,216.
    var colorCount = 0
    /// Colours above the eighth exist as red, green and blue alone: `xterm-direct` and the like.
    var isDirect = false
    /// It takes what ``TerminalExtensions`` holds beyond modes: links.
    var hasLinks = false
    /// It has a second screen, and with it the modes of today's terminals.
    var hasModes: Bool { !enterScreen.isEmpty }

    // terminfo's names: smcup, rmcup, clear, el, civis, cnorm, cr, bel.
    var enterScreen: [UInt8] = []
    var leaveScreen: [UInt8] = []
    var clear: [UInt8] = []
    var eraseToLineEnd: [UInt8] = []
    var hideCursor: [UInt8] = []
    var showCursor: [UInt8] = []
    var carriageReturn: [UInt8] = []
    var bell: [UInt8] = []

    // sgr0, bold, dim, sitm, smul, rev.
    var resetStyle: [UInt8] = []
    var bold: [UInt8] = []
    var dim: [UInt8] = []
    var italic: [UInt8] = []
    var underline: [UInt8] = []
    var reverse: [UInt8] = []

    // cup, hpa, cuf, setaf, setab.
    var cursorAddress = ParameterisedCapability()
    var columnAddress = ParameterisedCapability()
    var cursorRight = ParameterisedCapability()
    var foreground = ParameterisedCapability()
    var background = ParameterisedCapability()

    /// What is erased takes the background in force (bce).
    var erasesWithBackground = false
    /// rmam and smam, for those that go to the next line as soon as the last column is written (am without xenl).
    var disableWrap: [UInt8] = []
    var enableWrap: [UInt8] = []
    /// They scroll when the last cell of all is written, and cannot be told otherwise.
    var scrollsAtLastCell = false
}

/// A capability with numbers to be filled in.
struct ParameterisedCapability: Sendable {
    var template: [CChar] = []

    var isEmpty: Bool { template.isEmpty }

    func callAsFunction(_ first: Int, _ second: Int = 0) -> [UInt8] {
        isEmpty ? [] : Terminfo.expand(template, first, second)
    }
}
