import Foundation
import Glibc
import Synchronization
import Testing

/// The person's side of a run: a pipe to type into and a pipe to read from.
final class TalkScreenReader: Sendable {
    /// What the run reads its commands from, and writes its lines to.
    let keyboard: Int32
    let output: Int32
    private let typing: Int32
    private let reading: Int32
    private let lines: AsyncStream<String>

    init() throws {
        var (keys, screen): ([Int32], [Int32]) = ([0, 0], [0, 0])
        try #require(pipe(&keys) == 0 && pipe(&screen) == 0)
        (keyboard, typing) = (keys[0], keys[1])
        (reading, output) = (screen[0], screen[1])
        let (lines, telling) = AsyncStream.makeStream(of: String.self)
        self.lines = lines
        let reading = reading
        Thread.detachNewThread {
            var line: [UInt8] = []
            var byte: UInt8 = 0
            while read(reading, &byte, 1) == 1 {
                if byte != UInt8(ascii: "\n") {
                    line.append(byte)
                    continue
                }
                telling.yield(String(decoding: line, as: UTF8.self))
                line = []
            }
            telling.finish()
            close(reading)
        }
    }

    deinit { for descriptor in [keyboard, typing, output] { close(descriptor) } }

    func type(_ text: String) {
        let bytes = Array(text.utf8)
        _ = write(typing, bytes, bytes.count)
    }

    /// Passes over lines until one has the text.
    func line(containing text: String) async -> String? {
        for await line in lines where line.contains(text) { return line }
        return nil
    }
}
