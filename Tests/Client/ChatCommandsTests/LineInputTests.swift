import Glibc
import TerminalSupport
import Testing

@testable import ChatCommands

struct LineInputTests {
    private func lines(of text: String) async throws -> [String] {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let bytes = Array(text.utf8)
        #expect(write(ends[1], bytes, bytes.count) == bytes.count)
        close(ends[1])
        defer { close(ends[0]) }
        var input = LineInput(descriptor: ends[0])
        var lines: [String] = []
        while let line = try await input.next() { lines.append(line) }
        return lines
    }

    @Test func `lines end at newlines, with or without a carriage return, and at the end`() async throws {
        #expect(try await lines(of: "a\r\n\nb c\nlast") == ["a", "", "b c", "last"])
        #expect(try await lines(of: "").isEmpty)
    }

    @Test func `the longest line is read and a longer one refused with its number`() async throws {
        let longest = String(repeating: "x", count: LineInput.lineBytesMax)
        #expect(try await lines(of: "a\n\(longest)\nb") == ["a", longest, "b"])
        await #expect {
            _ = try await lines(of: "a\n\(longest)x\nb")
        } throws: {
            ($0 as? CommandFailure)?.status == .usage && "\($0)".contains("line 2")
        }
    }
}
