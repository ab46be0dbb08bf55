import NetworkSimulator
import Testing

@testable import MessageSearch

@Suite struct HighlightedTextTests {
    @Test func shortTextIsShownWhole() {
        let highlighted = HighlightedText("say \u{1}hello\u{2}, 👩‍👩‍👧 \u{1}hello\u{2}!", text: "say hello, 👩‍👩‍👧 hello!")
        let snippet = highlighted.snippet()
        #expect(snippet.text == "say hello, 👩‍👩‍👧 hello!")
        // The family is five scalars.
        #expect(snippet.marks == [SnippetMark(start: 4, length: 5), SnippetMark(start: 17, length: 5)])
    }

    @Test func textThatChangedHasNoMarks() {
        #expect(HighlightedText("\u{1}old\u{2}", text: "new").snippet().marks.isEmpty)
    }

    @Test func lengthAtTheLimitAndOnePast() {
        let whole = String(repeating: "ab ", count: 53) + "c"
        #expect(whole.count == HighlightedText.snippetCharactersMax)
        #expect(HighlightedText(whole, text: whole).snippet().text == whole)
        let longer = whole + "d"
        #expect(HighlightedText(longer, text: longer).snippet().text == String(repeating: "ab ", count: 52) + "ab…")
    }

    /// Over random texts: a snippet is a part of the text, short, with the marked words under its marks.
    @Test func marksPointAtTheWords() {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededGenerator(seed: seed)
        let words = ["α", "wort", "e\u{301}té", "👩‍👩‍👧", "longerword", "x", "жук"]
        for _ in 0..<500 {
            let marked = words.randomElement(using: &random) ?? "x"
            let tokenCount = Int.random(in: 1...120, using: &random)
            let tokens = (0..<tokenCount).map { _ in words.randomElement(using: &random) ?? "" }
            let text = tokens.joined(separator: " ")
            let highlighted = tokens.map { $0 == marked ? "\u{1}\($0)\u{2}" : $0 }.joined(separator: " ")
            let snippet = HighlightedText(highlighted, text: text).snippet()
            let body = snippet.text.drop { $0 == "…" }
            #expect(text.contains(body.last == "…" ? body.dropLast() : body), "seed \(seed)")
            #expect(snippet.text.count <= HighlightedText.snippetCharactersMax + 2, "seed \(seed)")
            #expect(snippet.marks.isEmpty != tokens.contains(marked), "seed \(seed)")
            let scalars = Array(snippet.text.unicodeScalars)
            for mark in snippet.marks {
                let word = scalars[mark.start..<mark.start + mark.length]
                #expect(word.elementsEqual(marked.unicodeScalars), "seed \(seed)")
            }
        }
    }
}
