/// What a scalar does in a cell.
enum CellRole {
    /// Must not reach a terminal: controls, escapes, line breaks, invisible and direction-changing characters, and what has
    /// no agreed shape.
    case unsafe
    /// U+200C and U+200D: part of how some scripts and emoji are written, a way to hide elsewhere.
    case joiner
    /// Stands on the letter before it.
    case mark
    case spacing
}

extension Unicode.Scalar {
    var cellRole: CellRole {
        switch value {
        // Latin, most of what is written; of it only the soft hyphen is invisible.
        case 0x20..<0x7F, 0xA0..<0xAD, 0xAE..<0x300: return .spacing
        case 0x200C, 0x200D: return .joiner
        default: break
        }
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator:
            return .unsafe
        case .nonspacingMark, .enclosingMark: return .mark
        default: return .spacing
        }
    }

    /// Columns of a scalar that stands by itself: 1 or 2.
    ///
    /// Spacing marks of Indic scripts count 1, as in glibc's `wcwidth(3)`: where a terminal draws fewer columns than
    /// counted here it leaves a blank; where it drew more it would cover a neighbour.
    var spacingColumns: Int {
        guard value >= 0x1100 else { return 1 }
        if properties.isEmojiPresentation { return 2 }
        // Sorted: the first that does not end before it decides.
        var low = 0
        var high = Self.wideRanges.count
        while low < high {
            let middle = (low + high) / 2
            if Self.wideRanges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < Self.wideRanges.count && Self.wideRanges[low].contains(value) ? 2 : 1
    }

    /// Vowels and finals of Hangul syllables that are written in their parts.
    var isHangulPart: Bool { 0x1160...0x11FF ~= value || 0xD7B0...0xD7FF ~= value }

    /// East Asian wide and full-width characters but emoji (Unicode 17, EastAsianWidth.txt), with the gaps of what is
    /// not assigned closed. The only table of widths of the client.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2329...0x232A, 0x2630...0x2637, 0x268A...0x268F, 0x2E80...0x303E, 0x3041...0x3247,
        0x3250...0xA4C6, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6B,
        0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x16FF6, 0x17000...0x18DF2, 0x1AFF0...0x1B2FB,
        0x1D300...0x1D376, 0x1F200...0x1F265, 0x20000...0x3FFFD,
    ]
}
