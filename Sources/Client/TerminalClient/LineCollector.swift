/// Cuts lines out of what comes in pieces. Pure.
struct LineCollector: Equatable, Sendable {
    /// Longest line, in bytes: the longest message and the most that a character takes. The rest of a longer one is thrown
    /// away.
    static let lineBytesMax = 32_768

    private var line: [UInt8] = []
    private var isTooLong = false

    /// The lines that these bytes end; nil for one that was too long.
    mutating func lines(in bytes: some Sequence<UInt8>) -> [String?] {
        var lines: [String?] = []
        for byte in bytes {
            if byte == UInt8(ascii: "\n") {
                lines.append(take())
            } else if line.count < Self.lineBytesMax {
                line.append(byte)
            } else {
                isTooLong = true
            }
        }
        return lines
    }

    /// At the end, where the last line may have no newline.
    mutating func rest() -> [String?] { line.isEmpty && !isTooLong ? [] : [take()] }

    private mutating func take() -> String? {
        defer { (line, isTooLong) = ([], false) }
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return isTooLong ? nil : String(decoding: line, as: UTF8.self)
    }
}
