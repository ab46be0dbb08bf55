/// Makes lines for the screen out of text. Pure; any thread; the work grows with the text that is shown.
///
/// What is safe and how wide it is, ``TextCluster`` says; text of both directions, ``BidiLevels``. Left out: the joined
/// shapes of Arabic letters, which terminals choose, or do not.
public enum TextLayout {
    /// A tabulator in pasted text.
    static let tabColumns = 4

    /// Columns that a line of text takes.
    public static func columns(of text: String) -> Int {
        if text.isPrintableASCII { return text.utf8.count }
        var count = 0
        for character in text { count += TextCluster(character).columns }
        return count
    }

    /// The text itself, or its beginning and `…`, in at most `columns`. In the order of reading.
    public static func truncated(_ text: String, columns limit: Int) -> String {
        guard columns(of: text) > limit else { return text }
        guard limit > 0 else { return "" }
        var kept = ""
        var used = 0
        for character in text {
            let columns = TextCluster(character).columns
            guard used + columns <= limit - 1 else { break }
            kept.append(character)
            used += columns
        }
        return kept + "…"
    }

    /// One line of an interface, of at most `columns`: each piece stands for itself, from left to right, so that no name
    /// turns its neighbours around.
    public static func row(_ pieces: [StyledText], columns limit: Int) -> TextLine {
        var items: [TextLine.Item] = []
        var used = 0
        let last = pieces.lastIndex { !$0.text.isEmpty } ?? -1
        for (index, piece) in pieces.enumerated() where index <= last {
            let room = limit - used
            let wanted = columns(of: piece.text)
            // What follows needs a column at least, to say that it is there.
            guard wanted + (index < last ? 1 : 0) <= room else {
                let text = wanted <= room ? piece.text + "…" : piece.text
                items += line([StyledText(text, piece.style)], columns: room).items
                break
            }
            items += line([piece], columns: room).items
            used += wanted
        }
        return TextLine(reading: items, levels: [], paragraph: 0)
    }

    /// Whether its first letter runs right to left.
    public static func isRightToLeft(_ pieces: [StyledText]) -> Bool {
        for piece in pieces {
            for scalar in piece.text.unicodeScalars {
                switch scalar.bidiClass {
                case .leftToRight: return false
                case .rightToLeft, .arabicLetter: return true
                default: break
                }
            }
        }
        return false
    }

    /// One line of at most `columns`; cut text ends with `…`.
    public static func line(_ pieces: [StyledText], columns limit: Int) -> TextLine {
        let text = ReadingText(pieces, clustersMax: max(0, limit) + 1)
        let all = text.items.indices
        if text.columns(all) <= limit { return text.line(all) }
        return text.line(text.fitting(from: 0, columns: limit - 1), isCut: limit > 0)
    }
}
