/// Gathers a bracketed paste up to its end marker, which may come in pieces. Pure.
struct PasteCollector: Sendable {
    /// More is left out, and said so.
    static let bytesMax = 65_536

    private var bytes: [UInt8] = []
    private var isCut = false
    /// How much of the end marker has come.
    private var matchedCount = 0

    var heldByteCount: Int { bytes.count }

    /// True when the byte completes the end marker.
    mutating func add(_ byte: UInt8) -> Bool {
        if byte == Self.endMarker[matchedCount] {
            matchedCount += 1
            return matchedCount == Self.endMarker.count
        }
        // The marker begins with the only ESC in it: what looked like it is text, and it may begin anew with this byte alone.
        for index in 0..<matchedCount { store(Self.endMarker[index]) }
        matchedCount = byte == Self.endMarker[0] ? 1 : 0
        if matchedCount == 0 { store(byte) }
        return false
    }

    /// What was pasted, with line ends as newlines and without other controls: a paste is text, whatever it tries.
    func event() -> InputEvent {
        var text = String.UnicodeScalarView()
        var isAfterReturn = false
        for scalar in String(decoding: isCut ? wholeScalars : bytes[...], as: UTF8.self).unicodeScalars {
            defer { isAfterReturn = scalar == "\r" }
            switch scalar {
            case "\n" where isAfterReturn: continue
            case "\r", "\n": text.append("\n")
            case "\t": text.append(scalar)
            default: if !scalar.isControl { text.append(scalar) }
            }
        }
        return .paste(String(text), isCut: isCut)
    }

    private mutating func store(_ byte: UInt8) {
        if bytes.count < Self.bytesMax { bytes.append(byte) } else { isCut = true }
    }

    /// Without the beginning of a scalar that the limit cut in two.
    private var wholeScalars: ArraySlice<UInt8> {
        var whole = bytes[...]
        var continuationCount = 0
        while let last = whole.last, last & 0xC0 == 0x80, continuationCount < 3 {
            whole.removeLast()
            continuationCount += 1
        }
        guard let lead = whole.last, lead >= 0xC0 else { return bytes[...] }
        let length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2
        return length == continuationCount + 1 ? bytes[...] : whole.dropLast()
    }

    /// CSI 201 ~ (xterm control sequences, “Bracketed Paste Mode”).
    private static let endMarker = Array("\u{1B}[201~".utf8)
}
