import Testing

@testable import KeyInput

struct PasteTests {
    private func paste(_ text: String) -> String { "\u{1B}[200~\(text)\u{1B}[201~" }

    @Test func `a paste comes whole, wherever it is cut`() {
        let bytes = Array((paste("zwei\nZeilen é") + "x").utf8)
        for split in 0...bytes.count {
            var decoder = InputDecoder()
            let events =
                decoder.events(in: bytes[..<split], now: .zero)
                + decoder.events(in: bytes[split...], now: .milliseconds(1))
            #expect(events == [.paste("zwei\nZeilen é", isCut: false), pressed("x")], "split at \(split)")
        }
    }

    @Test(arguments: [
        ("a\r\nb\rc\n", "a\nb\nc\n"), ("\r\r\n\n", "\n\n\n"), ("tab\there", "tab\there"),
        ("\u{1B}[31mred\u{7}\u{0}", "[31mred"), ("\u{1B}[201", "[201"), ("\u{1B}[20\u{1B}[20", "[20[20"),
        ("\u{1B}\u{1B}", ""), ("\u{9B}31m", "31m"), ("", ""),
    ])
    func `a paste is text and line ends only`(pasted: String, expected: String) {
        #expect(decoded(paste(pasted)) == [.paste(expected, isCut: false)])
        #expect(decoded(paste(pasted), pieceBytes: 1) == [.paste(expected, isCut: false)])
    }

    @Test func `a paste of bytesMax is whole, one byte more is cut and said so`() {
        let longest = String(repeating: "a", count: PasteCollector.bytesMax)
        #expect(decoded(paste(longest)) == [.paste(longest, isCut: false)])
        #expect(decoded(paste(longest + "b") + "x") == [.paste(longest, isCut: true), pressed("x")])
    }

    @Test(arguments: ["é", "€", "😀"])
    func `a cut leaves no half character`(character: String) {
        for length in 1...character.utf8.count {
            let before = String(repeating: "a", count: PasteCollector.bytesMax - length)
            let isWhole = length == character.utf8.count
            let expected = before + (isWhole ? character : "")
            #expect(decoded(paste(before + character + "z")) == [.paste(expected, isCut: true)])
        }
    }

    @Test func `a paste that never ends is over after a while, and its late end is nothing`() {
        var decoder = InputDecoder()
        #expect(decoder.events(in: Array("\u{1B}[200~half".utf8), now: .zero) == [])
        #expect(decoder.events(in: Array(" more".utf8), now: .seconds(4)) == [])
        #expect(decoder.deadline == .seconds(9))
        #expect(decoder.expire(now: .seconds(9)) == [.paste("half more", isCut: false)])
        #expect(decoder.events(in: Array("\u{1B}[201~x".utf8), now: .seconds(10)) == [pressed("x")])
    }
}
