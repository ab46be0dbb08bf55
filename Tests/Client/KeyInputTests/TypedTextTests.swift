import Testing

@testable import KeyInput

struct TypedTextTests {
    private func text(_ bytes: [UInt8], pieceBytes: Int = 1_000) -> String {
        decoded(bytes, pieceBytes: pieceBytes).reduce(into: "") { text, event in
            if case .key(let stroke, .press) = event, case .character(let character) = stroke.key,
                stroke.modifiers == []
            {
                text.append(character)
            } else {
                Issue.record("\(event)")
            }
        }
    }

    @Test(arguments: ["plain", "é ü ß", "日本語", "👩‍👩‍👧 🇩🇪", "e\u{301}", "שלום", "\u{10FFFF}\u{FFFD}"])
    func `text arrives as it was typed, in pieces too`(typed: String) {
        for pieceBytes in [1, 2, 3, 5, 1_000] {
            #expect(text(Array(typed.utf8), pieceBytes: pieceBytes).unicodeScalars.elementsEqual(typed.unicodeScalars))
        }
    }

    @Test func `what comes in one piece is cut at whole characters`() {
        #expect(decoded("e\u{301}👩‍👩‍👧x") == [pressed("e\u{301}"), pressed("👩‍👩‍👧"), pressed("x")])
    }

    /// The replacement of every broken part is the standard library's.
    @Test(arguments: [
        [0x80], [0xC0, 0xAF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5], [0xFF],
        [0xC3, 0x41], [0xE2, 0x82, 0x41], [0xF0, 0x9F, 0x98, 0x41], [0xE2, 0xE2, 0x82, 0xAC], [0x41, 0xC3, 0xC3, 0xA9],
    ])
    func `broken UTF-8 is replaced, and what follows is read`(bytes: [UInt8]) {
        let expected = String(decoding: bytes + [0x78], as: UTF8.self)
        for pieceBytes in [1, 2, 1_000] { #expect(text(bytes + [0x78], pieceBytes: pieceBytes) == expected) }
    }

    @Test func `controls of the upper half are no text`() {
        #expect(text(Array("a\u{9B}\u{85}b".utf8)) == "ab")
    }

    @Test func `an incomplete character before a key is replaced`() {
        #expect(decoded([0xE2, 0x82, 0x0D]) == [pressed("\u{FFFD}"), pressed(.enter)])
    }
}
