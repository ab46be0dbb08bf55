import CellScreen
import Glibc
import KeyInput
import TerminalScreen
import TestSupport

/// A screen on a pseudo-terminal of its own.
struct TakenTerminal: Sendable {
    let pair: PseudoTerminal
    let screen: TerminalScreen
    let modeBefore: termios

    init(terminal: String = "xterm-256color") throws {
        pair = try PseudoTerminal()
        pair.setSize(columns: 40, rows: 10)
        modeBefore = pair.mode
        screen = try TerminalScreen(input: pair.device, output: pair.device, environment: ["TERM": terminal])
    }

    /// Whether the mode is what it was before.
    var isModeRestored: Bool { Self.isSame(pair.mode, modeBefore) }

    static func isSame(_ one: termios, _ other: termios) -> Bool {
        one.c_lflag == other.c_lflag && one.c_iflag == other.c_iflag && one.c_oflag == other.c_oflag
            && one.c_cflag == other.c_cflag && one.c_cc.6 == other.c_cc.6 && one.c_cc.5 == other.c_cc.5
    }

    func show(_ text: String, columns: Int = 40, rows: Int = 10) {
        screen.show(Self.grid(text, columns: columns, rows: rows))
    }

    static func grid(_ text: String, columns: Int = 40, rows: Int = 10) -> CellGrid {
        var grid = CellGrid(columns: columns, rows: rows)
        grid.put(text, at: Position(row: 0, column: 0))
        return grid
    }

    /// What the terminal is told when it is given back; the first one also pops the keyboard.
    static let leaving = "\u{1B}[?1049l\u{1B}[23;0;0t\u{1B}[?12l\u{1B}[?25h\u{1B}[?2026l"
}
