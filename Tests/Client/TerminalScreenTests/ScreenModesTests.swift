import Testing

@testable import TerminalScreen

struct ScreenModesTests {
    private func modes(_ terminal: String) throws -> ScreenModes {
        ScreenModes(capabilities: try Terminfo.capabilities(of: terminal, output: 1, environment: [:]))
    }

    private func text(_ bytes: [UInt8]) -> String {
        String(decoding: bytes, as: UTF8.self).replacing("\u{1B}", with: "^")
    }

    @Test func `the screen is taken, and the terminal asked for its keyboard`() throws {
        let xterm = try modes("xterm-256color")
        let taken = "^[?1049h^[22;0;0t^[?2004h^[?1004h^[8l"
        #expect(text(xterm.enter(hasKeyboard: nil)) == taken + "^[?u^[c")
        #expect(text(xterm.enter(hasKeyboard: false)) == taken)
        #expect(text(xterm.enter(hasKeyboard: true)) == taken + "^[>31u")
        #expect(text(xterm.enterAgain(hasKeyboard: true)) == taken + "^[=31u")
    }

    @Test func `everything that was told is taken back`() throws {
        let xterm = try modes("xterm-256color")
        let rest = "^[8h^[?1004l^[?2004l^]8;;^\\^(B^[m^[?1049l^[23;0;0t^[?12l^[?25h^[?2026l"
        #expect(text(xterm.leave(hasKeyboard: true)) == "^\\^[<u" + rest)
        #expect(text(xterm.leave(hasKeyboard: nil)) == "^\\" + rest)
    }

    @Test func `a console gets nothing that it does not know, and is left empty`() throws {
        let linux = try modes("linux")
        #expect(text(linux.enter(hasKeyboard: nil)) == "")
        #expect(text(linux.leave(hasKeyboard: nil)) == "^[m\u{F}^[H^[J^[?25h^[?0c")
    }
}
