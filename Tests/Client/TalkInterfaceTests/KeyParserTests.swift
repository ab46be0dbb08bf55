import Testing

@testable import TalkInterface

struct KeyParserTests {
    private func commands(_ text: String) -> [TalkCommand] {
        var parser = KeyParser()
        return parser.commands(in: Array(text.utf8))
    }

    @Test func `every key does what the help says`() {
        #expect(
            commands(" md+-?q") == [
                .talk(nil), .mute(nil), .deafen(nil), .volume(steps: 1), .volume(steps: -1), .help, .quit,
            ])
        #expect(commands("\u{3}") == [.quit])
    }

    @Test(arguments: ["\u{1B}[A", "\u{1B}[1;5C", "\u{1B}OP", "\u{1B}[200~", "\u{1B}m"])
    func `arrows and function keys do nothing, and the next key counts`(sequence: String) {
        #expect(commands(sequence + "d") == [.deafen(nil)])
    }

    @Test func `a sequence may come in pieces`() {
        var parser = KeyParser()
        for piece in ["\u{1B}", "[1", ";5"] { #expect(parser.commands(in: Array(piece.utf8)) == []) }
        #expect(parser.commands(in: Array("Dq".utf8)) == [.quit])
    }

    @Test func `other characters mean nothing`() {
        #expect(commands("xzäé\r\n\t") == [])
    }
}

struct CommandLineParserTests {
    private func commands(_ text: String, pieceBytes: Int = 1_000) -> [CommandLineParser.Command] {
        var parser = CommandLineParser()
        let bytes = Array(text.utf8)
        var found: [CommandLineParser.Command] = []
        for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
            found += parser.commands(in: bytes[start..<min(start + pieceBytes, bytes.count)])
        }
        return found + [parser.finishLine()].compactMap { $0 }
    }

    @Test(arguments: [1, 3, 1_000])
    func `lines are commands, in any case and spacing`(pieceBytes: Int) {
        let text = "talk on\nTALK  OFF\r\n\nmute on\nmute off\ndeafen on\ndeafen off\nvolume up\nquit"
        let expected: [TalkCommand] = [
            .talk(true), .talk(false), .mute(true), .mute(false), .deafen(true), .deafen(false), .volume(steps: 1),
            .quit,
        ]
        #expect(commands(text, pieceBytes: pieceBytes) == expected.map { .known($0) })
    }

    @Test func `what is no command is named`() {
        #expect(commands("sing on\n") == [.unknown("sing on")])
    }

    @Test func `a line of the longest length is read, one byte more is not`() {
        let longest = "quit" + String(repeating: " ", count: CommandLineParser.lineBytesMax - 4)
        #expect(commands(longest + "\nquit\n") == [.known(.quit), .known(.quit)])
        #expect(commands(longest + " \nquit\n") == [.unknown(longest), .known(.quit)])
    }
}
