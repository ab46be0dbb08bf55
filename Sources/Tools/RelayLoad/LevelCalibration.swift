/// Finds how many must talk for a relay to be busy to a wanted share of a core, from short tries. Pure.
///
/// What a delivery costs depends on how many there are and changes with the hour, so it is measured where it is wanted: each try
/// corrects the number in proportion, and the best one counts.
struct LevelCalibration {
    /// Of a core, 0…1.
    let wanted: Double
    let talkersMax: Int
    /// How many to try next; nil when another try would tell nothing more.
    private(set) var next: Int?
    private var tries: [(talkers: Int, share: Double)] = []

    /// Close enough.
    static let tolerance = 0.015
    static let triesMax = 5

    /// - Parameter guess: with whom to begin.
    init(wanted: Double, guess: Int, talkersMax: Int) {
        self.wanted = wanted
        self.talkersMax = talkersMax
        next = min(talkersMax, max(1, guess))
    }

    /// Takes what ``next`` came to.
    mutating func note(share: Double) {
        guard let talkers = next else { return }
        tries.append((talkers, share))
        let corrected = Double(talkers) * wanted / max(0.001, share)
        let candidate = min(talkersMax, max(1, Int(corrected.rounded())))
        let isClose = abs(share - wanted) <= Self.tolerance
        let isKnown = tries.contains { $0.talkers == candidate }
        next = isClose || isKnown || tries.count == Self.triesMax ? nil : candidate
    }

    /// The number that came closest.
    var talkers: Int { tries.min { abs($0.share - wanted) < abs($1.share - wanted) }?.talkers ?? 1 }
}
