import CellScreen
import Glibc
import TerminalScreen
import TestSupport
import Testing

extension TerminalScreenTests {
    /// Takes some 500 KB to draw, many times of what a pseudo-terminal holds.
    private static let colourful: CellGrid = {
        var grid = CellGrid(columns: 400, rows: 120)
        for row in 0..<grid.rows {
            for column in 0..<grid.columns {
                var style = Style()
                style.foreground = .indexed(UInt8(16 + (row + column) % 200))
                grid.put("x", at: Position(row: row, column: column), style: style)
            }
        }
        return grid
    }()

    @Test func `nobody waits for a terminal that shows nothing, and it is in order when it goes on`() async throws {
        let taken = try TakenTerminal()
        for _ in 0..<3 { taken.screen.show(Self.colourful) }
        await taken.screen.close()
        #expect(taken.isModeRestored)
        // Whatever was lost, the end came through.
        #expect(await taken.pair.shows(TakenTerminal.leaving))
        #expect(taken.pair.readWaiting() == [])
    }

    @Test func `when a frozen terminal goes on, the newest grid is what it shows`() async throws {
        let taken = try TakenTerminal()
        taken.screen.show(Self.colourful)
        for number in 0..<1_000 { taken.show("frame \(number)", columns: 400, rows: 120) }
        taken.show("the newest", columns: 400, rows: 120)
        var terminal = VirtualTerminal(columns: 400, rows: 120)
        // Of the frames in between the thread may have drawn some: read until the last.
        var shown: [UInt8] = []
        while !String(decoding: shown.suffix(2_000), as: UTF8.self).contains("the newest") {
            let bytes = await taken.pair.read(to: "\u{1B}[?2026l")
            try #require(!bytes.isEmpty)
            shown += bytes
        }
        terminal.take(shown)
        // What is not drawing: how the screen was taken.
        let taking = ["CSI 22;0;0t", "CSI 8l", "CSI ?u", "CSI c"]
        #expect(terminal.issues == taking)
        #expect(terminal.grid.text.trimmed == "the newest")
        await taken.screen.close()
    }
}

extension String {
    /// Without empty lines at the end.
    fileprivate var trimmed: String { split(separator: "\n").joined(separator: "\n") }
}
