import CellScreen

/// A level as a bar of cells, with a mark where something begins.
enum Meter {
    /// The quietest that shows, in dB below full; each cell stands for an equal part of it.
    static let rangeDecibels = 70

    /// - Parameters:
    ///   - level: 0 (overload) … 127 (silence), in −dBov.
    ///   - threshold: as `level`; nil: none.
    static func pieces(level: UInt8, threshold: Int?, columns: Int, theme: Theme) -> [StyledText] {
        let filled = cells(decibels: Int(level), columns)
        let mark = threshold.map { min(cells(decibels: $0, columns), columns - 1) }
        var pieces = [StyledText("▕", theme.style(.quiet))]
        for cell in 0..<columns {
            let isFilled = cell < filled
            let text = cell == mark ? (isFilled ? "┃" : "│") : isFilled ? "█" : "░"
            // Near full it distorts.
            let role: Theme.Role = !isFilled ? .quiet : cell >= columns - max(1, columns / 7) ? .fair : .good
            pieces.append(StyledText(text, theme.style(cell == mark ? .strong : role)))
        }
        return pieces + [StyledText("▏", theme.style(.quiet))]
    }

    private static func cells(decibels: Int, _ columns: Int) -> Int {
        max(0, min(columns, ((rangeDecibels - decibels) * columns + rangeDecibels - 1) / rangeDecibels))
    }
}
