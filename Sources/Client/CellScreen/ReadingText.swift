/// One paragraph in the order of reading, ready to be cut into lines.
struct ReadingText {
    let items: [TextLine.Item]
    let bidi: BidiLevels

    /// Line breaks become blanks, tabulators several.
    /// - Parameters:
    ///   - clustersMax: what is behind them is not looked at.
    ///   - widest: columns of a line; a wide character that has no room in any becomes `�`.
    ///   - source: the number of the first character in the whole text.
    init(
        _ pieces: [StyledText], direction: TextDirection = .ofFirstLetter, clustersMax: Int, widest: Int = 2,
        source: Int = 0
    ) {
        var items: [TextLine.Item] = []
        var source = source
        for piece in pieces {
            if widest >= 1, piece.text.isPrintableASCII {
                for byte in piece.text.utf8.prefix(max(0, clustersMax - items.count)) {
                    items.append(
                        TextLine.Item(cluster: TextCluster.ascii[Int(byte)], style: piece.style, source: source))
                    source += 1
                }
                continue
            }
            for character in piece.text {
                guard items.count < clustersMax else { break }
                var cluster = character == "\t" || character.isNewline ? TextCluster.space : TextCluster(character)
                if cluster.columns > widest { cluster = .replacement }
                let item = TextLine.Item(cluster: cluster, style: piece.style, source: source)
                for _ in 0..<(character == "\t" ? TextLayout.tabColumns : 1) { items.append(item) }
                source += 1
            }
        }
        self.items = items
        bidi = BidiLevels(items.lazy.map(\.cluster.firstScalar), direction: direction)
    }

    func columns(_ range: Range<Int>) -> Int { items[range].reduce(0) { $0 + $1.cluster.columns } }

    /// The clusters from this one that fit.
    func fitting(from start: Int, columns limit: Int) -> Range<Int> {
        var used = 0
        var end = start
        while end < items.count, used + items[end].cluster.columns <= limit {
            used += items[end].cluster.columns
            end += 1
        }
        return start..<end
    }

    /// - Parameter isCut: `…` follows, in the style of what is before it.
    func line(_ range: Range<Int>, isCut: Bool = false) -> TextLine {
        var shown = Array(items[range])
        if isCut {
            shown.append(
                TextLine.Item(
                    cluster: .ellipsis, style: shown.last?.style ?? items.first?.style ?? Style(),
                    source: shown.last?.source ?? range.lowerBound))
        }
        let levels = bidi.levels.isEmpty ? [] : bidi.levels[range]
        return TextLine(reading: shown, levels: levels, paragraph: bidi.paragraph)
    }
}

extension String {
    /// One column each, none of which turns or joins: looked at byte by byte.
    var isPrintableASCII: Bool { utf8.allSatisfy { 0x20..<0x7F ~= $0 } }
}
