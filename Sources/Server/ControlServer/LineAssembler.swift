import ControlWire

/// Cuts a stream of bytes into lines, holding at most one line's worth: pure.
struct LineAssembler {
    enum Item: Equatable {
        /// One line, without its newline.
        case line(ArraySlice<UInt8>)
        /// A line of nothing but white space: says nothing, but was read.
        case blank
        /// A line is too long; what came of it was thrown away, and so is the rest up to its newline.
        /// Comes once for every ``ControlLine/bytesMax`` bytes, so that a line that never ends is an
        /// offence again and again.
        case overlong
    }

    private var buffer: [UInt8] = []
    /// Bytes of `buffer` that have been handed out.
    private var consumedCount = 0
    /// Bytes of `buffer` that are known to hold no newline that was not handed out: a line that comes byte by
    /// byte is searched once.
    private var scannedCount = 0
    private var isDiscarding = false

    /// Takes what was read. Call ``next()`` until nil before adding more.
    mutating func append(_ bytes: some Sequence<UInt8>) {
        buffer.removeFirst(consumedCount)
        scannedCount -= consumedCount
        consumedCount = 0
        buffer.append(contentsOf: bytes)
    }

    /// The next line or offence; nil when more bytes are needed.
    mutating func next() -> Item? {
        while true {
            guard let end = buffer[scannedCount...].firstIndex(of: UInt8(ascii: "\n")) else {
                scannedCount = buffer.endIndex
                if consumedCount == buffer.endIndex { forget() }
                return takeOverlong(buffer[consumedCount...])
            }
            let line = buffer[consumedCount..<end]
            consumedCount = end + 1
            scannedCount = consumedCount
            if isDiscarding {
                isDiscarding = false
                if line.count > ControlLine.bytesMax { return .overlong }
            } else if line.count > ControlLine.bytesMax {
                return .overlong
            } else {
                return line.allSatisfy(\.isJSONWhitespace) ? .blank : .line(line)
            }
        }
    }

    /// All was handed out: who is silent now holds no memory for what was said.
    private mutating func forget() {
        buffer = []
        consumedCount = 0
        scannedCount = 0
    }

    private mutating func takeOverlong(_ rest: ArraySlice<UInt8>) -> Item? {
        guard rest.count > ControlLine.bytesMax else { return nil }
        consumedCount = buffer.endIndex
        isDiscarding = true
        return .overlong
    }
}

extension UInt8 {
    /// RFC 8259 §2.
    var isJSONWhitespace: Bool { self == 0x20 || self == 0x09 || self == 0x0A || self == 0x0D }
}
