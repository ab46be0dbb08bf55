/// Why a name, description, password or text was refused, for people and for counters.
public struct TextRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Cause: String, Sendable, CaseIterable {
        case empty
        case tooShort
        case tooLong
        /// A control character or a line break where none may be.
        case control
        /// A mark that turns the reading direction of what follows.
        case direction
        /// Something that takes no room on the screen, so that two names could look the same.
        case invisible
        /// A code point that nobody, or only a private agreement, gives a meaning.
        case unassigned
        /// A space at an end, two in a row, or one of an unusual kind.
        case space
        /// A name that the server uses itself.
        case reserved
    }

    public let cause: Cause
    /// One sentence: what was refused, where, and what is allowed.
    public let description: String

    init(_ cause: Cause, _ description: String) {
        self.cause = cause
        self.description = description
    }
}

extension Unicode.Scalar {
    /// `U+202E`, as people look it up.
    var codePoint: String {
        let hexadecimal = String(value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - hexadecimal.count)) + hexadecimal
    }

    /// Embeddings and overrides: they make text read as something else than was written (UAX #9 §2.1, §2.2).
    var turnsDirection: Bool { (0x202A...0x202E).contains(value) }

    /// Isolates and implicit marks (UAX #9 §2.4, §2.6): needed in running text, refused in names.
    var hintsDirection: Bool {
        (0x2066...0x2069).contains(value) || value == 0x200E || value == 0x200F || value == 0x061C
    }
}
