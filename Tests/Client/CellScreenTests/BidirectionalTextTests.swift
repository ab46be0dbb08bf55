import CellScreen
import Testing

/// Upper case stands for Hebrew letters, as in the standard's examples; `١٢٣` are Arabic digits.
struct BidirectionalTextTests {
    private func hebrew(_ text: String) -> String {
        String(
            text.map { character in
                guard let ascii = character.asciiValue, 0x41...0x5A ~= ascii else { return character }
                return Character(Unicode.Scalar(UInt32(0x05D0) + UInt32(ascii - 0x41)) ?? " ")
            })
    }

    private func latin(_ text: String) -> String {
        String(
            text.map { character in
                guard let scalar = character.unicodeScalars.first, 0x05D0...0x05E9 ~= scalar.value else {
                    return character
                }
                return Character(Unicode.Scalar(UInt8(0x41 + scalar.value - 0x05D0)))
            })
    }

    private func shown(_ text: String, columns: Int = 80) -> [String] {
        TextLayout.wrap([StyledText(hebrew(text))], columns: columns, linesMax: 10).lines.map { latin($0.text) }
    }

    /// Each after a rule of Unicode's standard annex 9.
    static let cases: [(rule: String, text: String, shown: String)] = [
        ("P2: the first letter decides", "abc DEF", "abc FED"),
        ("P2: the first letter decides", "ABC def", "def CBA"),
        ("P2: digits and marks do not", "12. ABC", "CBA .12"),
        ("P2: of both one line", "car means CAR.", "car means RAC."),
        ("L2: nested", "CAR means car.", ".means car RAC"),
        ("W2: after an Arabic letter digits are Arabic", "ع 1-2", "2-1 ع"),
        ("W2: after another they are not", "A 1-2", "1-2 A"),
        ("W4: a separator between digits is one of them", "A 1,2", "1,2 A"),
        ("W4: two are not", "A 1,,2", "2,,1 A"),
        ("W4: between Arabic digits, too", "A ١,٢", "١,٢ A"),
        ("W5: a currency stands with its number", "A $5%", "$5% A"),
        ("W6: a lone separator is neutral", "A+B", "B+A"),
        ("W7: digits after Latin are Latin", "ABC a1 DEF", "FED a1 CBA"),
        ("N0: brackets run with their paragraph", "A (b) C", "C (b) A"),
        ("N0: brackets run with what they enclose and follow", "a B (C) d", "a (C) B d"),
        ("N0: mixed content takes the paragraph's", "a (b C) D", "a (b C) D"),
        ("N1: neutrals between the same", "a B C d", "a C B d"),
        ("N2: neutrals between others", "a B c", "a B c"),
        ("I1: numbers in a left-to-right line", "a BC 12 DE f", "a ED 12 CB f"),
        ("L4: brackets are mirrored", "A<B>[C]{D}", "{D}[C]<B>A"),
        ("N1: numbers count as right to left", "ABC 1 2 3", "3 2 1 CBA"),
        ("a time", "ABC 12:34 DEF", "FED 12:34 CBA"),
        ("an address", "ABC http://a.b/c DEF", "FED http://a.b/c CBA"),
    ]

    @Test(arguments: cases)
    func `text of two directions is shown as the standard has it`(rule: String, text: String, wanted: String) {
        #expect(shown(text) == [wanted], "\(rule)")
    }

    @Test func `each line of a paragraph is turned for itself`() {
        #expect(shown("ABC DEF GHI", columns: 7) == ["FED CBA", "IHG"])
        #expect(shown("abc DEF ghi", columns: 7) == ["abc FED", "ghi"])
    }

    @Test func `each paragraph has its own direction, which says where it belongs`() {
        let lines = TextLayout.wrap([StyledText(hebrew("ABC d\nabc D\n12"))], columns: 20, linesMax: 9).lines
        #expect(lines.map { latin($0.text) } == ["d CBA", "abc D", "12"])
        #expect(lines.map(\.isRightToLeft) == [true, false, false])
    }

    @Test func `blanks at the end of a line stay at its end`() {
        #expect(shown("abc DEF  ") == ["abc FED  "])
        #expect(shown("ABC  ") == ["  CBA"])
    }

    @Test func `cut text says so where reading ends`() {
        #expect(latin(TextLayout.line([StyledText(hebrew("ABCDEF"))], columns: 4).text) == "…CBA")
        let cut = TextLayout.wrap([StyledText(hebrew("ABC DEF"))], columns: 3, linesMax: 1).lines
        #expect(cut.map { latin($0.text) } == ["…BA"])
    }

    @Test func `marks stay on their letters, emoji stay whole`() {
        let line = TextLayout.line([StyledText("שָׁלוֹם 👨‍👩‍👧 a")], columns: 40)
        #expect(line.items.map(\.cluster.text) == ["a", " ", "👨‍👩‍👧", " ", "ם", "וֹ", "ל", "שָׁ"])
        #expect(line.items.map(\.source) == [7, 6, 5, 4, 3, 2, 1, 0])
        #expect(line.columns == 9)
    }

    @Test func `brackets nested up to the limit are paired, one deeper ends the search`() {
        func nested(_ depth: Int) -> String {
            "a B" + String(repeating: "(", count: depth) + "C" + String(repeating: ")", count: depth) + "d"
        }
        func run(_ bracket: String, _ depth: Int) -> String { String(repeating: bracket, count: depth) }
        #expect(shown(nested(63), columns: 200) == ["a " + run("(", 63) + "C" + run(")", 63) + "Bd"])
        #expect(shown(nested(64), columns: 200) == ["a C" + run(")", 64) + "B" + run(")", 64) + "d"])
    }
}
