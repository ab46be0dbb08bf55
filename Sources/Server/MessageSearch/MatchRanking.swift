/// Keeps the best of the matches that it is shown. Pure.
///
/// Every match has all the words, so how rare each is says nothing. What is left of BM25 (Robertson, Zaragoza: “The
/// Probabilistic Relevance Framework”, 2009, §3.4) is how often they stand there, and in how long a text.
struct MatchRanking {
    private let limit: Int
    private var matches: [(hit: IndexHit, count: Int, length: Int)] = []

    init(limit: Int) { self.limit = limit }

    /// Newest first.
    mutating func add(_ hit: IndexHit) {
        let count = hit.highlighted.utf8.count { $0 == HighlightedText.opening.value }
        matches.append((hit, count, hit.text.utf8.count))
    }

    /// The best first; of equals the newer.
    func best() -> [IndexHit] {
        let lengthMean = Double(matches.reduce(0) { $0 + $1.length }) / Double(max(matches.count, 1))
        let scores = matches.map { Self.score(count: $0.count, length: $0.length, lengthMean: lengthMean) }
        let order = matches.indices.sorted { scores[$0] != scores[$1] ? scores[$0] > scores[$1] : $0 < $1 }
        return order.prefix(limit).map { matches[$0].hit }
    }

    private static func score(count: Int, length: Int, lengthMean: Double) -> Double {
        let frequency = Double(count)
        let relativeLength = Double(length) / max(lengthMean, 1)
        return frequency * (saturation + 1)
            / (frequency + saturation * (1 - lengthWeight + lengthWeight * relativeLength))
    }

    // k₁ and b as they are usually chosen.
    private static let saturation = 1.2
    private static let lengthWeight = 0.75
}
