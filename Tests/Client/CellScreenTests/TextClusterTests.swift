import CellScreen
import Testing

struct TextClusterTests {
    /// What terminals do, or, where they differ, the wider of what they do.
    static let widths: [(String, Int)] = [
        ("a", 1), ("é", 1), ("e\u{301}", 1), ("ß", 1), ("ж", 1), ("א", 1), ("ع", 1), ("…", 1), ("→", 1), ("█", 1),
        ("\u{A0}", 1), ("ｱ", 1), ("Ａ", 2), ("漢", 2), ("あ", 2), ("한", 2), ("\u{1112}\u{1161}\u{11AB}", 2), ("、", 2),
        ("\u{3000}", 2), ("𠀀", 2), ("😀", 2), ("⌚", 2), ("❤", 1), ("❤\u{FE0F}", 2), ("☺\u{FE0F}", 2), ("☺", 1),
        ("1\u{FE0F}\u{20E3}", 2), ("👍🏽", 2), ("👨‍👩‍👧", 2), ("👩🏽‍🚀", 2), ("🇩🇪", 2), ("🏳️‍🌈", 2),
        ("🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", 2), ("❤\u{200D}🔥", 2), ("नि", 2), ("का", 2),
        ("क्ष", 2), ("กำ", 2), ("அ", 1),
    ]

    @Test(arguments: widths)
    func `a character takes the columns that terminals give it`(text: String, columns: Int) throws {
        #expect(text.count == 1)
        let cluster = TextCluster(try #require(text.first))
        #expect(cluster.columns == columns)
        #expect(cluster.text.unicodeScalars.elementsEqual(text.unicodeScalars))
        #expect(TextLayout.columns(of: text + "a" + text) == 2 * columns + 1)
    }

    @Test(arguments: [
        "\u{0}", "\u{1B}", "\n", "\r\n", "\t", "\u{7F}", "\u{9B}", "\u{AD}", "\u{200B}", "\u{200D}", "\u{200E}",
        "\u{202E}",
        "\u{2066}", "\u{2028}", "\u{FEFF}", "\u{E0041}", "\u{E000}", "\u{FFFF}", "\u{0600}1",
    ])
    func `what moves, hides or turns around becomes a mark that shows`(text: String) throws {
        #expect(text.count == 1)
        #expect(TextCluster(try #require(text.first)) == .replacement)
    }

    @Test func `marks up to the limit stay, one more goes`() {
        let longest = "e" + String(repeating: "\u{301}", count: TextCluster.marksMax)
        #expect(TextCluster(Character(longest)).text.unicodeScalars.count == 1 + TextCluster.marksMax)
        #expect(TextCluster(Character(longest + "\u{301}")).text.unicodeScalars.elementsEqual(longest.unicodeScalars))
    }

    @Test func `emoji of as many parts as the limit stay whole, longer ones are cut`() {
        let longest = Array(repeating: "👩", count: TextCluster.scalarsMax / 2).joined(separator: "\u{200D}") + "🏽"
        #expect(longest.count == 1)
        #expect(TextCluster(Character(longest)).text == longest)
        let longer = longest + "\u{200D}👩"
        #expect(TextCluster(Character(longer)).text == longest)
        #expect(TextCluster(Character(longer)).columns == 2)
    }

    @Test func `a mark without a letter gets a blank to stand on`() {
        #expect(TextCluster("\u{301}").text.unicodeScalars.elementsEqual(" \u{301}".unicodeScalars))
        #expect(TextCluster("\u{301}").columns == 1)
    }

    @Test func `joiners behind a letter go without a trace`() {
        #expect(TextCluster("ی\u{200C}").text == "ی")
        #expect(TextCluster("a\u{200C}").text == "a")
        #expect(TextCluster("क्\u{200D}").text.unicodeScalars.elementsEqual("क्".unicodeScalars))
    }

    @Test func `a wish for the plain shape is left out`() {
        #expect(TextCluster("⌚\u{FE0E}").text == "⌚")
    }
}
