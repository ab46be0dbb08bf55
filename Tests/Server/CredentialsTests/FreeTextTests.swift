import Credentials
import Testing

@Suite struct FreeTextTests {
    @Test(arguments: ["hello", "two\nlines\twith a tab", "👩‍👩‍👧 ❤️", "نص عربي \u{2067}x\u{2069}", "‎\u{200E}a"])
    func ordinaryTextPasses(_ text: String) throws {
        try FreeText.checkMessage(text)
    }

    @Test(arguments: [
        ("", TextRefusal.Cause.empty), ("a\u{1B}[2J", .control), ("a\rb", .control), ("a\u{0}", .control),
        ("a\u{9B}31m", .control), ("a\u{202E}b", .direction), ("a\u{202A}b", .direction),
    ])
    func textThatCouldDeceiveATerminalIsRefused(_ text: String, _ cause: TextRefusal.Cause) {
        #expect(#expect(throws: TextRefusal.self) { try FreeText.checkMessage(text) }?.cause == cause)
    }

    @Test func messageBytesAreCountedAtTheLimitAndOnePast() throws {
        try FreeText.checkMessage(String(repeating: "é", count: FreeText.messageBytesMax / 2))
        #expect(
            #expect(throws: TextRefusal.self) {
                try FreeText.checkMessage(String(repeating: "a", count: FreeText.messageBytesMax + 1))
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
}
