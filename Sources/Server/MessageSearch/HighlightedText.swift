/// A text in which FTS5's `highlight()` marked the matches, taken apart and cut to what is shown. Pure.
struct HighlightedText {
    /// Stand around a match. Messages contain no control characters but newline and tab.
    static let opening: Unicode.Scalar = "\u{1}"
    static let closing: Unicode.Scalar = "\u{2}"
    /// Longest snippet, in characters as people count them.
    static let snippetCharactersMax = 160
    /// Of these, how many may stand before the first match.
    static let leadingCharactersMax = 40

    let text: String
    /// In scalars of `text`.
    let marks: [SnippetMark]

    /// Takes the markers out of `highlighted`. Without marks if that does not give `text`.
    init(_ highlighted: String, text: String) {
        self.text = text
        var marks: [SnippetMark] = []
        var plain = String.UnicodeScalarView()
        var start: Int?
        var position = 0
        for scalar in highlighted.unicodeScalars {
            switch scalar {
            case Self.opening: start = position
            case Self.closing:
                if let start, position > start { marks.append(SnippetMark(start: start, length: position - start)) }
                start = nil
            default:
                plain.append(scalar)
                position += 1
            }
        }
        self.marks = plain.elementsEqual(text.unicodeScalars) ? marks : []
    }

    /// The part of the text with the most matches, cut between words, and the marks in it.
    func snippet() -> (text: String, marks: [SnippetMark]) {
        let characters = Array(text)
        guard characters.count > Self.snippetCharactersMax else { return (text, marks) }
        var starts: [Int] = []  // The scalar with which each character begins, and the end.
        starts.reserveCapacity(characters.count + 1)
        var position = 0
        for character in characters {
            starts.append(position)
            position += character.unicodeScalars.count
        }
        starts.append(position)
        let window = window(characters, starts)
        let prefix = window.lowerBound > 0 ? "…" : ""
        let suffix = window.upperBound < characters.count ? "…" : ""
        let scalars = starts[window.lowerBound]..<starts[window.upperBound]
        let shift = prefix.unicodeScalars.count - scalars.lowerBound
        let shown = marks.compactMap { mark -> SnippetMark? in
            let part = (mark.start..<mark.start + mark.length).clamped(to: scalars)
            return part.isEmpty ? nil : SnippetMark(start: part.lowerBound + shift, length: part.count)
        }
        return (prefix + String(characters[window]) + suffix, shown)
    }

    /// Where to cut, in characters: the first place from which the most matches are in view.
    private func window(_ characters: [Character], _ starts: [Int]) -> Range<Int> {
        let firsts = characterIndices(starts)
        let room = Self.snippetCharactersMax - Self.leadingCharactersMax
        var best = (first: 0, count: 0)
        var beyond = 0  // The first mark that is out of view.
        for (index, first) in firsts.enumerated() {
            while beyond < firsts.count, firsts[beyond] < first + room { beyond += 1 }
            if beyond - index > best.count { best = (first, beyond - index) }
        }
        var start = max(0, best.first - Self.leadingCharactersMax)
        let end = min(characters.count, start + Self.snippetCharactersMax)
        if start > 0 {
            // At the next word, if one begins before the match.
            let space = characters[start..<max(start, best.first)].firstIndex(where: \.isWhitespace)
            if let space { start = space + 1 }
        }
        guard end < characters.count, !characters[end].isWhitespace,
            let space = characters[start..<end].lastIndex(where: \.isWhitespace), space > best.first
        else { return start..<end }
        return start..<space
    }

    /// The character in which each mark begins.
    private func characterIndices(_ starts: [Int]) -> [Int] {
        var index = 0
        return marks.map { mark in
            while index + 1 < starts.count, starts[index + 1] <= mark.start { index += 1 }
            return index
        }
    }
}
