/// Finds who is mentioned in a text: `@name`, or `@"name with spaces"`. Pure.
enum MentionParser {
    /// Longest name looked for between quotes, in scalars: no account's name is longer.
    static let nameScalarsMax = 128

    /// The names, as written, in the order of the text. Addresses (`ann@example.org`) mention nobody.
    static func names(in text: String) -> [String] {
        guard text.utf8.contains(UInt8(ascii: "@")) else { return [] }
        let scalars = Array(text.unicodeScalars)
        var names: [String] = []
        var index = 0
        while index < scalars.count {
            guard scalars[index] == "@", index == 0 || !scalars[index - 1].isInWord else {
                index += 1
                continue
            }
            let rest = scalars[(index + 1)...]
            let (name, end) = rest.first == "\"" ? quoted(rest) : bare(rest)
            if !name.isEmpty { names.append(name) }
            index = max(end, index + 1)
        }
        return names
    }

    /// Up to the closing quote on the same line; without one, the sign stands for itself.
    private static func quoted(_ rest: ArraySlice<Unicode.Scalar>) -> (name: String, end: Int) {
        let inside = rest.dropFirst()
        guard
            let end = inside.prefix(nameScalarsMax + 1).firstIndex(where: { $0 == "\"" || $0 == "\n" }),
            inside[end] == "\""
        else { return ("", rest.startIndex) }
        return (String(String.UnicodeScalarView(inside[..<end])), end + 1)
    }

    /// Letters, digits, `_`, `-` and `.`; a dot or dash at the end is the sentence's.
    private static func bare(_ rest: ArraySlice<Unicode.Scalar>) -> (name: String, end: Int) {
        let end = rest.firstIndex { !$0.isInWord && $0 != "-" && $0 != "." } ?? rest.endIndex
        // `@ann@example.org` is an address elsewhere.
        guard end == rest.endIndex || rest[end] != "@" else { return ("", end) }
        var name = rest[..<end]
        while name.last == "." || name.last == "-" { name.removeLast() }
        return (String(String.UnicodeScalarView(name)), end)
    }
}

extension Unicode.Scalar {
    fileprivate var isInWord: Bool {
        if value < 0x80 {
            return ("a"..."z").contains(self) || ("A"..."Z").contains(self) || ("0"..."9").contains(self) || self == "_"
        }
        return switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark,
            .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
            true
        default: false
        }
    }
}
