import Credentials
import Testing

@Suite struct FreeTextTests {
    @Test(arguments: ["hello", "two\nlines\twith a tab", "👩‍👩‍👧 ❤️", "نص عربي \u{2067}x\u{2069}", "‎\u{200E}a"])
    func ordinaryTextPasses(_ text: String) throws {
        #expect(try FreeText.message(text) == text)
    }

    /// What looks the same is stored, found and compared as the same.
    @Test(arguments: [
        ("e\u{301}", "\u{E9}"), ("A\u{30A} \u{212B}", "\u{C5} \u{C5}"), ("\u{1112}\u{1161}\u{11AB}", "\u{D55C}"),
        ("ﬁ ①", "ﬁ ①"),
    ])
    func textIsKeptInItsComposedForm(_ text: String, _ stored: String) throws {
        #expect(Array(try FreeText.message(text).unicodeScalars) == Array(stored.unicodeScalars))
    }

    /// U+0958 has no composed form: three bytes become six.
    @Test func whatGrowsIsMeasuredAsStored() throws {
        let count = FreeText.messageBytesMax / 6
        let longest = String(repeating: "\u{958}", count: count)
        #expect(try FreeText.message(longest).utf8.count == count * 6)
        let past = longest + "\u{958}"
        #expect(past.utf8.count < FreeText.messageBytesMax)
        #expect(#expect(throws: TextRefusal.self) { try FreeText.message(past) }?.cause == .tooLong)
    }

    @Test(arguments: [
        ("", TextRefusal.Cause.empty), ("a\u{1B}[2J", .control), ("a\rb", .control), ("a\u{0}", .control),
        ("a\u{9B}31m", .control), ("a\u{202E}b", .direction), ("a\u{202A}b", .direction),
    ])
    func textThatCouldDeceiveATerminalIsRefused(_ text: String, _ cause: TextRefusal.Cause) {
        #expect(#expect(throws: TextRefusal.self) { try FreeText.message(text) }?.cause == cause)
    }

    @Test func messageBytesAreCountedAtTheLimitAndOnePast() throws {
        _ = try FreeText.message(String(repeating: "é", count: FreeText.messageBytesMax / 2))
        #expect(
            #expect(throws: TextRefusal.self) {
                try FreeText.message(String(repeating: "a", count: FreeText.messageBytesMax + 1))
            }?.cause == .tooLong)
    }

    @Test func descriptionsAreOneLineAndMayBeEmpty() throws {
        try FreeText.checkDescription("")
        try FreeText.checkDescription(String(repeating: "a", count: FreeText.descriptionBytesMax))
        for lineBreak in ["\n", "\u{2028}", "\u{2029}"] {
            let error = #expect(throws: TextRefusal.self) { try FreeText.checkDescription("two\(lineBreak)lines") }
            #expect(error?.cause == .control)
        }
        #expect(throws: TextRefusal.self) {
            try FreeText.checkDescription(String(repeating: "a", count: FreeText.descriptionBytesMax + 1))
        }
    }

    @Test func reasonsAreOneLineAtTheLimitAndNotOnePast() throws {
        try FreeText.checkReason("")
        try FreeText.checkReason(String(repeating: "a", count: FreeText.reasonBytesMax))
        for bad in ["two\nlines", String(repeating: "a", count: FreeText.reasonBytesMax + 1), "a\u{202E}b"] {
            #expect(throws: TextRefusal.self) { try FreeText.checkReason(bad) }
        }
    }
}
