import CellScreen
import NetworkSimulator
import Testing

struct TextWrapTests {
    private func wrap(_ text: String, _ columns: Int, linesMax: Int = 100) -> [String] {
        TextLayout.wrap([StyledText(text)], columns: columns, linesMax: linesMax).lines.map(\.text)
    }

    @Test func `lines break between words`() {
        #expect(wrap("the quick brown fox", 10) == ["the quick", "brown fox"])
        #expect(wrap("the quick brown fox", 9) == ["the quick", "brown fox"])
        #expect(wrap("the quick brown fox", 8) == ["the", "quick", "brown", "fox"])
    }

    @Test func `a word that is longer than a line breaks anywhere`() {
        #expect(wrap("see abcdefghij", 4) == ["see", "abcd", "efgh", "ij"])
        #expect(wrap("    indented", 6) == ["    in", "dented"])
    }

    @Test func `line breaks of the text are kept, empty lines too`() {
        #expect(wrap("a\n\nb\r\nc\n", 10) == ["a", "", "b", "c", ""])
        #expect(wrap("", 10) == [""])
    }

    @Test func `blanks at a break go, those at the beginning stay, tabulators become blanks`() {
        #expect(wrap("ab     cd", 4) == ["ab", "cd"])
        #expect(wrap("  ab cd", 5) == ["  ab", "cd"])
        #expect(wrap("\tx", 10) == ["    x"])
    }

    @Test func `wide characters break beside each other, but not before a full stop`() {
        #expect(wrap("漢字漢字", 5) == ["漢字", "漢字"])
        #expect(wrap("漢字。漢", 5) == ["漢", "字。", "漢"])
        #expect(wrap("漢字", 1) == ["�", "�"])
    }

    @Test func `as many lines as allowed are whole, one more cuts the last`() {
        #expect(wrap("a b c", 1, linesMax: 3) == ["a", "b", "c"])
        #expect(wrap("aa bb cc", 2, linesMax: 2) == ["aa", "b…"])
        #expect(wrap("a\nb", 5, linesMax: 1) == ["a…"])
        #expect(wrap("aaaaa\nb", 5, linesMax: 1) == ["aaaa…"])
        #expect(TextLayout.wrap([StyledText("a\nb")], columns: 5, linesMax: 1).isCut)
        #expect(!TextLayout.wrap([StyledText("a\nb")], columns: 5, linesMax: 2).isCut)
        let hidden = "a" + String(repeating: " ", count: 1_000) + "b"
        #expect(TextLayout.wrap([StyledText(hidden)], columns: 5, linesMax: 3).isCut)
    }

    @Test func `each character remembers its style and its place in the text`() {
        var bold = Style()
        bold.isBold = true
        let wrapped = TextLayout.wrap([StyledText("ab "), StyledText("cd\ne", bold)], columns: 3, linesMax: 9)
        #expect(wrapped.lines.map(\.text) == ["ab", "cd", "e"])
        #expect(wrapped.lines.map { $0.items.map(\.source) } == [[0, 1], [3, 4], [6]])
        #expect(wrapped.lines[1].items.allSatisfy { $0.style == bold })
        #expect(wrapped.lines[0].items.allSatisfy { $0.style == Style() })
    }

    @Test(arguments: RandomTextTests.seeds)
    func `no line is wider than allowed, and no character is lost but blanks`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let text = RandomTextTests.text(&random) + "\n" + RandomTextTests.text(&random)
        let columns = Int.random(in: 2...20, using: &random)
        let wrapped = TextLayout.wrap([StyledText(text)], columns: columns, linesMax: 1_000)
        #expect(!wrapped.isCut)
        #expect(wrapped.lines.allSatisfy { $0.columns <= columns }, "seed \(seed)")
        #expect(
            wrapped.lines.allSatisfy { line in
                line.columns == line.items.reduce(0) { $0 + $1.cluster.columns }
            }, "seed \(seed)")
        let shown = Set(wrapped.lines.flatMap { $0.items.map(\.source) })
        for (index, character) in text.enumerated() where !character.isWhitespace {
            #expect(shown.contains(index), "seed \(seed): \(index)")
        }
        let linesMax = Int.random(in: 1...4, using: &random)
        let cut = TextLayout.wrap([StyledText(text)], columns: columns, linesMax: linesMax)
        #expect(cut.lines.count <= linesMax && cut.lines.allSatisfy { $0.columns <= columns }, "seed \(seed)")
        #expect(cut.isCut == (wrapped.lines.count > linesMax), "seed \(seed)")
    }

    @Test func `cut to one line, text ends with dots`() {
        #expect(TextLayout.line([StyledText("hello")], columns: 5).text == "hello")
        #expect(TextLayout.line([StyledText("hello")], columns: 4).text == "hel…")
        #expect(TextLayout.line([StyledText("漢字漢")], columns: 4).text == "漢…")
        #expect(TextLayout.line([StyledText("hello")], columns: 1).text == "…")
        #expect(TextLayout.line([StyledText("hello")], columns: 0).text == "")
        #expect(TextLayout.line([StyledText("a\nb")], columns: 9).text == "a b")
        #expect(TextLayout.truncated("hello", columns: 4) == "hel…")
        #expect(TextLayout.truncated("hello", columns: 0) == "")
    }
}
