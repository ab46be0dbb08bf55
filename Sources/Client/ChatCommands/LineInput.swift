import Dispatch
import Glibc
import TerminalSupport

/// Lines of a file descriptor, read when asked for, without keeping a shared thread busy. One reader.
struct LineInput {
    /// Longest line, without its newline.
    static let lineBytesMax = 16_384

    private let descriptor: Int32
    private let queue = DispatchQueue(label: "roomtone.lines")
    private var buffer: [UInt8] = []
    private var isAtEnd = false
    /// Of the line that was returned last; from 1.
    private(set) var lineNumber = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    /// The next line; nil at the end. A last line without a newline counts.
    mutating func next() async throws(CommandFailure) -> String? {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) { return try take(end, dropping: 1) }
            if isAtEnd { return buffer.isEmpty ? nil : try take(buffer.count, dropping: 0) }
            guard buffer.count <= Self.lineBytesMax else { throw tooLong }
            let bytes = try await read()
            isAtEnd = bytes.isEmpty
            buffer += bytes
        }
    }

    private mutating func take(_ end: Int, dropping count: Int) throws(CommandFailure) -> String {
        guard end <= Self.lineBytesMax else { throw tooLong }
        lineNumber += 1
        var line = buffer[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let text = String(decoding: line, as: UTF8.self)
        buffer.removeFirst(end + count)
        return text
    }

    private var tooLong: CommandFailure {
        CommandFailure(.usage, "line \(lineNumber + 1) of standard input has more than \(Self.lineBytesMax) bytes.")
    }

    private func read() async throws(CommandFailure) -> [UInt8] {
        let (bytes, failure) = await withCheckedContinuation { continuation in
            queue.async { [descriptor] in continuation.resume(returning: Self.readOnce(descriptor)) }
        }
        guard failure == 0 else {
            throw CommandFailure(
                .fileMissing, "standard input cannot be read: \(String(cString: strerror(failure))).")
        }
        return bytes
    }

    private static func readOnce(_ descriptor: Int32) -> ([UInt8], Int32) {
        var bytes = [UInt8](repeating: 0, count: lineBytesMax)
        while true {
            let count = Glibc.read(descriptor, &bytes, bytes.count)
            if count < 0 && errno == EINTR { continue }
            return count < 0 ? ([], errno) : (Array(bytes[..<count]), 0)
        }
    }
}
