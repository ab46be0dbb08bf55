import CellScreen
import Testing

struct CellGridTests {
    @Test func `text goes where it is put, a wide character over two cells`() {
        var grid = CellGrid(columns: 8, rows: 2)
        #expect(grid.put("a漢b", at: Position(row: 1, column: 2)) == 4)
        #expect(grid.text == "\n  a漢b")
        #expect(grid[1, 3].text == "漢")
        #expect(grid[1, 4].text == "")
        #expect(grid[1, 5].text == "b")
    }

    @Test func `a limit of columns cuts, and a wide character that would cross it is left out`() {
        var grid = CellGrid(columns: 10, rows: 1)
        #expect(grid.put("ab漢字", at: Position(row: 0, column: 0), columns: 5) == 4)
        #expect(grid.text == "ab漢")
        grid.put("xy", at: Position(row: 0, column: 8), columns: 1)
        #expect(grid.text == "ab漢    x")
    }

    @Test func `the right edge cuts, and a wide character that would cross it is left out`() {
        var grid = CellGrid(columns: 4, rows: 1)
        #expect(grid.put("abc漢", at: Position(row: 0, column: 0)) == 3)
        #expect(grid.text == "abc")
        #expect(grid.put("x", at: Position(row: 0, column: 4)) == 0)
        #expect(grid.put("x", at: Position(row: 1, column: 0)) == 0)
    }

    @Test func `text that begins left of the grid shows its end, of a wide character cut there nothing`() {
        var grid = CellGrid(columns: 6, rows: 1)
        #expect(grid.put("ab漢cd", at: Position(row: 0, column: -3)) == 6)
        #expect(grid.text == " cd")
        #expect(grid.put("xyz", at: Position(row: -1, column: 0)) == 0)
    }

    @Test func `half of a wide character that is overwritten takes the other half with it`() {
        var grid = CellGrid(columns: 6, rows: 1)
        grid.put("漢字", at: Position(row: 0, column: 0))
        grid.put("x", at: Position(row: 0, column: 1))
        #expect(grid.text == " x字")
        grid.put("y", at: Position(row: 0, column: 2))
        #expect(grid.text == " xy")
        grid.put("漢字", at: Position(row: 0, column: 0))
        grid.put("語", at: Position(row: 0, column: 1))
        #expect(grid.text == " 語")
    }

    @Test func `filling and changing a style stop at the edges`() {
        var grid = CellGrid(columns: 4, rows: 3)
        for row in 0..<3 { grid.put("abcd", at: Position(row: row, column: 0)) }
        grid.fill(CellRectangle(row: 1, column: 2, columns: 9, rows: 9))
        #expect(grid.text == "abcd\nab\nab")
        grid.restyle(CellRectangle(row: -2, column: -2, columns: 3, rows: 3)) { $0.isBold = true }
        #expect(
            grid[0, 0]
                == Cell(
                    text: "a",
                    style: {
                        var style = Style()
                        style.isBold = true
                        return style
                    }()))
        #expect(grid[0, 1].style == Style())
        #expect(grid[1, 0].style == Style())
    }

    @Test func `a grid is as large as allowed and no larger`() {
        let largest = CellGrid(columns: CellGrid.columnsMax, rows: 1)
        #expect(largest.columns == CellGrid.columnsMax)
        #expect(CellGrid(columns: CellGrid.columnsMax + 1, rows: 1).columns == CellGrid.columnsMax)
        #expect(CellGrid(columns: 1, rows: CellGrid.rowsMax).rows == CellGrid.rowsMax)
        #expect(CellGrid(columns: 1, rows: CellGrid.rowsMax + 1).rows == CellGrid.rowsMax)
        #expect(CellGrid(columns: -1, rows: -1).text == "")
    }

    @Test func `links are counted from 1, once each, up to the limit`() {
        var grid = CellGrid(columns: 1, rows: 1)
        for number in 1...CellGrid.linksMax { #expect(grid.link(to: "https://a/\(number)") == number) }
        #expect(grid.link(to: "https://a/7") == 7)
        #expect(grid.link(to: "https://a/one-too-many") == 0)
        #expect(grid.links.count == CellGrid.linksMax)
    }

    @Test func `an address that is too long or holds a control, a blank or a letter of no address is no link`() {
        var grid = CellGrid(columns: 1, rows: 1)
        let longest = String(repeating: "x", count: CellGrid.linkBytesMax)
        #expect(grid.link(to: longest + "x") == 0)
        for target in ["", "http://a/\u{1B}\\", "http://a b", "http://ä", "http://a\u{7F}"] {
            #expect(grid.link(to: target) == 0)
        }
        #expect(grid.links.isEmpty)
        #expect(grid.link(to: longest) == 1)
    }
}
