import Foundation
import TestSupport
import Testing

@testable import Daemon

/// A log that cannot be written holds up and ends nobody.
@Suite(.timeLimit(.minutes(1))) struct StandardErrorTests {
    @Test func aFullDiskLosesLinesAndNothingElse() throws {
        let full = open("/dev/full", O_WRONLY | O_CLOEXEC)
        defer { close(full) }
        let output = StandardError(descriptor: full)
        for number in 1...3 { output.write("line \(number)\n") }
    }

    @Test func nobodyIsThereAnyMore() throws {
        let (reader, writer) = try pipe()
        close(reader)
        defer { close(writer) }
        signal(SIGPIPE, SIG_IGN)
        let output = StandardError(descriptor: writer)
        for number in 1...3 { output.write("line \(number)\n") }
    }

    @Test func aReaderThatHangsIsTriedInVainAndThenToldWhatItMissed() throws {
        let (reader, writer) = try pipe()
        defer {
            close(reader)
            close(writer)
        }
        let output = StandardError(descriptor: writer)
        let line = String(repeating: "x", count: 999) + "\n"
        // A pipe holds 64 KiB (pipe(7)): the rest is lost, and no write blocks.
        for _ in 0..<100 { output.write(line) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let before = read(reader, &bytes, bytes.count)
        #expect(before > 60_000)
        output.write("after\n")
        let count = read(reader, &bytes, bytes.count)
        let rest = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        #expect(rest.hasSuffix(" lines could not be written here.\nafter\n"))
        #expect(rest.contains("\n… ") || rest.hasPrefix("… "))
        // The next one is a line like any other.
        output.write("last\n")
        #expect(read(reader, &bytes, bytes.count) == 5)
    }

    private func pipe() throws -> (reader: Int32, writer: Int32) {
        var ends: [Int32] = [-1, -1]
        try #require(Foundation.pipe(&ends) == 0)
        return (ends[0], ends[1])
    }
}
