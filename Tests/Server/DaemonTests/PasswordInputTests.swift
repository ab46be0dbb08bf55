import AudioTestSupport
import Foundation
import TestSupport
import Testing

@testable import Daemon

/// A password comes from standard input: a line of it, or a person who is asked twice and not overlooked.
@Suite(.timeLimit(.minutes(1))) struct PasswordInputTests {
    /// What is made of bytes that come through a pipe.
    private func read(_ bytes: [UInt8]) throws -> String {
        var ends: [Int32] = [-1, -1]
        try #require(pipe(&ends) == 0)
        defer { close(ends[0]) }
        let count = write(ends[1], bytes, bytes.count)
        close(ends[1])
        try #require(count == bytes.count)
        return try PasswordInput(input: ends[0], output: .shared).ask(for: "ada")
    }

    private func read(_ text: String) throws -> String { try read(Array(text.utf8)) }

    @Test func itIsTheFirstLine() throws {
        #expect(try read("a new password\nand more\n") == "a new password")
        #expect(try read("a new password") == "a new password")
        #expect(try read("a new password\r\n") == "a new password")
        #expect(try read(" spaces stay \n") == " spaces stay ")
        #expect(try read("") == "")
    }

    @Test func aLineHasALimit() throws {
        let longest = String(repeating: "x", count: PasswordInput.lineBytesMax)
        #expect(try read(longest + "\n") == longest)
        #expect(throws: DaemonError.self) { try read(longest + "x\n") }
    }

    @Test func whatIsNoTextIsRefusedAndNotRepaired() {
        let error = #expect(throws: DaemonError.self) { try read([0x70, 0xE4, 0x73, 0x73, 0x0A]) }
        #expect(error?.description == "the password is not valid UTF-8")
    }

    @Test func itIsTypedTwiceAndNeverShown() async throws {
        let terminal = try PseudoTerminal()
        let found = terminal.mode
        let input = PasswordInput(input: terminal.device, output: StandardError(descriptor: terminal.device))
        async let typed = blocking { try input.ask(for: "ada") }
        #expect(await terminal.shows("New password of ada: "))
        terminal.type("a new password\n")
        let shown = String(decoding: await terminal.read(to: "Once more: "), as: UTF8.self)
        terminal.type("a new password\n")
        #expect(try await typed == "a new password")
        let rest = String(decoding: terminal.readWaiting(), as: UTF8.self)
        // The end of the line is all that is seen of it.
        #expect(shown == "\r\nOnce more: " && rest == "\r\n")
        #expect(terminal.mode.c_lflag == found.c_lflag && terminal.mode.c_cc.11 == found.c_cc.11)
    }

    @Test(arguments: [
        (["one password\n", "another password\n"], "the two passwords differ; nothing was changed"),
        (["half a pass\u{3}"], "interrupted; nothing was changed"),
    ]) func aPersonMayStillThinkAgain(lines: [String], refusal: String) async throws {
        let terminal = try PseudoTerminal()
        let found = terminal.mode
        let input = PasswordInput(input: terminal.device, output: StandardError(descriptor: terminal.device))
        async let typed = blocking { try input.ask(for: "ada") }
        for (line, question) in zip(lines, ["New password of ada: ", "Once more: "]) {
            #expect(await terminal.shows(question))
            terminal.type(line)
        }
        do {
            _ = try await typed
            Issue.record("it was taken")
        } catch {
            #expect("\(error)" == refusal)
        }
        #expect(terminal.mode.c_lflag == found.c_lflag)
    }
}
