import TerminalSupport
import Testing

@testable import TerminalScreen

/// The descriptions of ncurses-base, which every Debian has.
struct TerminfoTests {
    private func capabilities(_ terminal: String, _ environment: [String: String] = [:]) throws -> TerminalCapabilities
    {
        try Terminfo.capabilities(of: terminal, output: 1, environment: environment)
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    @Test func `what terminfo says of xterm is used`() throws {
        let xterm = try capabilities("xterm-256color")
        #expect(text(xterm.cursorAddress(4, 9)) == "\u{1B}[5;10H")
        #expect(text(xterm.columnAddress(9)) == "\u{1B}[10G")
        #expect(text(xterm.cursorRight(3)) == "\u{1B}[3C")
        #expect(text(xterm.foreground(1)) == "\u{1B}[31m")
        #expect(text(xterm.background(200)) == "\u{1B}[48;5;200m")
        #expect(xterm.colorCount == 256 && xterm.hasModes && xterm.hasLinks && xterm.erasesWithBackground)
        #expect(!xterm.isDirect && !xterm.scrollsAtLastCell && xterm.disableWrap.isEmpty)
    }

    @Test func `delays of old terminals are left out`() throws {
        let vt100 = try capabilities("vt100")
        #expect(text(vt100.cursorAddress(4, 9)) == "\u{1B}[5;10H")
        #expect(text(vt100.bold) == "\u{1B}[1m")
        #expect(vt100.colorCount == 0 && !vt100.hasModes && !vt100.hasLinks)
    }

    @Test func `the console has eight colours and no second screen`() throws {
        let linux = try capabilities("linux")
        #expect(linux.colorCount == 8 && !linux.hasModes)
    }

    @Test func `a terminal that scrolls at its last cell is known`() throws {
        #expect(try capabilities("ansi").scrollsAtLastCell)
    }

    @Test func `the environment decides on colours`() throws {
        #expect(try capabilities("tmux-256color", ["COLORTERM": "truecolor"]).colorCount == 16_777_216)
        #expect(try capabilities("tmux-256color", ["NO_COLOR": "1"]).colorCount == 0)
    }

    @Test(arguments: [("dumb", "cannot place its cursor"), ("no-such-terminal", "unknown"), ("", "unknown")])
    func `a terminal that cannot show the screen is refused with what to do`(terminal: String, expected: String) {
        #expect {
            try Terminfo.capabilities(of: terminal, output: 1, environment: [:])
        } throws: {
            let failure = $0 as? CommandFailure
            return failure?.status == .configuration && failure?.description.contains(expected) == true
                && failure?.description.contains("--plain") == true
        }
    }
}
