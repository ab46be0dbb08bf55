extension JSONReader {
    /// From the opening quote to behind the closing one.
    mutating func readString() throws(JSONFailure) {
        position += 1
        let start = position
        var isPlain = true
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                append(.string, from: start, isPlain: isPlain)
                position += 1
                return
            case UInt8(ascii: "\\"):
                isPlain = false
                try readEscape()
            case 0..<0x20: throw failure(.controlCharacter)
            case 0x20..<0x80: position += 1
            default: position += try multibyteCount()
            }
        }
        throw failure(.endsTooSoon)
    }

    private mutating func readEscape() throws(JSONFailure) {
        guard position + 1 < bytes.count else { throw failure(.endsTooSoon) }
        switch bytes[position + 1] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 2
        case UInt8(ascii: "u"):
            guard let unit = UTF16Escape.unit(in: bytes, at: position) else { throw failure(.invalidEscape) }
            if UTF16.isLeadSurrogate(unit) {
                guard let trail = UTF16Escape.unit(in: bytes, at: position + 6), UTF16.isTrailSurrogate(trail) else {
                    throw failure(.loneSurrogate)
                }
                position += 12
            } else {
                guard !UTF16.isTrailSurrogate(unit) else { throw failure(.loneSurrogate) }
                position += 6
            }
        default: throw failure(.invalidEscape)
        }
    }

    /// Bytes of the character here, which is not ASCII: the table of well-formed sequences (RFC 3629 §4).
    private func multibyteCount() throws(JSONFailure) -> Int {
        let (second, count): (ClosedRange<UInt8>, Int)
        switch bytes[position] {
        case 0xC2...0xDF: (second, count) = (0x80...0xBF, 2)
        case 0xE0: (second, count) = (0xA0...0xBF, 3)
        case 0xE1...0xEC, 0xEE...0xEF: (second, count) = (0x80...0xBF, 3)
        case 0xED: (second, count) = (0x80...0x9F, 3)
        case 0xF0: (second, count) = (0x90...0xBF, 4)
        case 0xF1...0xF3: (second, count) = (0x80...0xBF, 4)
        case 0xF4: (second, count) = (0x80...0x8F, 4)
        default: throw failure(.invalidUTF8)
        }
        guard position + count <= bytes.count, second.contains(bytes[position + 1]) else {
            throw failure(.invalidUTF8)
        }
        for index in position + 2..<position + count where bytes[index] & 0xC0 != 0x80 { throw failure(.invalidUTF8) }
        return count
    }

    mutating func readNumber() throws(JSONFailure) {
        let start = position
        var isPlain = true
        if current == UInt8(ascii: "-") { position += 1 }
        if current == UInt8(ascii: "0") {
            position += 1
        } else {
            try readDigits()
        }
        if current == UInt8(ascii: ".") {
            isPlain = false
            position += 1
            try readDigits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isPlain = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try readDigits()
        }
        append(.number, from: start, isPlain: isPlain)
    }

    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func readDigits() throws(JSONFailure) {
        let start = position
        while let byte = current, byte.isDigit { position += 1 }
        guard position > start else { throw failure(.invalidNumber) }
    }
}

extension UInt8 {
    var isDigit: Bool { self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9") }
}

/// `\uXXXX`: one UTF-16 code unit.
enum UTF16Escape {
    /// The unit of the escape whose backslash is at `position`; nil if there is none.
    static func unit(in bytes: [UInt8], at position: Int) -> UInt16? {
        guard position + 6 <= bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return nil }
        var unit: UInt16 = 0
        for byte in bytes[position + 2..<position + 6] {
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
