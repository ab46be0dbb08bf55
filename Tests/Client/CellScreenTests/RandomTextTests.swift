import CellScreen
import NetworkSimulator
import Testing

/// Text that nobody would write: whatever comes, cells stay whole and lines stay within their limits.
struct RandomTextTests {
    static let seeds = (0..<200).map { UInt64($0) &* 0x9E37_79B9_7F4A_7C15 &+ 11 }

    /// From all that has ever broken a terminal: letters, wide ones, marks, joiners, emoji, flags, directions, controls.
    static func text(_ random: inout SeededGenerator) -> String {
        let ranges: [ClosedRange<UInt32>] = [
            0x20...0x7E, 0x0...0x1F, 0x7F...0x9F, 0x300...0x310, 0x4E00...0x4E20, 0x1F300...0x1F6FF, 0x1F1E6...0x1F1FF,
            0x200B...0x200F, 0x202A...0x202E, 0xFE00...0xFE0F, 0x1100...0x11FF, 0xE0020...0xE007F, 0x5D0...0x5EA,
            0x620...0x64A, 0x900...0x97F, 0x1F3FB...0x1F3FF, 0x0...0x10FFFF,
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<Int.random(in: 0...60, using: &random) {
            guard let range = ranges.randomElement(using: &random),
                let scalar = Unicode.Scalar(UInt32.random(in: range, using: &random))
            else { continue }
            scalars.append(scalar)
        }
        return String(scalars)
    }

    @Test(arguments: seeds)
    func `what is put is read back, within its columns, in cells that are whole`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var grid = CellGrid(columns: Int.random(in: 1...40, using: &random), rows: 3)
        for _ in 0..<20 {
            let text = Self.text(&random)
            let column = Int.random(in: -5..<grid.columns, using: &random)
            let limit = Int.random(in: 0...50, using: &random)
            let used = grid.put(text, at: Position(row: 1, column: column), columns: limit)
            #expect(used <= limit && (used == 0 || column + used <= grid.columns), "seed \(seed)")
            if column >= 0 {
                let read = (column..<column + used).map { grid[1, $0].text }.joined()
                let wanted = text.map { TextCluster($0).text }.joined()
                #expect(wanted.unicodeScalars.starts(with: read.unicodeScalars), "seed \(seed)")
            }
            expectWholeCells(grid, seed: seed)
        }
    }

    private func expectWholeCells(_ grid: CellGrid, seed: UInt64) {
        for row in 0..<grid.rows {
            var column = 0
            while column < grid.columns {
                let text = grid[row, column].text
                #expect(text.count == 1, "seed \(seed): \(text.debugDescription) at \(column)")
                let width = text.first.map { TextCluster($0).columns } ?? 1
                if width == 2 {
                    #expect(column + 1 < grid.columns && grid[row, column + 1].text.isEmpty, "seed \(seed)")
                }
                column += width
            }
        }
        for scalar in grid.text.unicodeScalars where scalar != "\n" {
            #expect(scalar.properties.generalCategory != .control, "seed \(seed)")
        }
    }

    @Test(arguments: seeds)
    func `changes applied to the old screen give the new one`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let columns = Int.random(in: 1...30, using: &random)
        var old = CellGrid(columns: columns, rows: 4)
        scribble(&old, &random)
        for _ in 0..<10 {
            var new = old
            scribble(&new, &random)
            var shown = (0..<4).map { row in (0..<columns).map { old[row, $0] } }
            for change in GridDiff.changes(from: old, to: new) {
                #expect(change.cells.first?.text != "", "seed \(seed): begins with half a character")
                for (offset, cell) in change.cells.enumerated() {
                    shown[change.position.row][change.position.column + offset] = cell
                }
            }
            #expect(shown == (0..<4).map { row in (0..<columns).map { new[row, $0] } }, "seed \(seed)")
            old = new
        }
    }

    private func scribble(_ grid: inout CellGrid, _ random: inout SeededGenerator) {
        for _ in 0..<Int.random(in: 0...4, using: &random) {
            var style = Style()
            style.isBold = random.chance(0.5)
            let place = Position(
                row: Int.random(in: 0..<4, using: &random), column: Int.random(in: 0..<grid.columns, using: &random))
            grid.put(Self.text(&random), at: place, style: style, columns: Int.random(in: 1...8, using: &random))
        }
    }
}
