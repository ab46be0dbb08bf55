import CellScreen
import NetworkSimulator
import Testing

@testable import TerminalScreen

/// Whatever is encoded, a terminal that decodes it shows the same grid.
struct EncodedScreenTests {
    private static let texts = [
        "a", "word", "日本", "👋", "é", "e\u{301}", "─│", "👩‍👩‍👧", "  ", "Ж", "한", "x y", "                ",
    ]

    private func color(_ random: inout SeededGenerator) -> Color {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: .indexed(.random(in: 0...255, using: &random))
        case 1: .rgb(.random(in: 0...255, using: &random), .random(in: 0...255, using: &random), 7)
        default: .standard
        }
    }

    private func scribble(on grid: inout CellGrid, _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 0...12, using: &random) {
            var style = Style()
            style.foreground = color(&random)
            style.background = color(&random)
            style.isBold = random.chance(0.2)
            style.isDim = random.chance(0.2)
            style.isItalic = random.chance(0.2)
            style.isUnderlined = random.chance(0.2)
            style.isReversed = random.chance(0.2)
            if random.chance(0.3) {
                style.link = grid.link(to: "https://example.org/\(Int.random(in: 0..<4, using: &random))")
            }
            let place = Position(
                row: .random(in: 0..<grid.rows, using: &random), column: .random(in: 0..<grid.columns, using: &random))
            grid.put(
                Self.texts.randomElement(using: &random) ?? "", at: place, style: random.chance(0.4) ? Style() : style)
        }
        grid.cursor =
            random.chance(0.5)
            ? Position(
                row: .random(in: 0..<grid.rows, using: &random), column: .random(in: 0..<grid.columns, using: &random))
            : nil
    }

    private struct SeenCell: Equatable {
        var text: String
        var style: Style
        var target: String?
    }

    /// A grid as a terminal with those colours can show it; links by target.
    private func seen(_ grid: CellGrid, _ mapping: ColorMapping) -> [[SeenCell]] {
        (0..<grid.rows).map { row in
            (0..<grid.columns).map { column in
                let cell = grid[row, column]
                var style = cell.style
                style.foreground = mapping(style.foreground)
                style.background = mapping(style.background)
                let target = style.link == 0 ? nil : grid.links[Int(style.link) - 1]
                style.link = 0
                // What is erased has lost what no blank shows.
                if cell.text == " " {
                    style.foreground = .standard
                    (style.isBold, style.isDim, style.isItalic) = (false, false, false)
                }
                return SeenCell(text: cell.text, style: style, target: target)
            }
        }
    }

    @Test(arguments: 0..<40 as Range<UInt64>)
    func `frame after frame, the terminal shows the grid`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let environment = [["COLORTERM": "truecolor"], [:], ["NO_COLOR": "1"]].randomElement(using: &random) ?? [:]
        let capabilities = try Terminfo.capabilities(of: "xterm-256color", output: 1, environment: environment)
        let mapping = ColorMapping(colorCount: capabilities.colorCount)
        var encoder = ScreenEncoder(capabilities)
        var grid = CellGrid(columns: .random(in: 1...30, using: &random), rows: .random(in: 1...6, using: &random))
        var terminal = VirtualTerminal(columns: grid.columns, rows: grid.rows)
        var shown: CellGrid?
        for frame in 0..<20 {
            if random.chance(0.1) { grid = CellGrid(columns: grid.columns, rows: grid.rows) }
            scribble(on: &grid, &random)
            if random.chance(0.1) {
                shown = nil
                encoder.forget()
            }
            terminal.take(encoder.frame(GridDiff.changes(from: shown, to: grid), of: grid, clears: shown == nil))
            shown = grid
            #expect(terminal.issues == [], "seed \(seed), frame \(frame)")
            #expect(seen(terminal.grid, mapping) == seen(grid, mapping), "seed \(seed), frame \(frame)")
            #expect(terminal.grid.cursor == grid.cursor, "seed \(seed), frame \(frame)")
        }
    }

    @Test(arguments: [1, 2], 0..<20 as Range<UInt64>)
    func `a terminal with other ideas of widths shows all other cells`(disputedColumns: Int, seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let capabilities = try Terminfo.capabilities(of: "xterm-256color", output: 1, environment: [:])
        let mapping = ColorMapping(colorCount: capabilities.colorCount)
        var encoder = ScreenEncoder(capabilities)
        var grid = CellGrid(columns: 24, rows: 4)
        var terminal = VirtualTerminal(columns: grid.columns, rows: grid.rows, disputedColumns: disputedColumns)
        var shown: CellGrid?
        for frame in 0..<20 {
            scribble(on: &grid, &random)
            terminal.take(encoder.frame(GridDiff.changes(from: shown, to: grid), of: grid, clears: shown == nil))
            shown = grid
            let (theirs, ours) = (seen(terminal.grid, mapping), seen(grid, mapping))
            for row in 0..<grid.rows {
                for column in 0..<grid.columns where !isDisputed(grid, row, column) {
                    #expect(
                        theirs[row][column] == ours[row][column],
                        "seed \(seed), frame \(frame), row \(row), column \(column)")
                }
            }
        }
    }

    private func isDisputed(_ grid: CellGrid, _ row: Int, _ column: Int) -> Bool {
        let cell = grid[row, column]
        return cell.hasDisputedWidth || (cell.text.isEmpty && column > 0 && grid[row, column - 1].hasDisputedWidth)
    }
}
