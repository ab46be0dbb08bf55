/// What a reader takes for one character, as a terminal gets it: one grapheme cluster that is safe in a cell.
public struct TextCluster: Hashable, Sendable {
    /// Never empty; holds no control, no line break, no character that changes direction, and no invisible one but those
    /// that make one emoji of several.
    public let text: String
    /// 1 or 2.
    public let columns: Int

    /// Combining marks that one character keeps; more are dropped, so that nothing grows over other lines.
    public static let marksMax = 3
    /// Scalars that one emoji of several keeps: a family of four with skin tones takes 11, a flag of a country's part 7.
    public static let scalarsMax = 16
    /// Stands for what must not reach a terminal.
    public static let replacement = TextCluster(text: "\u{FFFD}", columns: 1)
    static let space = TextCluster(text: " ", columns: 1)
    static let ellipsis = TextCluster(text: "…", columns: 1)

    /// Most of what is written; no text has to be taken apart for it.
    static let ascii: [TextCluster] = (0..<0x80).map { TextCluster(Character(Unicode.Scalar(UInt8($0)))) }

    /// Allocates for the longest emoji alone.
    public init(_ character: Character) {
        if let ascii = character.asciiValue {
            self = 0x20..<0x7F ~= ascii ? TextCluster(text: String(character), columns: 1) : .replacement
            return
        }
        let scalars = character.unicodeScalars
        guard let first = scalars.first else {
            self = .replacement
            return
        }
        if scalars.count == 1 {
            self.init(single: first)
        } else if Self.isEmoji(first, in: scalars) {
            self.init(emoji: scalars)
        } else {
            self.init(letter: scalars)
        }
    }

    /// What decides about its direction and where lines break.
    var firstScalar: Unicode.Scalar { text.unicodeScalars.first ?? " " }

    /// Whether a line may break here and leave this out: a blank that carries no mark and forbids no break.
    var isBlank: Bool { text == " " || (columns == 2 && text == "\u{3000}") }

    /// As it looks in text that runs the other way.
    var mirrored: TextCluster {
        guard let other = firstScalar.mirrored else { return self }
        return TextCluster(text: String(other) + String(text.unicodeScalars.dropFirst()), columns: columns)
    }

    private init(text: String, columns: Int) {
        self.text = text
        self.columns = columns
    }

    private init(single scalar: Unicode.Scalar) {
        switch scalar.cellRole {
        case .unsafe, .joiner: self = .replacement
        // A mark without a letter would land on the cell before.
        case .mark: self.init(text: " " + String(scalar), columns: 1)
        case .spacing: self.init(text: String(scalar), columns: scalar.spacingColumns)
        }
    }

    /// An emoji of several scalars takes two columns in terminals that know it. Those that do not draw it longer, which
    /// ``GridDiff`` allows for, or shorter, which leaves a blank.
    private init(emoji scalars: String.UnicodeScalarView) {
        var kept = String.UnicodeScalarView()
        let isTagged = scalars.first?.value == 0x1F3F4
        for scalar in scalars.prefix(Self.scalarsMax) {
            switch scalar.value {
            case 0x200D: kept.append(scalar)
            case 0xE0020...0xE007F where isTagged: kept.append(scalar)
            // Asks for the plain shape, which terminals decide for themselves.
            case 0xFE0E: break
            default:
                guard scalar.cellRole != .unsafe else { break }
                kept.append(scalar)
            }
        }
        while kept.last?.value == 0x200D { kept.removeLast() }
        self.init(text: String(kept), columns: 2)
    }

    /// Letters with marks, Hangul in its parts, Indic conjuncts: what their scalars take, two columns at most. Terminals
    /// that draw a conjunct narrower leave a blank.
    private init(letter scalars: String.UnicodeScalarView) {
        var kept = String.UnicodeScalarView()
        var columns = 0
        var markCount = 0
        for scalar in scalars {
            switch scalar.cellRole {
            // Part of how words are written, which no cell shows.
            case .joiner where !kept.isEmpty: break
            case .unsafe, .joiner:
                self = .replacement
                return
            case .mark where markCount == Self.marksMax: break
            case .mark:
                markCount += 1
                if kept.isEmpty { kept.append(" ") }
                kept.append(scalar)
            case .spacing where kept.count >= Self.scalarsMax: break
            case .spacing:
                // Hangul vowels and finals stand in the square of their first consonant.
                if kept.isEmpty || !scalar.isHangulPart { columns += scalar.spacingColumns }
                kept.append(scalar)
            }
        }
        self.init(text: String(kept), columns: max(1, min(columns, 2)))
    }

    /// Whether the cluster is drawn as a picture: by itself, by the variation selector for that, or by joining others.
    private static func isEmoji(_ first: Unicode.Scalar, in scalars: String.UnicodeScalarView) -> Bool {
        guard first.properties.isEmoji else { return false }
        if first.properties.isEmojiPresentation { return true }
        return scalars.dropFirst().prefix(scalarsMax).contains {
            $0.value == 0xFE0F || $0.properties.isEmojiPresentation
        }
    }
}
