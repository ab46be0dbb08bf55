/// Makes Unicode scalars of UTF-8 that comes byte by byte, broken or not (Unicode 15, table 3-7). Pure.
struct ScalarAssembler: Sendable {
    enum Outcome: Equatable {
        case incomplete
        case scalar(Unicode.Scalar)
        /// The byte begins nothing.
        case invalid
        /// What came before stays incomplete; the byte is to be added once more.
        case broken
    }

    private var value: UInt32 = 0
    private var missingCount = 0
    private var allowed: ClosedRange<UInt8> = anyContinuation

    /// Gives up what is incomplete; true if there was something.
    mutating func abandon() -> Bool {
        defer { missingCount = 0 }
        return missingCount > 0
    }

    mutating func add(_ byte: UInt8) -> Outcome {
        guard missingCount > 0 else { return begin(byte) }
        guard allowed.contains(byte) else {
            missingCount = 0
            return .broken
        }
        allowed = Self.anyContinuation
        value = value << 6 | UInt32(byte & 0x3F)
        missingCount -= 1
        guard missingCount == 0 else { return .incomplete }
        return Unicode.Scalar(value).map { .scalar($0) } ?? .invalid
    }

    private mutating func begin(_ byte: UInt8) -> Outcome {
        allowed = Self.anyContinuation
        switch byte {
        case 0x00...0x7F: return .scalar(Unicode.Scalar(byte))
        case 0xC2...0xDF: (value, missingCount) = (UInt32(byte & 0x1F), 1)
        case 0xE0...0xEF:
            (value, missingCount) = (UInt32(byte & 0x0F), 2)
            // Neither longer than needed nor surrogates.
            if byte == 0xE0 { allowed = 0xA0...0xBF }
            if byte == 0xED { allowed = 0x80...0x9F }
        case 0xF0...0xF4:
            (value, missingCount) = (UInt32(byte & 0x07), 3)
            if byte == 0xF0 { allowed = 0x90...0xBF }
            if byte == 0xF4 { allowed = 0x80...0x8F }
        default: return .invalid
        }
        return .incomplete
    }

    private static let anyContinuation: ClosedRange<UInt8> = 0x80...0xBF
}

extension Unicode.Scalar {
    /// C0, DEL and C1: nothing that a person types as text.
    var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
