extension TextLayout {
    /// Lines of a text, and whether it had more than were wanted.
    public struct Wrapped: Equatable, Sendable {
        public var lines: [TextLine]
        public var isCut: Bool
    }

    /// Breaks text into lines at its line breaks, between words, beside wide characters, and where nothing else helps
    /// within words. Blanks at a break are left out, those before the first word stay.
    /// - Parameters:
    ///   - direction: where each paragraph begins.
    ///   - linesMax: the last of them ends with `…` where there is more; at least 1.
    public static func wrap(
        _ pieces: [StyledText], direction: TextDirection = .ofFirstLetter, columns: Int, linesMax: Int
    ) -> Wrapped {
        var breaker = LineBreaker(direction: direction, columns: max(1, columns), linesMax: max(1, linesMax))
        var paragraph: [StyledText] = []
        var source = 0
        for piece in pieces {
            let parts = piece.text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            for (index, part) in parts.enumerated() {
                if index > 0 {
                    let isRoomLeft = breaker.add(paragraph, source: source)
                    guard isRoomLeft else { return Wrapped(lines: breaker.lines, isCut: true) }
                    source += paragraph.reduce(1) { $0 + $1.text.count }
                    paragraph = []
                }
                if !part.isEmpty { paragraph.append(StyledText(String(part), piece.style)) }
            }
        }
        let isWhole = breaker.add(paragraph, source: source)
        return Wrapped(lines: breaker.lines, isCut: !isWhole)
    }
}

/// Collects lines until there are enough.
private struct LineBreaker {
    let direction: TextDirection
    let columns: Int
    let linesMax: Int
    private(set) var lines: [TextLine] = []
    /// What the last line was made of.
    private var last: (text: ReadingText, range: Range<Int>)?

    init(direction: TextDirection, columns: Int, linesMax: Int) {
        self.direction = direction
        self.columns = columns
        self.linesMax = linesMax
    }

    /// - Returns: false when the paragraph did not fit; the last line says so then.
    mutating func add(_ pieces: [StyledText], source: Int) -> Bool {
        // One more line than there is room for: enough to know that there is more.
        let clustersMax = (linesMax - lines.count + 1) * (columns + 1)
        let text = ReadingText(
            pieces, direction: direction, clustersMax: clustersMax, widest: columns, source: source)
        var start = 0
        repeat {
            guard lines.count < linesMax else {
                markCut()
                return false
            }
            let range = nextLine(of: text, from: start)
            lines.append(text.line(range))
            last = (text, range)
            start = range.upperBound
            // The blanks that a line was broken at belong to neither.
            while start > 0, start < text.items.count, text.items[start].cluster.isBlank { start += 1 }
        } while start < text.items.count
        // So many blanks that what is behind them was not looked at.
        guard text.items.count < clustersMax else {
            markCut()
            return false
        }
        return true
    }

    private mutating func markCut() {
        guard let last else { return }
        let kept = last.text.fitting(from: last.range.lowerBound, columns: columns - 1).clamped(to: last.range)
        lines[lines.count - 1] = last.text.line(kept, isCut: true)
    }

    private func nextLine(of text: ReadingText, from start: Int) -> Range<Int> {
        let fitting = text.fitting(from: start, columns: columns)
        guard fitting.upperBound < text.items.count else { return fitting }
        var end = fitting.upperBound
        while end > start, !text.canBreak(before: end) { end -= 1 }
        while end > start, text.items[end - 1].cluster.isBlank { end -= 1 }
        return end > start ? start..<end : fitting
    }
}

extension ReadingText {
    /// Between words, and beside wide characters but before what closes and after what opens.
    fileprivate func canBreak(before index: Int) -> Bool {
        let (before, after) = (items[index - 1].cluster, items[index].cluster)
        if before.isBlank || after.isBlank { return true }
        guard before.columns == 2 || after.columns == 2 else { return false }
        return !after.clingsToWhatIsBefore && before.firstScalar.properties.generalCategory != .openPunctuation
    }
}

extension TextCluster {
    fileprivate var clingsToWhatIsBefore: Bool {
        switch firstScalar.properties.generalCategory {
        case .closePunctuation, .finalPunctuation, .otherPunctuation, .modifierLetter: true
        default: false
        }
    }
}
