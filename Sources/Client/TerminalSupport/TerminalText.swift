import CellScreen

/// Makes text of others safe and measurable for a terminal. Pure; any thread.
public enum TerminalText {
    /// Most columns of a name on the screen.
    public static let nameColumnsMax = 32
    /// Most characters of one line from the server; RFC-less, simply more than anybody reads.
    public static let lineCharactersMax = 4_000
    /// Combining marks that one character may carry; more are dropped, so that nothing grows over other lines.
    public static let marksMax = TextCluster.marksMax

    /// One line without controls, escapes, line breaks and invisible or direction-changing characters: each becomes `�`.
    ///
    /// - Parameter keepsJoiners: the joiners U+200C and U+200D stay between letters of one word and between emoji, where they
    ///   are spelling (Persian, Hindi, 👩‍🚀) and hide nothing. Not for names: two that look alike would not be the same.
    public static func line(_ text: String, keepsJoiners: Bool = false) -> String {
        var safe = String.UnicodeScalarView()
        var markCount = 0
        let scalars = Array(text.unicodeScalars.prefix(lineCharactersMax))
        for (index, scalar) in scalars.enumerated() {
            if keepsJoiners, isJoiner(scalar), index > 0, index + 1 < scalars.count,
                joins(scalars[index - 1], scalars[index + 1])
            {
                safe.append(scalar)
                continue
            }
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
                safe.append("\u{FFFD}")
                markCount = 0
            case .nonspacingMark, .enclosingMark:
                markCount += 1
                if markCount <= marksMax { safe.append(scalar) }
            default:
                safe.append(scalar)
                markCount = 0
            }
        }
        return String(safe)
    }

    private static func isJoiner(_ scalar: Unicode.Scalar) -> Bool { scalar == "\u{200C}" || scalar == "\u{200D}" }

    /// Whether a joiner has something to join: letters or marks, or emoji with their modifiers.
    private static func joins(_ before: Unicode.Scalar, _ after: Unicode.Scalar) -> Bool {
        let (left, right) = (before.properties, after.properties)
        if after.value >= 0x80, right.isEmojiPresentation || right.isEmoji {
            return left.isEmoji || left.isEmojiModifier || before == "\u{FE0F}"
        }
        return (left.isAlphabetic || left.generalCategory == .nonspacingMark) && right.isAlphabetic
    }

    /// A name: a safe line of at most ``nameColumnsMax`` columns, never empty.
    public static func name(_ text: String) -> String {
        let safe = line(text)
        return safe.isEmpty ? "?" : truncated(safe, columns: nameColumnsMax)
    }

    /// Columns that a safe line takes.
    public static func columns(of text: String) -> Int { TextLayout.columns(of: text) }

    /// The text itself, or its beginning and `…`, in at most `columns`.
    public static func truncated(_ text: String, columns: Int) -> String {
        TextLayout.truncated(text, columns: columns)
    }
}
