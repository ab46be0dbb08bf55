import TerminalSupport
import Testing

@testable import ChatCommands

struct SpanTextTests {
    @Test(
        arguments: [
            ("90", 90), ("90s", 90), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("3650d", SpanText.secondsMax),
        ] as [(String, UInt64)])
    func `spans are read as people write them`(text: String, seconds: UInt64) throws {
        #expect(try SpanText.seconds(text, option: "--for") == seconds)
    }

    @Test(arguments: [
        "", "0", "0m", "-1", "+5", "5w", "m", "1.5h", "3651d", "99999999999999999999", "9999999999999999d",
    ])
    func `others are refused with what to write`(text: String) {
        #expect {
            try SpanText.seconds(text, option: "--for")
        } throws: {
            ($0 as? CommandFailure)?.status == .usage && "\($0)".contains("--for")
        }
    }
}
