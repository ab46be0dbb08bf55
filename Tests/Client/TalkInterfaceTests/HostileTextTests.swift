import ControlWire
import Identifiers
import RoomClient
import TerminalSupport
import Testing

@testable import TalkInterface

struct HostileTextTests {
    /// Escapes, line breaks, bidirectional overrides, invisible characters and a tower of marks.
    private static let hostile = [
        "\u{1B}[2Jgone", "a\rb", "a\nb", "\u{9B}31m", "\u{7}\u{8}\u{7F}", "abc\u{202E}fed", "\u{2066}x\u{2069}",
        "a\u{200B}b",
        "\u{FEFF}", "\u{E0041}", "e" + String(repeating: "\u{301}", count: 500), "\u{2028}", "\u{0}",
    ]

    @Test(arguments: hostile)
    func `no character that moves, hides or turns around reaches the terminal`(text: String) {
        var model = TalkModel.online()
        var printed: [String] = []
        let inputs: [TalkInput] = [
            announcement(.voiceUserJoined(roomID: testRoom.id, user: person(text, 2, isSpeaking: true))),
            announcement(.roomMessage(roomID: testRoom.id, senderUsername: text, content: text)),
            announcement(.serverResponse(success: false, content: text)),
            announcement(.voiceError(code: .invalidValue, message: text)),
            .session(.joined(RoomSummary(id: testRoom.id, name: text, description: text, isPasswordProtected: false))),
            .commandUnknown(text),
            .session(.lost(RoomClientError(.connectionLost, text))),
            .session(.retrying(after: .seconds(1), RoomClientError(.unreachable, text))),
            .session(.retrying(after: .seconds(1), RoomClientError(.unreachable, text))),
        ]
        for input in inputs {
            for case .print(let line) in model.update(input, now: .seconds(1)) { printed.append(line) }
            printed.append(TalkView.statusLine(model, columns: 100, now: .seconds(1)))
        }
        printed.append(CommandFailure(RoomClientError(.authenticationFailed, text)).description)
        // Each input has its line and a status, but the first retry, which follows the loss's line.
        #expect(printed.count == 2 * inputs.count)
        for line in printed {
            #expect(line.unicodeScalars.allSatisfy { !Self.isForbidden($0) }, "\(line.debugDescription)")
            #expect(line.unicodeScalars.count < 500)
        }
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: true
        default: false
        }
    }

    @Test func `a name has as many columns as allowed and no more`() {
        let longest = String(repeating: "x", count: TerminalText.nameColumnsMax)
        #expect(TerminalText.name(longest) == longest)
        #expect(TerminalText.columns(of: TerminalText.name(longest + "y")) == TerminalText.nameColumnsMax)
        #expect(TerminalText.name(longest + "y").hasSuffix("…"))
        #expect(TerminalText.name("") == "?")
    }

    @Test func `a line has as many characters as allowed and no more`() {
        let longest = String(repeating: "x", count: TerminalText.lineCharactersMax)
        #expect(TerminalText.line(longest) == longest)
        #expect(TerminalText.line(longest + "y") == longest)
    }

    @Test func `marks up to the limit stay, one more goes`() {
        let marks = String(repeating: "\u{301}", count: TerminalText.marksMax)
        #expect(TerminalText.line("e" + marks) == "e" + marks)
        #expect(TerminalText.line("e" + marks + "\u{301}f") == "e" + marks + "f")
    }

    @Test(arguments: [("abc", 3), ("漢字", 4), ("e\u{301}", 1), ("한", 2), ("😀", 2), ("ｱ", 1), ("Ａ", 2)])
    func `width counts columns`(text: String, columns: Int) {
        #expect(TerminalText.columns(of: text) == columns)
    }

    @Test(arguments: [
        ("می\u{200C}خواهم", "می\u{200C}خواهم"), ("👩🏽\u{200D}🚀", "👩🏽\u{200D}🚀"),
        ("❤\u{FE0F}\u{200D}🔥", "❤\u{FE0F}\u{200D}🔥"),
        ("\u{200D}a", "\u{FFFD}a"), ("a\u{200C}", "a\u{FFFD}"), ("a \u{200C}b", "a \u{FFFD}b"),
        ("a\u{200C}\u{200C}b", "a\u{FFFD}\u{FFFD}b"), ("1\u{200D}2", "1\u{FFFD}2"),
    ])
    func `joiners stay where they are spelling, in messages and not in names`(text: String, wanted: String) {
        #expect(TerminalText.line(text, keepsJoiners: true) == wanted)
        #expect(!TerminalText.name(text).unicodeScalars.contains { $0 == "\u{200C}" || $0 == "\u{200D}" })
    }
}
