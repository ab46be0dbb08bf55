import CellScreen
import NetworkSimulator
import Testing

@testable import TerminalScreen

struct ScreenEncoderTests {
    private func capabilities(_ terminal: String, _ environment: [String: String] = [:]) throws -> TerminalCapabilities
    {
        try Terminfo.capabilities(of: terminal, output: 1, environment: environment)
    }

    private func frame(
        _ encoder: inout ScreenEncoder, from old: CellGrid? = nil, to new: CellGrid
    ) -> String {
        let changes = GridDiff.changes(from: old, to: new)
        return String(decoding: encoder.frame(changes, of: new, clears: old == nil), as: UTF8.self)
    }

    @Test func `the first frame clears, writes and erases, and the next writes what changed`() throws {
        var encoder = ScreenEncoder(try capabilities("xterm-256color"))
        var grid = CellGrid(columns: 20, rows: 2)
        grid.put("Hallo", at: Position(row: 0, column: 0))
        let first = frame(&encoder, to: grid)
        #expect(
            first
                == "\u{1B}[?2026h\u{1B}[?25l\u{1B}(B\u{1B}[m\u{1B}[H\u{1B}[2JHallo\u{1B}[K\u{1B}[2;1H\u{1B}[K\u{1B}[?2026l"
        )
        var next = grid
        next.put("e", at: Position(row: 0, column: 1))
        next.cursor = Position(row: 1, column: 3)
        #expect(
            frame(&encoder, from: grid, to: next)
                == "\u{1B}[?2026h\u{1B}[1;2He\u{1B}[2;4H\u{1B}[?12l\u{1B}[?25h\u{1B}[?2026l")
        // A cursor alone is moved without ceremony, and nothing is nothing.
        var moved = next
        moved.cursor = Position(row: 1, column: 5)
        #expect(frame(&encoder, from: next, to: moved) == "\u{1B}[6G")
        #expect(frame(&encoder, from: moved, to: moved) == "")
    }

    @Test func `the shortest movement is taken`() throws {
        var encoder = ScreenEncoder(try capabilities("xterm-256color"))
        let grid = CellGrid(columns: 60, rows: 1)
        _ = frame(&encoder, to: grid)
        func moved(_ cursor: Int) -> String {
            var next = grid
            next.cursor = Position(row: 0, column: cursor)
            return frame(&encoder, from: grid, to: next).replacing("\u{1B}[?12l\u{1B}[?25h", with: "")
        }
        #expect(moved(3) == "\u{1B}[4G")
        #expect(moved(12) == "\u{1B}[9C")
        #expect(moved(0) == "\r")
        #expect(moved(45) == "\u{1B}[46G")
        #expect(moved(9) == "\u{1B}[10G")
    }

    @Test func `a style is set once, and taken away by a reset`() throws {
        var encoder = ScreenEncoder(try capabilities("xterm-256color", ["COLORTERM": "truecolor"]))
        let blank = CellGrid(columns: 8, rows: 1)
        _ = frame(&encoder, to: blank)
        var style = Style()
        style.isBold = true
        style.foreground = .rgb(1, 2, 3)
        var grid = blank
        grid.put("ab", at: Position(row: 0, column: 0), style: style)
        grid.put("c", at: Position(row: 0, column: 2))
        #expect(
            frame(&encoder, from: blank, to: grid)
                == "\u{1B}[?2026h\u{1B}[1m\u{1B}[38;2;1;2;3mab\u{1B}(B\u{1B}[mc\u{1B}[?2026l")
    }

    @Test func `a link is one for all its parts, and none is left open`() throws {
        var encoder = ScreenEncoder(try capabilities("xterm-256color"))
        var grid = CellGrid(columns: 3, rows: 2)
        var style = Style()
        style.link = grid.link(to: "https://example.org/")
        grid.put("abc", at: Position(row: 0, column: 0), style: style)
        grid.put("d", at: Position(row: 1, column: 0), style: style)
        let text = frame(&encoder, to: grid)
        #expect(text.components(of: "\u{1B}]8;id=1;https://example.org/\u{1B}\\") == 1)
        #expect(text.components(of: "\u{1B}]8;;\u{1B}\\") == 1)
        // The console would print the address.
        var console = ScreenEncoder(try capabilities("linux"))
        #expect(!frame(&console, to: grid).contains("example"))
    }

    @Test func `a terminal that would scroll keeps its last cell`() throws {
        var encoder = ScreenEncoder(try capabilities("ansi"))
        var grid = CellGrid(columns: 2, rows: 2)
        for row in 0..<2 { grid.put("ab", at: Position(row: row, column: 0)) }
        let text = frame(&encoder, to: grid)
        #expect(text.components(of: "a") == 2 && text.components(of: "b") == 1)
    }

    @Test func `a wide character of disputed width is written over blanks`() throws {
        var encoder = ScreenEncoder(try capabilities("xterm-256color"))
        var grid = CellGrid(columns: 6, rows: 1)
        grid.put("👋x", at: Position(row: 0, column: 0))
        #expect(frame(&encoder, to: grid).contains("  \u{1B}[1;1H👋\u{1B}[1;3Hx"))
    }
}

extension String {
    /// How often `part` occurs.
    fileprivate func components(of part: String) -> Int { ranges(of: part).count }
}
