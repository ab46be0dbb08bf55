/// The keys of the configuration that somebody may have meant who wrote another. Pure.
enum NearestKeys {
    static let count = 3
    /// Of a key as written; what comes after is not looked at, for the work grows with it.
    static let comparedCharactersMax = 100

    /// The nearest first; of those that are as near, the first in the order of the documentation.
    static func keys(to written: String) -> [String] {
        let written = Array(written.prefix(comparedCharactersMax))
        let known = DaemonSettings.all.map(\.key).enumerated().map { index, key in
            (key: key, distance: distance(written, Array(key)), index: index)
        }
        let nearest = known.sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }.prefix(count)
        return nearest.map { $0.key }
    }

    /// Insertions, deletions and replacements from one to the other (Levenshtein), in one row of memory.
    static func distance(_ first: [Character], _ second: [Character]) -> Int {
        var row = Array(0...second.count)
        for (rowIndex, character) in first.enumerated() {
            var diagonal = row[0]
            row[0] = rowIndex + 1
            for (index, other) in second.enumerated() {
                let replaced = diagonal + (character == other ? 0 : 1)
                diagonal = row[index + 1]
                row[index + 1] = min(replaced, diagonal + 1, row[index] + 1)
            }
        }
        return row[second.count]
    }
}
