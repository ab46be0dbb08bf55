import Foundation
import Glibc
import Testing

@testable import TalkInterface

/// A pipe that takes nothing more until somebody reads it.
final class FullPipe: Sendable {
    let readEnd: Int32
    /// Stays open: the thread of a writer that was held up may still hold it.
    let writeEnd: Int32
    let byteCount: Int

    init() throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        (readEnd, writeEnd) = (ends[0], ends[1])
        _ = fcntl(writeEnd, F_SETFL, O_NONBLOCK)
        let bytes = [UInt8](repeating: 0x2E, count: 4_096)
        var filled = 0
        while case let count = write(writeEnd, bytes, bytes.count), count > 0 { filled += count }
        _ = fcntl(writeEnd, F_SETFL, 0)
        byteCount = filled
    }

    /// With it, a writer that is held up gets an error.
    deinit { close(readEnd) }
}

struct ScreenWriterTests {
    @Test(.timeLimit(.minutes(1)))
    func `nobody waits for a screen that takes nothing, and later it says how much is missing`() async throws {
        signal(SIGPIPE, SIG_IGN)
        let full = try FullPipe()
        let writer = try ScreenWriter(output: full.writeEnd, kind: .plain)
        // The thread takes one queue full at most before it is held up: the second one overflows for certain.
        let lineCount = 2 * ScreenQueue.eventLinesMax + 10
        for number in 0..<lineCount { writer.show(.event("line \(number)")) }
        await writer.flush()
        let (shown, missing) = await counts(in: full, upTo: lineCount)
        await writer.finish()
        #expect(missing > 0 && shown + missing == lineCount, "\(shown) shown, \(missing) missing")
    }

    @Test func `what was shown before the end is written at the end`() async throws {
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        let writer = try ScreenWriter(output: ends[1], kind: .plain)
        writer.show(.event("one"))
        writer.show(.event("two"))
        await writer.finish()
        close(ends[1])
        var bytes = [UInt8](repeating: 0, count: 100)
        let count = read(ends[0], &bytes, bytes.count)
        #expect(String(decoding: bytes[..<max(0, count)], as: UTF8.self) == "one\ntwo\n")
        close(ends[0])
    }

    /// How many lines come after the filling, and how many are said to be missing, until all are accounted for.
    private func counts(in full: FullPipe, upTo lineCount: Int) async -> (shown: Int, missing: Int) {
        await withCheckedContinuation { answer in
            Thread.detachNewThread {
                var text: [UInt8] = []
                var bytes = [UInt8](repeating: 0, count: 4_096)
                var counts = (shown: 0, missing: 0)
                while counts.shown + counts.missing < lineCount {
                    let count = Glibc.read(full.readEnd, &bytes, bytes.count)
                    guard count > 0 else { break }
                    text += bytes[..<count]
                    counts = Self.counts(String(decoding: text.dropFirst(full.byteCount), as: UTF8.self))
                }
                answer.resume(returning: counts)
            }
        }
    }

    private static func counts(_ text: String) -> (shown: Int, missing: Int) {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        let missing = lines.compactMap { $0.wholeMatch(of: /… ([0-9]+) lines not shown\./).flatMap { Int($0.1) } }
        return (lines.count { $0.hasPrefix("line ") }, missing.reduce(0, +))
    }
}
