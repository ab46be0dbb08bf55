/// Why a text is not JSON, and where.
public struct JSONFailure: Error, Equatable, Sendable {
    public enum Cause: Equatable, Sendable {
        case endsTooSoon
        case unexpectedByte
        /// There is more behind the value.
        case continues
        case nestedTooDeep(levelsMax: Int)
        case invalidNumber
        /// A byte below 0x20 in a string; it has to be escaped.
        case controlCharacter
        case invalidEscape
        /// Half of a UTF-16 pair, which is no character.
        case loneSurrogate
        case invalidUTF8
        /// An object has the name twice: readers would disagree about its value (RFC 8259 §4).
        case repeatedName
        /// Longer than ``JSONDocument/bytesMax``.
        case tooLong
    }

    public let cause: Cause
    /// The first byte that is wrong, from 0.
    public let byteOffset: Int
}

extension JSONFailure: CustomStringConvertible {
    public var description: String { "\(cause.text) at byte \(byteOffset)" }
}

extension JSONFailure.Cause {
    fileprivate var text: String {
        switch self {
        case .endsTooSoon: "ends too soon"
        case .unexpectedByte: "something else is expected"
        case .continues: "there is more behind the value"
        case .nestedTooDeep(let levelsMax): "nested deeper than \(levelsMax) levels"
        case .invalidNumber: "not a number"
        case .controlCharacter: "a control character that is not escaped"
        case .invalidEscape: "not an escape"
        case .loneSurrogate: "half a surrogate pair"
        case .invalidUTF8: "not UTF-8"
        case .repeatedName: "a name for the second time"
        case .tooLong: "too long"
        }
    }
}
