import CellScreen
import NetworkSimulator
import Testing

struct EditedTextTests {
    private func edited(_ text: String, _ cursor: Int, columns: Int = 10) -> (lines: [String], cursor: Position) {
        let edited = EditedText(Array(text), cursor: cursor, columns: columns)
        return (edited.lines.map(\.text), edited.cursor)
    }

    @Test func `the cursor stands on what follows it, at the end on a blank`() {
        #expect(edited("abc", 1) == (["abc"], Position(row: 0, column: 1)))
        #expect(edited("abc", 3) == (["abc "], Position(row: 0, column: 3)))
        #expect(edited("", 0) == ([" "], Position(row: 0, column: 0)))
    }

    @Test func `lines break where they are full and at line breaks`() {
        #expect(edited("abcdef", 0, columns: 4) == (["abcd", "ef"], Position(row: 0, column: 0)))
        #expect(edited("abcd", 4, columns: 4) == (["abcd", " "], Position(row: 1, column: 0)))
        #expect(edited("ab\ncd", 4, columns: 4) == (["ab", "cd"], Position(row: 1, column: 1)))
        #expect(edited("ab\n", 3, columns: 4) == (["ab", " "], Position(row: 1, column: 0)))
        #expect(edited("漢字漢", 2, columns: 5) == (["漢字", "漢"], Position(row: 1, column: 0)))
    }

    @Test func `in text from right to left the cursor is where the next letter goes`() {
        #expect(edited("אבג", 1) == (["גבא"], Position(row: 0, column: 1)))
        #expect(edited("אבג", 3) == ([" גבא"], Position(row: 0, column: 0)))
    }

    @Test func `what stands left of a column is left out, half a character becomes a blank`() {
        let line = TextLayout.line([StyledText("a漢bc")], columns: 10)
        #expect(line.dropping(columns: 0).text == "a漢bc")
        #expect(line.dropping(columns: 1).text == "漢bc")
        #expect(line.dropping(columns: 2).text == " bc")
        #expect(line.dropping(columns: 2).columns == 3)
        #expect(line.dropping(columns: 3).text == "bc")
        #expect(line.dropping(columns: 99).text == "")
        #expect(line.dropping(columns: 99).columns == 0)
    }

    @Test(arguments: RandomTextTests.seeds.prefix(40))
    func `the cursor is always on the screen`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let characters = Array(RandomTextTests.text(&random) + "\n" + RandomTextTests.text(&random))
        let columns = Int.random(in: 1...20, using: &random)
        for cursor in -1...characters.count + 1 {
            let edited = EditedText(characters, cursor: cursor, columns: columns)
            #expect(edited.lines.allSatisfy { $0.columns <= columns }, "seed \(seed)")
            #expect(edited.lines.indices.contains(edited.cursor.row), "seed \(seed), cursor \(cursor)")
            #expect(edited.cursor.column < columns, "seed \(seed), cursor \(cursor)")
        }
    }

    @Test func `names in a row of the interface turn nothing around but themselves`() {
        let row = TextLayout.row([StyledText("אב"), StyledText(": "), StyledText("גד"), StyledText(" 1")], columns: 20)
        #expect(row.text == "בא: דג 1")
        #expect(TextLayout.row([StyledText("ab"), StyledText("cd")], columns: 4).text == "abcd")
        #expect(TextLayout.row([StyledText("ab"), StyledText("cd")], columns: 3).text == "ab…")
        #expect(TextLayout.row([StyledText("ab"), StyledText("cd")], columns: 2).text == "a…")
        #expect(TextLayout.row([StyledText("ab"), StyledText("")], columns: 2).text == "ab")
        #expect(TextLayout.row([StyledText("ab"), StyledText("cd")], columns: 0).text == "")
    }
}
