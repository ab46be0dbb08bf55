import CellScreen
import Testing

struct GridDiffTests {
    private func grid(_ lines: [String], columns: Int = 20) -> CellGrid {
        var grid = CellGrid(columns: columns, rows: lines.count)
        for (row, line) in lines.enumerated() { grid.put(line, at: Position(row: row, column: 0)) }
        return grid
    }

    private func changes(_ old: String, _ new: String) -> [String] {
        GridDiff.changes(from: grid([old]), to: grid([new]))
            .map { "\($0.position.column): \($0.cells.map(\.text).joined())" }
    }

    @Test func `nothing changed is nothing to write`() {
        #expect(changes("hello", "hello") == [])
    }

    @Test func `one letter is one cell`() {
        #expect(changes("hello", "hallo") == ["1: a"])
    }

    @Test func `changes that are near each other are written in one go, those further away apart`() {
        #expect(changes("a......b", "A......B") == ["0: A......B"])
        #expect(changes("a.......b", "A.......B") == ["0: A", "8: B"])
    }

    @Test func `a wide character is written whole`() {
        #expect(changes("漢", "字") == ["0: 字"])
        #expect(changes("漢", "a") == ["0: a "])
        var old = grid(["漢"])
        let new = old
        old.restyle(CellRectangle(row: 0, column: 1, columns: 1, rows: 1)) { $0.isBold = true }
        #expect(GridDiff.changes(from: old, to: new).map(\.cells.count) == [2])
    }

    @Test func `behind a character whose width terminals dispute the row is written again`() {
        #expect(changes("a👨‍👩‍👧 b        c", "b👨‍👩‍👧 b        c") == ["0: b"])
        #expect(changes("👨‍👩‍👧 b        c", "👨‍👩‍👦 b        c") == ["0: 👨‍👩‍👦 b        c" + String(repeating: " ", count: 7)])
        #expect(changes("👨‍👩‍👧 b        c", "ab b        c") == ["0: ab b        c" + String(repeating: " ", count: 7)])
    }

    @Test func `another size or nothing known is everything`() {
        let new = grid(["ab", ""], columns: 3)
        #expect(GridDiff.changes(from: nil, to: new).map(\.cells.count) == [3, 3])
        #expect(GridDiff.changes(from: grid(["ab"], columns: 3), to: new).count == 2)
        #expect(GridDiff.changes(from: nil, to: CellGrid(columns: 0, rows: 4)) == [])
    }

    @Test func `the same number of another link is a change`() {
        func linked(_ target: String) -> CellGrid {
            var grid = CellGrid(columns: 4, rows: 1)
            var style = Style()
            style.link = grid.link(to: target)
            grid.put("ab", at: Position(row: 0, column: 0), style: style)
            return grid
        }
        #expect(GridDiff.changes(from: linked("http://a"), to: linked("http://a")) == [])
        #expect(GridDiff.changes(from: linked("http://a"), to: linked("http://b")).map(\.cells.count) == [2])
    }
}
